// Definitions of the glossary at their terms: on hover, on focus, and gone with Escape.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const GAP = 6;
  const tip = document.createElement("div");
  tip.className = "tooltip";
  tip.id = "definition";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  let shownAt = null;
  let leaving = 0;

  const definition = (term) => {
    const entry = document.getElementById(decodeURIComponent(term.hash.slice(1)));
    return entry?.nextElementSibling?.textContent.trim() ?? "";
  };
  const hide = () => {
    clearTimeout(leaving);
    shownAt?.removeAttribute("aria-describedby");
    shownAt = null;
    tip.hidden = true;
  };
  const show = (term) => {
    hide();
    tip.textContent = definition(term);
    if (!tip.textContent) {
      return;
    }
    shownAt = term;
    term.setAttribute("aria-describedby", tip.id);
    tip.hidden = false;
    const at = term.getClientRects()[0];
    const width = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(at.left, width - tip.offsetWidth - 8));
    const below = at.bottom + GAP + tip.offsetHeight <= innerHeight;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${scrollY + (below ? at.bottom + GAP : at.top - GAP - tip.offsetHeight)}px`;
  };
  const leave = () => {
    leaving = setTimeout(hide, 200); // long enough to move the pointer onto the definition
  };

  document.body.append(tip);
  for (const term of document.querySelectorAll("a.term")) {
    term.addEventListener("pointerenter", () => show(term));
    term.addEventListener("focus", () => show(term));
    term.addEventListener("pointerleave", leave);
    term.addEventListener("blur", hide);
  }
  tip.addEventListener("pointerenter", () => clearTimeout(leaving));
  tip.addEventListener("pointerleave", leave);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide();
    }
  });
});
