// What the page says of one number: its source, its data, the claims that rest on it, and the same computed again.
"use strict";

const NumberPanel = (() => {
  const { GIVES, OPERATIONS, condition, corrected, isReference, list, number, numbers, withUnit } = NumberWords;

  const element = (name, content = [], attributes = {}) => {
    const made = document.createElement(name);
    made.append(...[content].flat());
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    return made;
  };
  const FIELDS = {
    value: "value",
    spread: "standard deviation",
    n: "number of observations",
    "interval.low": "low end of the interval",
    "interval.high": "high end of the interval",
    "interval.level": "level of the interval",
    p_value: "p-value",
    margin: "margin",
    threshold: "threshold",
    verdict: "verdict",
  };
  const shown = (value, unit) => (typeof value === "number" ? number(value, unit) : (value ?? "nothing"));

  // `evidence` is the page's `Evidence.Document`; `go` shows another address.
  class Panel {
    constructor(evidence, go) {
      Object.assign(this, { evidence, go });
    }

    // What an operand of a derivation is, as pieces of text and buttons that lead to it.
    operand(slug, value) {
      if (!isReference(value)) {
        return [typeof value === "number" ? number(value) : String(value)];
      }
      const [kind] = Object.keys(value);
      const named = kind === "quantity" || kind === "claim" ? value[kind] : null;
      const content = this.evidence.resolve(slug, value);
      const text = "verdict" in content ? `${content.predicate}: ${this.verdict(content.verdict)}` : this.printed(content);
      if (named === null) {
        return [text];
      }
      const button = element("button", text, { type: "button" });
      button.addEventListener("click", () => this.go(`${slug}#${kind === "claim" ? "claims." : ""}${named}`));
      return [button];
    }

    // A verdict in the words of a reader.
    verdict(name) {
      return this.evidence.document.verdicts[name] ?? name;
    }

    printed({ value, unit }) {
      return value === null ? "none" : withUnit(number(value, unit), unit);
    }

    // How a quantity was made: a sentence, and rows of data.
    quantity({ slug, content }) {
      const { derivation, unit } = content;
      if (!derivation) {
        return { how: "", rows: [] };
      }
      if (derivation.operation !== "comparison") {
        return this.made(slug, derivation, content);
      }
      const { family, members } = this.evidence.family(slug, derivation.family);
      const member = family.members[derivation.member];
      const inner = member.estimate ? this.made(slug, member.estimate, { unit: member.unit, interval: null }) : { rows: [] };
      const rows = [...inner.rows, ["Family", [corrected(derivation.family, family)]]];
      if (member.margin !== null) {
        rows.push(["Margin", [withUnit(number(member.margin, member.unit), "points, unsigned")]]);
      }
      const gives = GIVES[derivation.gives];
      if (content.interval) {
        rows.push(this.interval(content, inner.by));
      }
      return { how: gives ? `${gives}. ${inner.how ?? ""}` : (inner.how ?? ""), rows, member: members[derivation.member], unit };
    }

    made(slug, derivation, content) {
      const { how, rows, by } = OPERATIONS[derivation.operation](derivation);
      const data = rows.map(([label, data]) => [
        label,
        typeof data === "function"
          ? [data(content.unit)]
          : data.flatMap((each, place) => [...(place ? [", "] : []), ...this.operand(slug, each)]),
      ]);
      return { how, by, rows: content.interval ? [...data, this.interval(content, by)] : data };
    }

    interval({ interval: { low, high, level, kind }, unit }, by) {
      const [from, to] = numbers([low, high], unit);
      return [`${number(level, "fraction")} % interval`, [`${withUnit(`${from} to ${to}`, unit)}, ${by ?? kind}`]];
    }

    // How a claim was decided.
    claim({ slug, content }) {
      const { derivation } = content;
      const rows = [["Verdict", [this.verdict(content.verdict)]]];
      if (content.p_value !== null) {
        rows.push(["p-value", [number(content.p_value)]]);
      }
      if (content.reason) {
        rows.push(["No test", [content.reason]]);
      }
      if (derivation?.operation === "comparison") {
        const { family } = this.evidence.family(slug, derivation.family);
        const member = family.members[derivation.member];
        const inner = member.estimate ? this.made(slug, member.estimate, { unit: member.unit, interval: null }) : { rows: [] };
        rows.push(...inner.rows, ["Family", [corrected(derivation.family, family)]]);
        if (member.p !== null) {
          rows.push(["p, of no difference", [`${number(member.p)}; corrected ${number(member.p_corrected)}`]]);
        }
        if (member.p_equivalent !== null) {
          const margin = withUnit(number(member.margin, member.unit), "points, unsigned");
          rows.push([
            `p, of more than ${margin}`,
            [`${number(member.p_equivalent)}; corrected ${number(member.p_equivalent_corrected)}`],
          ]);
        }
      } else if (derivation?.operation === "joint") {
        const joined = derivation.pick === "all" ? "The least true of" : "The most true of";
        rows.push([joined, derivation.claims.flatMap((each) => [element("div", this.operand(slug, each))])]);
      } else if (derivation) {
        for (const { verdict, when } of derivation.rules) {
          const parts = condition(when, (value) => this.operand(slug, value), (name) => this.verdict(name));
          rows.push([`\u201c${this.verdict(verdict)}\u201d if`, parts]);
        }
      }
      return { how: content.test, rows };
    }

    // The claims of the same question that rest on a quantity.
    restingOn({ slug, name, content }) {
      const { claims } = this.evidence.document.questions[slug];
      const own = content.derivation;
      const uses = (value) =>
        value !== null &&
        typeof value === "object" &&
        (value.quantity === name || Object.values(value).some((each) => uses(each)));
      return Object.entries(claims).filter(
        ([, { derivation: other, numbers: named }]) =>
          named?.includes(name) ||
          (other &&
            (uses(other) ||
              (own?.operation === "comparison" &&
                other.operation === "comparison" &&
                own.family === other.family &&
                own.member === other.member))),
      );
    }

    // What computing it again gave, in one sentence, and whether it is the same.
    again(item, element_) {
      const { fields, cannot } = this.evidence.again(item);
      const printed = this.differsFromPage(item, element_);
      if (cannot) {
        return { text: `Not computed again: ${cannot}.${printed}`, kind: printed ? "differs" : "cannot" };
      }
      const differing = fields.filter((field) => !field.same);
      if (!differing.length && !printed) {
        return { text: "Computed again from these data, in this browser: the same.", kind: "same" };
      }
      const unit = (name) => (["n", "interval.level", "p_value", "threshold", "verdict"].includes(name) ? "" : item.content.unit);
      const found = differing.map(({ name, says, found: now }) => {
        const [one, other] =
          typeof says === "number" && typeof now === "number" ? numbers([says, now], unit(name)) : [shown(says), shown(now, unit(name))];
        return `${FIELDS[name] ?? name} ${other}, where the report has ${one}`;
      });
      const start = found.length ? `Computed again from these data, in this browser, it differs: ${found.join("; ")}.` : "";
      return { text: `${start}${printed}`, kind: "differs" };
    }

    // A page whose number was changed after it was made shows another than its own evidence holds.
    differsFromPage({ kind, content }, element_) {
      const { value, dataset } = element_ ?? { dataset: {} };
      if (!value || dataset.form === "fact") {
        return "";
      }
      const says = kind === "claim" ? content.p_value : content.value;
      return Evidence.same(Number(value), says) ? "" : ` The page has ${value}, its data ${says}.`;
    }

    // Everything about one address; `element_` is where the page prints it, if it does.
    content(address, element_) {
      const item = this.evidence.item(address);
      if (!item) {
        const fact = "A fact of this answer, counted, declared or stated: nothing to compute again.";
        return [element("p", fact, { class: "again cannot" }), this.where(address)];
      }
      const { content, kind } = item;
      const { how, rows } = this[kind](item);
      const made = [];
      const source = kind === "claim" ? content.predicate : content.source;
      if (source) {
        made.push(element("p", source, { class: "source" }));
      }
      if (how) {
        made.push(element("p", `${how}.`.replace(/\.\.$/, ".")));
      }
      if (rows.length) {
        made.push(element("dl", rows.flatMap(([label, data]) => [element("dt", label), element("dd", data)])));
      }
      const { text, kind: came } = this.again(item, element_);
      made.push(element("p", text, { class: `again ${came}` }));
      const claims = kind === "quantity" ? this.restingOn(item) : [];
      if (claims.length) {
        made.push(element("p", "Claims that rest on it:", { class: "source" }));
        made.push(
          element("ul", claims.map(([name, claim]) => element("li", [...this.operand(item.slug, { claim: name }), `, ${claim.test}`]))),
        );
      }
      made.push(this.where(address));
      return made;
    }

    where(address) {
      return element("p", ["In answers.json: ", element("code", address)], { class: "source" });
    }
  }

  return { Panel, element, list };
})();
