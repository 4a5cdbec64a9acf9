// A gallery filtered: its pictures say in words what they are ("is 7, taken for 2"), one choice for each.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const parts = (text) =>
    new Map(
      text.split(", ").map((part) => {
        const space = part.lastIndexOf(" ");
        return [part.slice(0, space), part.slice(space + 1)];
      }),
    );

  for (const drawing of document.querySelectorAll(".drawing")) {
    const pictures = [...drawing.querySelectorAll('[data-part="picture"], [data-part="caption"]')];
    if (!pictures.length) {
      continue;
    }
    const described = pictures.map((picture) => parts(picture.dataset.series));
    const group = document.createElement("div");
    group.className = "switches";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Pictures shown");
    const selects = new Map();
    const count = document.createElement("span");
    count.setAttribute("role", "status");
    const filter = () => {
      let left = 0;
      pictures.forEach((picture, index) => {
        const fits = [...selects].every(([key, { value }]) => !value || described[index].get(key) === value);
        picture.classList.toggle("off", !fits);
        left += fits && picture.dataset.part === "picture" ? 1 : 0;
      });
      count.textContent = `${left} shown`;
    };
    for (const key of described[0].keys()) {
      const values = [...new Set(described.map((each) => each.get(key)))].sort();
      const select = document.createElement("select");
      select.append(new Option("any", ""), ...values.map((value) => new Option(value, value)));
      select.addEventListener("change", filter);
      selects.set(key, select);
      const label = document.createElement("label");
      label.append(`${key} `, select);
      group.append(label);
    }
    group.append(count);
    drawing.after(group);
    filter();
  }
});
