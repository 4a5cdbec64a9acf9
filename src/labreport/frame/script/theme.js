// Light and dark: the system's wish, until the reader chooses; the choice is kept in this browser.
"use strict";

(() => {
  const root = document.documentElement;
  const wish = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : wish.matches);
  try {
    const kept = localStorage.getItem("theme");
    if (kept === "light" || kept === "dark") {
      root.dataset.theme = kept;
    }
  } catch {
    // a page opened from disk may have no storage: then a choice lasts as long as the page is open
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "theme";
    const label = () => {
      button.textContent = isDark() ? "Light theme" : "Dark theme";
    };
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      label();
      try {
        localStorage.setItem("theme", root.dataset.theme);
      } catch {
        // as above
      }
    });
    wish.addEventListener("change", label);
    label();
    document.querySelector("nav.contents .tools").append(button);
  });
})();
