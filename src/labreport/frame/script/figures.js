// The data of a figure as a file, made here from the table below it.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const quoted = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const cell = (each) => quoted(each.dataset.value ?? (each.textContent === "–" ? "" : each.textContent));
  const csv = (table) => [...table.rows].map((row) => `${[...row.cells].map(cell).join(",")}\r\n`).join("");

  for (const details of document.querySelectorAll(".figure-data")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "csv";
    button.textContent = "Download as CSV";
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([csv(details.querySelector("table"))], { type: "text/csv" }));
      link.download = `${details.previousElementSibling.dataset.figure}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    details.append(button);
  }
});
