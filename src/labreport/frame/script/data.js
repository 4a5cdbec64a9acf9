// The data behind each figure, as a CSV file.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const cell = (value) => {
    const text = value === null ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  for (const source of document.querySelectorAll("script[data-readings]")) {
    const { columns, rows } = JSON.parse(source.textContent);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "csv";
    button.textContent = "Download CSV";
    button.addEventListener("click", () => {
      const lines = [columns, ...rows].map((row) => row.map(cell).join(","));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
      link.download = `${source.dataset.readings}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
    source.closest(".figure-data").prepend(button);
  }
});
