// Tables sorted by a click on a header: first rising, then falling.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const key = (row, column) => {
    const cell = row.cells[column];
    const value = cell.querySelector("data")?.value ?? cell.textContent.trim();
    const number = Number(value.replace(/[\s\u202f]/g, "").replace("\u2212", "-"));
    return value !== "" && !Number.isNaN(number) ? number : value;
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") {
      return a - b;
    }
    return typeof a === typeof b ? String(a).localeCompare(String(b)) : typeof a === "number" ? -1 : 1;
  };

  for (const table of document.querySelectorAll("main table")) {
    const head = table.tHead?.rows;
    const body = table.tBodies[0];
    const simple = [...table.querySelectorAll("th, td")].every((cell) => cell.colSpan === 1 && cell.rowSpan === 1);
    if (head?.length !== 1 || table.tBodies.length !== 1 || body.rows.length < 3 || !simple) {
      continue;
    }
    [...head[0].cells].forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...header.childNodes);
      header.append(button);
      header.classList.add("sorting");
      button.addEventListener("click", () => {
        const order = header.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        for (const other of head[0].cells) {
          other.removeAttribute("aria-sort");
        }
        header.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const rows = [...body.rows].sort((a, b) => sign * compare(key(a, column), key(b, column)));
        body.append(...rows);
      });
    });
  }
});
