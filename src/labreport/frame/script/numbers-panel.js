// What the page says of one number or finding: its source, its data, what rests on it, and the same computed again.
"use strict";

const NumberPanel = (() => {
  const { number, numbers, python, rows, withUnit } = NumberWords;

  const element = (name, content = [], attributes = {}) => {
    const made = document.createElement(name);
    made.append(...[content].flat());
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    return made;
  };
  const FIELDS = {
    spread: "standard deviation",
    n: "number of observations",
    "interval.low": "low end of the interval",
    "interval.high": "high end of the interval",
  };
  const IN_ITS_UNIT = ["value", "spread", "interval.low", "interval.high"];

  // `evidence` is the page's `Evidence.Document`; `go` shows another address.
  class Panel {
    constructor(evidence, go) {
      Object.assign(this, { evidence, go });
    }

    button(text, address) {
      const made = element("button", text, { type: "button" });
      made.addEventListener("click", () => this.go(address));
      return made;
    }

    // A quantity inside data, as pieces of text and a button that leads to it where it has a name.
    operand(slug, value) {
      const content = this.evidence.resolve(slug, value);
      const text = this.printed(content);
      return [content === value ? text : this.button(text, `${slug}#${value.quantity}`)];
    }

    printed({ value, unit }) {
      return value === null ? "none" : withUnit(number(value, unit), unit);
    }

    // How a quantity was made: a sentence, rows of data, and the same in Python.
    quantity({ slug, name, content }) {
      const { derivation, interval, unit, how } = content;
      if (!derivation) {
        return [];
      }
      const made = rows(derivation.data, unit, (each) => this.operand(slug, each));
      if (interval) {
        const [low, high] = numbers([interval.low, interval.high], unit);
        const level = derivation.operation === "median" ? "" : ` (${number(interval.level, "fraction")} %)`;
        made.push(["interval", [`${withUnit(`${low} to ${high}`, unit)}, ${interval.kind}${level}`]]);
      }
      const lines = python(slug, name, derivation, this.evidence.document.python[derivation.operation]);
      return [
        element("p", `${how}.`),
        element("dl", made.flatMap(([label, data]) => [element("dt", label), element("dd", data)])),
        element("details", [element("summary", "In Python"), element("pre", element("code", lines), { tabindex: "0" })]),
      ];
    }

    // What a finding says, and the numbers that it rests on.
    finding({ slug, content }) {
      const names = [...new Set([...content.numbers, ...content.parts.map(({ quantity }) => quantity)])];
      const judged = new Map(content.parts.map(({ quantity, judgement }) => [quantity, judgement.word]));
      const row = (name) => {
        const text = this.printed(this.evidence.resolve(slug, { quantity: name }));
        const word = judged.has(name) ? `: ${judged.get(name)}` : "";
        return element("li", [this.button(text, `${slug}#${name}`), ` ${name}${word}`]);
      };
      const said = names.length ? [element("p", "It rests on:", { class: "source" }), element("ul", names.map(row))] : [];
      return [element("p", content.says), ...said];
    }

    // The findings of the same question that rest on a quantity.
    restingOn({ slug, name, kind }) {
      if (kind === "finding") {
        return [];
      }
      const { findings } = this.evidence.question(slug);
      const rests = ({ numbers: named, parts }) => named.includes(name) || parts.some(({ quantity }) => quantity === name);
      return Object.entries(findings).filter(([, finding]) => rests(finding));
    }

    // What computing it again gave, in one sentence, and whether it is the same.
    again(item, element_) {
      const own = this.evidence.again(item);
      const fields = own.length || item.kind === "finding" ? own : this.evidence.besideAgain(item);
      const data = own.length ? "these data" : "the data of a finding";
      const printed = this.differsFromPage(item, element_);
      const { content } = item;
      if (!fields.length || content.derivation?.operation === "stated") {
        const text = "Nothing else in the report gives this number: it cannot be computed again.";
        return { text: `${text}${printed}`, kind: printed ? "differs" : "cannot" };
      }
      const differing = fields.filter((field) => !field.same);
      if (!differing.length && !printed) {
        const what = item.kind === "finding" ? "Judged" : "Computed";
        return { text: `${what} again from ${data}, in this browser: the same.`, kind: "same" };
      }
      const found = differing.map(({ name, says, found: now }) => {
        const both = [says, now].every((each) => typeof each === "number");
        const unit = IN_ITS_UNIT.includes(name) ? content.unit : "";
        const [one, other] = both ? numbers([says, now], unit) : [says, now].map((each) => String(each ?? "none"));
        return `${FIELDS[name] ?? name} ${other}, where the report has ${one}`;
      });
      const start = found.length ? `Computed again from ${data}, in this browser, it differs: ${found.join("; ")}.` : "";
      return { text: `${start}${printed}`, kind: "differs" };
    }

    // A page whose number was changed after it was made shows another than its own evidence holds.
    differsFromPage({ kind, content }, element_) {
      const { value, dataset } = element_ ?? { dataset: {} };
      if (!value || kind === "finding" || dataset.form === "fact") {
        return "";
      }
      return Evidence.same(Number(value), content.value) ? "" : ` The page has ${value}, its data ${content.value}.`;
    }

    // Everything about one address; `element_` is where the page prints it, if it does.
    content(address, element_) {
      const item = this.evidence.item(address);
      if (!item) {
        const fact = "A fact of this answer: nothing to compute again.";
        return [element("p", fact, { class: "again cannot" }), this.where(address)];
      }
      const source = item.content.source ? [element("p", item.content.source, { class: "source" })] : [];
      const { text, kind } = this.again(item, element_);
      const findings = this.restingOn(item).map(([name, { says }]) =>
        element("li", this.button(says, `${item.slug}#findings.${name}`)),
      );
      return [
        ...source,
        ...this[item.kind](item),
        element("p", text, { class: `again ${kind}` }),
        ...(findings.length ? [element("p", "Findings that rest on it:", { class: "source" }), element("ul", findings)] : []),
        this.where(address),
      ];
    }

    where(address) {
      return element("p", ["In answers.json: ", element("code", address)], { class: "source" });
    }
  }

  return { Panel, element };
})();
