// The page's numbers and verdicts against what their own data give, computed in this browser.
"use strict";

const Evidence = (() => {
  const [RELATIVE, CANCELLED] = [1e-7, 1e-11]; // as `labreport check` compares
  const TURNED = { supported: "refuted", refuted: "supported" };
  const TESTED = ["p", "p_corrected", "p_equivalent", "p_equivalent_corrected", "alpha", "verdict"];
  const ORDER = ["refuted", "equivalent", "inconclusive", "supported"]; // from false to true

  const PART_OF_A_CLAIM = /\.(p|predicate|test|reason|evidence)$/;

  const same = (says, found, scale = 0) => {
    if (typeof says !== "number" || typeof found !== "number") {
      return says === found;
    }
    return Math.abs(says - found) <= RELATIVE * Math.abs(found) + CANCELLED * scale;
  };

  // Whether the condition of a rule holds, its references resolved.
  const operand = (given) => {
    if (given === null || typeof given !== "object") {
      return given;
    }
    return "operation" in given ? (given.of.interval?.[given.operation] ?? null) : given.value;
  };
  const RELATIONS = {
    "=": (left, right) => left === right,
    "<": (left, right) => left < right,
    "<=": (left, right) => left <= right,
    ">": (left, right) => left > right,
    ">=": (left, right) => left >= right,
  };
  const holds = (condition) => {
    const { operation, of } = condition;
    const [left, right] = [condition.left, condition.right].map(operand);
    return {
      otherwise: () => true,
      every: () => of.every(holds),
      some: () => of.some(holds),
      "verdict is": () => of.verdict === condition.verdict,
      compare: () => left !== null && right !== null && RELATIONS[condition.relation](left, right),
    }[operation]();
  };

  // A quantity or claim, and those that are written in full inside its derivation.
  function* withInner(slug, content, address) {
    yield { slug, content, address, kind: "verdict" in content ? "claim" : "quantity" };
    yield* inside(slug, content.derivation, address);
  }
  function* inside(slug, value, address) {
    if (value === null || typeof value !== "object") {
      return;
    }
    if ("derivation" in value) {
      yield* withInner(slug, value, address);
      return;
    }
    for (const each of Object.values(value)) {
      yield* inside(slug, each, address);
    }
  }

  // Everything that follows from one document: `rules`, `families` and `questions` of an answers.json.
  class Document {
    constructor(document) {
      this.document = document;
      this.members = new Map();
    }

    // A family by the name by which a question knows it, and its members computed again.
    family(slug, name) {
      const own = this.document.questions[slug].families[name];
      const family = own ?? this.document.families[name];
      if (!this.members.has(family)) {
        this.members.set(family, Families.tested(family, this.document.rules));
      }
      return { family, members: this.members.get(family) };
    }

    // What an address means, QUESTION#NAME or QUESTION#claims.NAME: a quantity, a claim, or nothing.
    item(address) {
      const [slug, name] = [address.slice(0, address.indexOf("#")), address.slice(address.indexOf("#") + 1)];
      const { quantities = {}, claims = {} } = this.document.questions[slug] ?? {};
      const named = /^claims\.(.+)$/.exec(name)?.[1] ?? "";
      const claim = [named, named.replace(PART_OF_A_CLAIM, "")].find((each) => claims[each]);
      if (claim) {
        return { slug, name: claim, kind: "claim", content: claims[claim] };
      }
      return quantities[name] ? { slug, name, kind: "quantity", content: quantities[name] } : null;
    }

    // An input with each reference replaced by what it refers to.
    resolve(slug, value) {
      if (Array.isArray(value)) {
        return value.map((each) => this.resolve(slug, each));
      }
      if (value === null || typeof value !== "object" || "derivation" in value) {
        return value;
      }
      const keys = Object.keys(value);
      if (keys.length === 1 && (keys[0] === "quantity" || keys[0] === "claim")) {
        const { quantities, claims } = this.document.questions[slug];
        return (keys[0] === "claim" ? claims : quantities)[value[keys[0]]];
      }
      return Object.fromEntries(keys.map((key) => [key, this.resolve(slug, value[key])]));
    }

    // A quantity or claim computed again: what is stated, what is found, and whether they are the same.
    // Without a derivation there is nothing to compute, and `cannot` says so.
    again(item) {
      const { content } = item;
      if (!content.derivation) {
        const stated = item.kind === "claim" ? "its verdict was stated" : "it was counted, declared or stated";
        return { fields: [], cannot: `${stated}, and follows from no other numbers` };
      }
      return item.kind === "claim" ? this.claimAgain(item) : this.quantityAgain(item);
    }

    quantityAgain({ slug, content }) {
      const { derivation } = content;
      const { rules } = this.document;
      let found;
      if (derivation.operation === "comparison") {
        const member = this.family(slug, derivation.family).members[derivation.member];
        found = Families.gives(member, derivation.gives, rules);
      } else {
        found = Summaries[derivation.operation](this.resolve(slug, derivation), content.unit);
        found.interval = Families.interval(found, rules.alpha);
      }
      if (found.cannot) {
        return { fields: [], cannot: found.cannot };
      }
      const size = Math.max(Math.abs(found.value ?? 0), found.spread ?? 0);
      const fields = ["value", "spread", "n"].map((name) => this.field(name, content[name], found[name], size));
      const ends = found.interval ?? [null, null, null];
      const wider = Math.max(size, Math.abs(ends[0] ?? 0), Math.abs(ends[1] ?? 0));
      ["low", "high", "level"].forEach((name, place) => {
        fields.push(this.field(name, content.interval?.[name] ?? null, ends[place], wider));
      });
      return { fields, cannot: "" };
    }

    claimAgain({ slug, content }) {
      const given = this.resolve(slug, content.derivation);
      const { alpha } = this.document.rules;
      const fields = [];
      let verdict;
      if (given.operation === "comparison") {
        const member = this.family(slug, given.family).members[given.member];
        verdict = given.less ? (TURNED[member.verdict] ?? member.verdict) : member.verdict;
        const p = verdict === "equivalent" ? member.p_equivalent_corrected : member.p_corrected;
        fields.push(this.field("p_value", content.p_value, p));
        fields.push(this.field("margin", content.margin, member.margin));
        fields.push(this.field("threshold", content.threshold, alpha));
      } else if (given.operation === "joint") {
        const places = given.claims.map((claim) => ORDER.indexOf(claim.verdict));
        verdict = ORDER[given.pick === "all" ? Math.min(...places) : Math.max(...places)];
      } else {
        verdict = given.rules.find(({ when }) => holds(when))?.verdict ?? "inconclusive";
        fields.push(this.field("threshold", content.threshold, given.threshold));
        fields.push(this.field("p_value", content.p_value, given.p_value && given.p_value.value));
      }
      fields.push(this.field("verdict", content.verdict, verdict));
      return { fields, cannot: "" };
    }

    field(name, says, found, scale) {
      return { name, says, found, same: same(says, found, scale) };
    }

    // The members of a family against what their data and the correction give.
    familyAgain(family, members) {
      return family.members.flatMap((member, place) => {
        const { found, ...rest } = members[place];
        const size = Math.max(Math.abs(found.value ?? 0), found.spread ?? 0);
        const own = ["value", "spread", "n"].map((name) => this.field(name, member[name], found[name], size));
        return [...own, ...TESTED.map((name) => this.field(name, member[name], rest[name]))];
      });
    }

    // All quantities and claims of all questions, and those written in full inside others.
    *items() {
      for (const [slug, { quantities, claims }] of Object.entries(this.document.questions)) {
        for (const [prefix, contents] of [["", quantities], ["claims.", claims]]) {
          for (const [name, content] of Object.entries(contents)) {
            yield* withInner(slug, content, `${slug}#${prefix}${name}`);
          }
        }
      }
    }

    // How much was computed again, what differs, and what a browser cannot compute.
    all() {
      const found = { numbers: 0, verdicts: 0, differing: new Set(), cannot: 0 };
      const count = (where, fields) => {
        for (const { name, says, same: agrees } of fields) {
          found[name === "verdict" ? "verdicts" : "numbers"] += says === null ? 0 : 1;
          if (!agrees) {
            found.differing.add(where);
          }
        }
      };
      const { families, questions } = this.document;
      for (const slug of Object.keys(questions)) {
        for (const name of [...Object.keys(families), ...Object.keys(questions[slug].families)]) {
          this.family(slug, name);
        }
      }
      for (const [family, members] of this.members) {
        count(`family of ${family.members.map(({ name }) => name).join(", ")}`, this.familyAgain(family, members));
      }
      for (const item of this.items()) {
        const { fields, cannot } = this.again(item);
        count(item.address, fields);
        found.cannot += cannot && item.content.derivation ? 1 : 0;
      }
      return found;
    }
  }

  return { Document, same };
})();
