// Curves: points read off by pointer and by arrow keys, and each series switched on and off.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const SVG = "http://www.w3.org/2000/svg";

  const scale = (limits, kind, from, to) => {
    const turn = kind === "log" ? Math.log10 : (value) => value;
    const [low, high] = limits.map(turn);
    return (value) => from + ((turn(value) - low) / (high - low)) * (to - from);
  };
  const shown = (value) => {
    const text = Math.abs(value) >= 1e6 ? value.toExponential(3) : String(Number(value.toPrecision(4)));
    return text.replace("-", "\u2212");
  };
  const create = (name, attributes, parent) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    parent.append(element);
    return element;
  };

  class Readout {
    constructor(drawing, readings) {
      this.drawing = drawing;
      this.svg = drawing.querySelector("svg");
      this.hidden = new Set();
      this.panels = readings.axes
        .map((axes) => this.panel(axes, readings.series.filter((series) => series.axis === axes.id)))
        .filter((panel) => panel.series.length);
      this.place = { panel: 0, step: -1 };
      this.marks = create("g", { class: "marks", "aria-hidden": "true" }, this.svg);
      this.box = document.createElement("div");
      this.box.className = "readout";
      this.box.setAttribute("aria-live", "polite");
      drawing.append(this.box);
      drawing.addEventListener("pointermove", (event) => this.follow(event));
      drawing.addEventListener("pointerleave", () => this.clear());
      drawing.addEventListener("blur", () => this.clear());
      drawing.addEventListener("keydown", (event) => this.step(event));
    }

    panel(axes, series) {
      const [left, top, width, height] = axes.box;
      const steps = [...new Set(series.flatMap((each) => each.x))].filter((x) => x !== null);
      return {
        axes,
        series,
        steps: steps.sort((a, b) => a - b),
        x: scale(axes.xlim, axes.xscale, left, left + width),
        y: scale(axes.ylim, axes.yscale, top + height, top),
      };
    }

    point(event) {
      const matrix = this.svg.getScreenCTM();
      return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    }

    follow(event) {
      const { x, y } = this.point(event);
      const index = this.panels.findIndex(({ axes: { box } }) => {
        const [left, top, width, height] = box;
        return x >= left - 4 && x <= left + width + 4 && y >= top - 4 && y <= top + height + 4;
      });
      if (index < 0) {
        this.clear();
        return;
      }
      const panel = this.panels[index];
      const distances = panel.steps.map((step) => Math.abs(panel.x(step) - x));
      this.show(index, distances.indexOf(Math.min(...distances)));
    }

    step(event) {
      const panel = this.panels[this.place.panel];
      const last = panel.steps.length - 1;
      const along = { ArrowRight: this.place.step + 1, ArrowLeft: this.place.step - 1, Home: 0, End: last };
      const across = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in along) {
        this.show(this.place.panel, Math.max(0, Math.min(last, along[event.key])));
      } else if (event.key in across && this.panels.length > 1) {
        const next = (this.place.panel + across[event.key] + this.panels.length) % this.panels.length;
        this.show(next, Math.max(0, Math.min(this.panels[next].steps.length - 1, this.place.step)));
      } else if (event.key === "Escape") {
        this.clear();
        return;
      } else {
        return;
      }
      event.preventDefault();
      this.drawing.scrollLeft = this.marks.firstChild.getBoundingClientRect().left
        - this.svg.getBoundingClientRect().left - this.drawing.clientWidth / 2;
    }

    show(index, step) {
      const panel = this.panels[index];
      const x = panel.steps[step];
      const [left, top, width, height] = panel.axes.box;
      this.place = { panel: index, step };
      this.marks.replaceChildren();
      const at = panel.x(x);
      create("line", { x1: at, x2: at, y1: top, y2: top + height, class: "rule" }, this.marks);
      const lines = [];
      for (const series of panel.series) {
        const value = series.y[series.x.indexOf(x)];
        if (this.hidden.has(series.label) || value === undefined || value === null) {
          continue;
        }
        create("circle", { cx: at, cy: panel.y(value), r: 2.4, class: "dot" }, this.marks);
        lines.push([value, `${series.label}: ${shown(value)}`]);
      }
      lines.sort((a, b) => b[0] - a[0]);
      this.write([panel.axes.title, `${panel.axes.xlabel || "x"} ${shown(x)}`], lines.map(([, line]) => line));
      const ratio = this.svg.getBoundingClientRect().width / this.svg.viewBox.baseVal.width;
      const toTheLeft = at > left + width / 2;
      this.box.style.left = toTheLeft ? "auto" : `${(at + 6) * ratio}px`;
      this.box.style.right = toTheLeft ? `${(this.svg.viewBox.baseVal.width - at + 6) * ratio}px` : "auto";
      this.box.style.top = `${(top + height * 0.38) * ratio}px`;
    }

    write(heading, lines) {
      const first = document.createElement("strong");
      first.textContent = heading.filter(Boolean).join(", ");
      const rest = lines.map((line) => {
        const element = document.createElement("span");
        element.textContent = line;
        return element;
      });
      this.box.replaceChildren(first, ...rest);
    }

    clear() {
      this.marks.replaceChildren();
      this.box.replaceChildren();
    }

    toggle(label, on) {
      this.hidden[on ? "delete" : "add"](label);
      for (const element of this.svg.querySelectorAll("[data-series]")) {
        if (element.dataset.series === label) {
          element.classList.toggle("off", !on);
        }
      }
      this.clear();
    }
  }

  const switches = (readout, labels) => {
    const group = document.createElement("div");
    group.className = "switches";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Curves shown");
    for (const label of labels) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.setAttribute("aria-pressed", "true");
      button.addEventListener("click", () => {
        const on = button.getAttribute("aria-pressed") === "false";
        button.setAttribute("aria-pressed", String(on));
        readout.toggle(label, on);
      });
      group.append(button);
    }
    return group;
  };

  for (const source of document.querySelectorAll("script[data-readings]")) {
    const readings = JSON.parse(source.textContent);
    const drawing = document.querySelector(`.drawing[data-figure="${CSS.escape(source.dataset.readings)}"]`);
    drawing.tabIndex = 0;
    drawing.setAttribute("role", "group");
    drawing.setAttribute("aria-label", "Drawing");
    if (!readings.series.length) {
      continue;
    }
    drawing.setAttribute("aria-label", "Chart; the arrow keys read off its points");
    const readout = new Readout(drawing, readings);
    const labels = [...new Set(readings.series.map((series) => series.label))];
    if (labels.length > 1) {
      drawing.after(switches(readout, labels));
    }
  }
});
