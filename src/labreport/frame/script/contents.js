// The contents: folded on narrow screens, and showing where in the report the reader is.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const details = document.querySelector("nav.contents details");
  const narrow = matchMedia("(max-width: 56rem)");
  const fold = () => {
    details.open = !narrow.matches;
  };
  narrow.addEventListener("change", fold);
  fold();
  details.addEventListener("click", (event) => {
    if (narrow.matches && event.target.closest("a")) {
      details.open = false;
    }
  });

  const links = new Map([...details.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const inView = new Set();
  const mark = () => {
    const place = [...links.keys()].filter((name) => inView.has(name)).pop();
    for (const [name, link] of links) {
      const parent = link.closest("ol").parentElement.closest("li");
      link.setAttribute("aria-current", name === place ? "location" : "false");
      link.parentElement.classList.toggle("here", name === place);
      parent?.classList.toggle("here", [...parent.querySelectorAll("a")].some((each) => each.hash === `#${place}`));
    }
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        inView[isIntersecting ? "add" : "delete"](target.id);
      }
      mark();
    },
    { rootMargin: "-10% 0px -80% 0px" },
  );
  for (const name of links.keys()) {
    observer.observe(document.getElementById(name));
  }
});
