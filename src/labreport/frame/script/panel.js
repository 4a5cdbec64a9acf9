// A panel shows where a number comes from, and by what a sentence is checked: by a click, or by Enter on the number or
// on the sign of the sentence. The data are in the page, in the scripts called "numbers" and "claims".
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const read = (name) => JSON.parse(document.getElementById(name)?.textContent ?? "{}");
  const numbers = read("numbers");
  const claims = read("claims");
  const MOST_VALUES = 60;
  const MOST_NUMBERS = 12;
  const VERDICTS = new Map([
    [true, "Checked: it holds"],
    [false, "Checked: it does not hold"],
    [null, "Checked: not decided by these results"],
  ]);
  let chosen = null; // what is highlighted
  let control = null; // what has opened the panel, and gets the focus back

  const panel = document.createElement("aside");
  panel.className = "panel";
  panel.setAttribute("aria-labelledby", "panel-title");
  panel.hidden = true;
  document.body.append(panel);

  const add = (parent, tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, value);
    }
    parent.append(element);
    return element;
  };

  const addList = (pairs) => {
    const list = add(panel, "dl", "");
    for (const [term, text] of pairs) {
      add(list, "dt", term);
      add(list, "dd", text);
    }
  };

  const close = () => {
    panel.hidden = true;
    chosen?.classList.remove("chosen");
    control?.setAttribute("aria-expanded", "false");
    chosen = null;
  };

  const closeAndReturn = () => {
    close();
    control?.focus();
  };

  const open = (element, opener, title, fill) => {
    close();
    chosen = element;
    control = opener;
    chosen.classList.add("chosen");
    control.setAttribute("aria-expanded", "true");
    panel.replaceChildren();
    const head = add(panel, "div", "", { class: "head" });
    const heading = add(head, "h2", title, { id: "panel-title", tabindex: "-1" });
    add(head, "button", "Close", { type: "button" }).addEventListener("click", closeAndReturn);
    fill();
    panel.hidden = false;
    panel.scrollTop = 0;
    heading.focus({ preventScroll: true });
  };

  const intervals = (number) => {
    const pairs = [];
    if (number.interval) {
      pairs.push(["By itself", number.interval]);
    }
    if (number.judged) {
      pairs.push([number.family > 1 ? `Judged, as one of ${number.family}` : "Judged by", number.judged]);
    }
    if (number.p) {
      pairs.push(["Test by itself", number.p]);
    }
    return [...pairs, ...(number.groups ?? [])];
  };

  const showNumber = (name) => {
    const number = numbers[name];
    for (const text of [number.what, number.source, number.method]) {
      if (text) {
        add(panel, "p", text);
      }
    }
    addList(intervals(number));
    const values = Object.entries(number.values ?? {});
    if (values.length > 1) {
      add(panel, "p", `By ${number.unit ?? "seed"}:`, { class: "where" });
      addList(values.slice(0, MOST_VALUES));
      if (values.length > MOST_VALUES) {
        add(panel, "p", `and ${values.length - MOST_VALUES} more`, { class: "where" });
      }
    }
    const where = add(panel, "p", "In answers.json: ", { class: "where" });
    add(where, "code", name);
  };

  const showClaim = (claim) => {
    add(add(panel, "p", "Condition: "), "code", claim.condition);
    for (const text of claim.says) {
      add(panel, "p", `The results say: ${text}.`);
    }
    if (claim.how && claim.holds !== null) {
      add(panel, "p", `The condition ${claim.holds ? "holds" : "fails"} ${claim.how}.`);
    }
    for (const name of claim.numbers.slice(0, MOST_NUMBERS)) {
      const number = numbers[name];
      add(panel, "h3", number.value);
      add(panel, "p", number.source, { class: "where" });
      addList(intervals(number));
    }
    if (claim.numbers.length > MOST_NUMBERS) {
      add(panel, "p", `and ${claim.numbers.length - MOST_NUMBERS} more numbers`, { class: "where" });
    }
    add(panel, "p", `In ${claim.file}, line ${claim.line}`, { class: "where" });
  };

  for (const number of document.querySelectorAll("main data[data-q]")) {
    const name = number.dataset.q;
    if (!numbers[name] || number.closest("a, nav")) {
      continue;
    }
    number.tabIndex = 0;
    number.setAttribute("role", "button");
    number.setAttribute("aria-expanded", "false");
    number.title = "Where this number comes from";
    const title = numbers[name].value ?? number.textContent;
    const show = () => open(number, number, title, () => showNumber(name));
    number.addEventListener("click", () => (chosen === number ? close() : show()));
    number.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        show();
      }
    });
  }

  for (const sentence of document.querySelectorAll("main [data-claim]")) {
    const claim = claims[sentence.dataset.claim];
    if (!claim || sentence.closest("a, nav")) {
      continue;
    }
    const label = `${VERDICTS.get(claim.holds)}; show how`;
    const sign = add(sentence, "button", "", { type: "button", class: "checked", "aria-label": label });
    sign.setAttribute("aria-expanded", "false");
    const show = () => open(sentence, sign, VERDICTS.get(claim.holds), () => showClaim(claim));
    sentence.addEventListener("click", (event) => {
      const other = event.target.closest("a, button, summary, data[role]");
      if (other && other !== sign) {
        return;
      }
      if (other === sign || getSelection().isCollapsed) {
        chosen === sentence ? closeAndReturn() : show();
      }
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen) {
      closeAndReturn();
    }
  });
});
