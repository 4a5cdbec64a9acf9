// Bars and a matrix for the run that the reader chooses, from the data of two figures.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const element = (name, text = "", attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    return made;
  };
  const readings = (slug) =>
    JSON.parse(document.querySelector(`script[data-readings="${CSS.escape(slug)}"]`).textContent);
  const rowsOf = ({ rows }, chosen) => rows.filter(([name]) => name === chosen).map(([, ...row]) => row);
  const table = (caption, headers) => {
    const made = element("table");
    made.append(element("caption", caption));
    const row = made.createTHead().insertRow();
    row.append(
      ...headers.map((text, index) =>
        text ? element("th", text, { scope: "col", class: index ? "number" : "" }) : element("td"),
      ),
    );
    made.append(element("tbody"));
    return made;
  };

  const bars = (data, chosen) => {
    const [, category, value] = data.columns;
    const made = table(`${value[0].toUpperCase()}${value.slice(1)}, ${chosen}`, [category, value, ""]);
    for (const [label, height, low, high] of rowsOf(data, chosen)) {
      const row = made.tBodies[0].insertRow();
      row.append(element("th", label, { scope: "row" }), element("td", height.toFixed(1), { class: "number" }));
      const cell = element("td", "", { class: "bar" });
      const bar = element("span", "", { title: low === null ? "" : `interval ${low} to ${high}` });
      bar.style.width = `${height}%`;
      cell.append(bar);
      row.append(cell);
    }
    return made;
  };

  const matrix = (data, chosen) => {
    const headers = data.columns.slice(2).map((text) => text.split(" ").pop());
    const rows = rowsOf(data, chosen);
    const most = Math.max(1, ...rows.flatMap((row) => row.slice(1)));
    const made = table(`Mistakes, ${chosen}: row by row what it is, column by column what it is taken for`, [
      data.columns[1],
      ...headers,
    ]);
    made.className = "matrix";
    for (const [label, ...counts] of rows) {
      const row = made.tBodies[0].insertRow();
      row.append(element("th", label, { scope: "row" }));
      for (const count of counts) {
        const cell = element("td", count ? String(count) : "", { class: "number" });
        const share = Math.round((45 * (count ?? 0)) / most);
        cell.style.background = `color-mix(in srgb, var(--accent) ${share}%, transparent)`;
        row.append(cell);
      }
    }
    return made;
  };

  for (const place of document.querySelectorAll(".chooser")) {
    const [heights, counts] = [readings(place.dataset.bars), readings(place.dataset.matrix)];
    const names = [...new Set(heights.rows.map(([name]) => name))];
    const known = names.filter((name) => counts.rows.some(([other]) => other === name));
    const label = element("label", `${place.dataset.label} `);
    const select = element("select");
    select.append(...known.map((name) => element("option", name, { value: name })));
    label.append(select);
    const shown = element("div", "", { class: "chosen", "aria-live": "polite" });
    const show = () => {
      const scroll = element("div", "", { class: "table", tabindex: "0", role: "group", "aria-label": "Matrix" });
      scroll.append(matrix(counts, select.value));
      shown.replaceChildren(bars(heights, select.value), scroll);
    };
    select.addEventListener("change", show);
    place.append(label, shown);
    show();
  }
});
