// What is too wide scrolls by itself: it shows a shadow, and takes the keyboard's focus.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const update = (box) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (scrolls === box.classList.contains("scrolls")) {
      return;
    }
    box.classList.toggle("scrolls", scrolls);
    const name = box.querySelector("caption")?.textContent ?? box.querySelector("svg")?.getAttribute("aria-label");
    const own = { tabindex: "0", role: "group", "aria-label": `${name ?? "Program"}; scrolls` };
    for (const [key, value] of Object.entries(own)) {
      scrolls ? box.setAttribute(key, value) : box.removeAttribute(key);
    }
  };
  const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => update(target)));
  for (const box of document.querySelectorAll("main :is(pre, .table, .scroll, .drawing, .formula.displayed)")) {
    observer.observe(box);
  }
});
