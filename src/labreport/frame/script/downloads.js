// Each figure to keep: its data as CSV, the drawing as SVG and as PNG, all made here from what is in the page.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const SHARP = 3; // pixels of the PNG for each of the drawing's own

  const save = (name, blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const cell = (value) => {
    const text = value === null ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = ({ columns, rows }) =>
    [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");

  const fonts = (text) =>
    [...document.styleSheets]
      .flatMap((sheet) => [...sheet.cssRules])
      .filter((rule) => rule instanceof CSSFontFaceRule)
      .filter((rule) => text.includes(rule.style.getPropertyValue("font-family").replaceAll('"', "")))
      .map((rule) => rule.cssText)
      .join("\n");

  // On paper's colours whatever the theme, without what the reader switched off, with the fonts it is set in.
  const drawn = (svg) => {
    const root = document.documentElement;
    const theme = root.dataset.theme;
    root.dataset.theme = "light";
    const copy = svg.cloneNode(true);
    const originals = svg.querySelectorAll("*");
    copy.querySelectorAll("*").forEach((element, place) => {
      const colours = getComputedStyle(originals[place]);
      for (const name of ["fill", "stroke"]) {
        if (element.getAttribute(name)?.startsWith("var(")) {
          element.setAttribute(name, colours[name]);
        }
      }
    });
    copy.querySelectorAll(".marks, .off").forEach((each) => each.remove());
    if (theme) {
      root.dataset.theme = theme;
    } else {
      delete root.dataset.theme;
    }
    const title = document.createElementNS(svg.namespaceURI, "title");
    title.textContent = svg.getAttribute("aria-label");
    const style = document.createElementNS(svg.namespaceURI, "style");
    style.textContent = fonts(copy.outerHTML);
    const paper = document.createElementNS(svg.namespaceURI, "rect");
    for (const [name, value] of [["width", "100%"], ["height", "100%"], ["fill", "#ffffff"]]) {
      paper.setAttribute(name, value);
    }
    copy.prepend(title, style, paper);
    return new XMLSerializer().serializeToString(copy);
  };

  const picture = async (text, { width, height }) => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * SHARP);
    canvas.height = Math.round(height * SHARP);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };

  for (const source of document.querySelectorAll("script[data-readings]")) {
    const slug = source.dataset.readings;
    const svg = document.querySelector(`.drawing[data-figure="${CSS.escape(slug)}"] svg`);
    const kinds = {
      csv: () => new Blob([csv(JSON.parse(source.textContent))], { type: "text/csv" }),
      svg: () => new Blob([drawn(svg)], { type: "image/svg+xml" }),
      png: () => picture(drawn(svg), { width: svg.width.baseVal.value, height: svg.height.baseVal.value }),
    };
    const group = document.createElement("div");
    group.className = "downloads";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Download this figure");
    for (const [kind, make] of Object.entries(kinds)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = kind;
      button.textContent = kind.toUpperCase();
      button.title = kind === "csv" ? "Download the data" : "Download the figure";
      button.addEventListener("click", async () => save(`${slug}.${kind}`, await make()));
      group.append(button);
    }
    source.closest(".figure-data").prepend(group);
  }
});
