// The contents: folded on narrow screens, and showing where in the report the reader is.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const nav = document.querySelector("nav.contents");
  const details = nav.querySelector("details");
  const narrow = matchMedia("(max-width: 52rem)");
  const fold = () => {
    details.open = !narrow.matches;
  };
  narrow.addEventListener("change", fold);
  fold();
  nav.addEventListener("click", (event) => {
    if (narrow.matches && event.target.closest("a")) {
      details.open = false;
    }
  });

  const links = new Map();
  for (const link of nav.querySelectorAll("a")) {
    links.set(link.hash.slice(1), link);
  }
  const inView = new Set();
  const mark = () => {
    for (const link of links.values()) {
      link.removeAttribute("aria-current");
      link.closest("ol").parentElement.closest("li")?.classList.remove("here");
      link.parentElement.classList.remove("here");
    }
    const place = [...links.keys()].filter((name) => inView.has(name)).pop();
    if (place) {
      links.get(place).setAttribute("aria-current", "location");
      links.get(place).parentElement.classList.add("here");
      links.get(place).closest("ol").parentElement.closest("li")?.classList.add("here");
    }
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        inView[entry.isIntersecting ? "add" : "delete"](entry.target.id);
      }
      mark();
    },
    { rootMargin: "-10% 0px -80% 0px" },
  );
  for (const name of links.keys()) {
    const target = document.getElementById(name);
    if (target) {
      observer.observe(target);
    }
  }
});
