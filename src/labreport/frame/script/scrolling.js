// What is too wide scrolls by itself: it shows on which side there is more, says so, and takes the keyboard's focus.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const BOXES = "main pre, main .table, main .scroll, main .drawing";

  const sides = (box) => {
    const room = box.scrollWidth - box.clientWidth;
    const left = box.scrollLeft > 1;
    const right = box.scrollLeft < room - 1;
    return room <= 1 ? "" : left && right ? "both" : left ? "left" : "right";
  };
  const called = (box) => {
    const text = box.querySelector("caption")?.textContent ?? "Code";
    return `${text.trim().replace(/\s+/g, " ")}; scrolls sideways`;
  };
  const begin = (box) => {
    box.classList.add("scrolls");
    if (!box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      box.dataset.own = "tabindex";
    }
    if (!box.hasAttribute("role")) {
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", called(box));
      box.dataset.own += " role aria-label";
    }
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.setAttribute("aria-hidden", "true");
    hint.textContent = "Scroll sideways for more \u2192";
    box.after(hint);
  };
  const end = (box) => {
    box.classList.remove("scrolls");
    (box.dataset.own ?? "").split(" ").filter(Boolean).forEach((name) => box.removeAttribute(name));
    delete box.dataset.own;
    delete box.dataset.more;
    if (box.nextElementSibling?.classList.contains("hint")) {
      box.nextElementSibling.remove();
    }
  };
  const update = (box) => {
    const more = sides(box);
    const before = box.classList.contains("scrolls");
    if (more && !before) {
      begin(box);
    } else if (!more && before) {
      end(box);
    }
    if (more) {
      box.dataset.more = more;
    }
  };

  const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => update(target)));
  for (const box of document.querySelectorAll(BOXES)) {
    box.addEventListener("scroll", () => update(box), { passive: true });
    observer.observe(box);
    update(box);
  }
});
