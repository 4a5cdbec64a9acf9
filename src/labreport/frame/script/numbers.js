// A number that is chosen, by a click or by Enter, shows where it comes from: its source, how it was computed, and
// the value of each seed. The data are in the page, in the script called "numbers".
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const source = document.getElementById("numbers");
  if (!source) {
    return;
  }
  const numbers = JSON.parse(source.textContent);
  const MOST = 60; // of a long list, so many values are shown
  let chosen = null;

  const panel = document.createElement("aside");
  panel.className = "panel";
  panel.setAttribute("aria-labelledby", "panel-title");
  panel.hidden = true;
  document.body.append(panel);

  const add = (parent, tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) {
      made.setAttribute(name, value);
    }
    parent.append(made);
    return made;
  };

  const close = () => {
    panel.hidden = true;
    chosen?.classList.remove("chosen");
    chosen?.setAttribute("aria-expanded", "false");
    chosen = null;
  };

  const open = (number) => {
    close();
    chosen = number;
    chosen.classList.add("chosen");
    chosen.setAttribute("aria-expanded", "true");
    const one = numbers[number.dataset.q];
    panel.replaceChildren();
    const head = add(panel, "div", "", { class: "head" });
    const title = add(head, "h2", one.value ?? number.textContent, { id: "panel-title", tabindex: "-1" });
    const button = add(head, "button", "Close", { type: "button" });
    button.addEventListener("click", () => {
      const before = chosen;
      close();
      before.focus();
    });
    for (const text of [one.what, one.source, one.method]) {
      if (text) {
        add(panel, "p", text);
      }
    }
    const values = Object.entries(one.values ?? {});
    if (values.length > 1) {
      add(panel, "p", `By ${one.unit ?? "seed"}:`, { class: "where" });
      const list = add(panel, "dl", "");
      for (const [name, value] of values.slice(0, MOST)) {
        add(list, "dt", name);
        add(list, "dd", value);
      }
      if (values.length > MOST) {
        add(panel, "p", `and ${values.length - MOST} more`, { class: "where" });
      }
    }
    const where = add(panel, "p", "In answers.json: ", { class: "where" });
    add(where, "code", number.dataset.q);
    panel.hidden = false;
    panel.scrollTop = 0;
    title.focus({ preventScroll: true });
  };

  for (const number of document.querySelectorAll("main data[data-q]")) {
    if (!numbers[number.dataset.q] || number.closest("a, nav")) {
      continue;
    }
    number.tabIndex = 0;
    number.setAttribute("role", "button");
    number.setAttribute("aria-expanded", "false");
    number.title = "Where this number comes from";
    number.addEventListener("click", () => (chosen === number ? close() : open(number)));
    number.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        open(number);
      }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen) {
      const before = chosen;
      close();
      before.focus();
    }
  });
});
