// What scrolls sideways can be reached by keyboard.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const reach = () => {
    for (const box of document.querySelectorAll("main pre, main .table")) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
      } else if (!box.hasAttribute("role")) {
        box.removeAttribute("tabindex");
      }
    }
  };
  window.addEventListener("resize", reach);
  reach();
});
