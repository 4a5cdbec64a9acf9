// Every number and verdict against what its own data give: in the browser for the reader of the page, and in the
// engine that `labreport check` and `verify` embed. The file may come from anybody.
"use strict";

const Evidence = (() => {
  // Numbers agree within the first, relative to themselves, or within the second, relative to the largest of
  // value, spread and interval: what subtraction leaves of rounding.
  const [RELATIVE, CANCELLED] = [1e-7, 1e-11];
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

  // What an object holds under a name, not what every object has.
  const owned = (object, name, what) => {
    if (!Object.hasOwn(object ?? {}, name)) {
      throw new TypeError(`there is no ${what} called '${name}'`);
    }
    return object[name];
  };
  // What `compute` gives; where the data make no sense, the error says whose they are.
  const placed = (place, compute) => {
    try {
      return compute();
    } catch (error) {
      throw new Error(`${place} cannot be computed again: ${error.message}`);
    }
  };

  // A quantity or claim, and those that are written in full inside its derivation.
  function* withInner(item) {
    yield item;
    let number = 0;
    for (const content of inside(item.content.derivation)) {
      number += 1;
      const kind = "verdict" in content ? "claim" : "quantity";
      yield* withInner({ ...item, kind, content, address: `${item.address}, its ${kind} ${number}` });
    }
  }
  function* inside(value) {
    if (value !== null && typeof value === "object") {
      if ("derivation" in value) {
        yield value;
      } else {
        for (const each of Object.values(value)) {
          yield* inside(each);
        }
      }
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
      const own = this.document.questions[slug].families;
      const family = Object.hasOwn(own, name) ? own[name] : owned(this.document.families, name, "family");
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
        return owned(keys[0] === "claim" ? claims : quantities, value[keys[0]], keys[0]);
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
        const member = owned(this.family(slug, derivation.family).members, derivation.member, "member");
        found = Families.gives(member, derivation.gives, rules);
      } else {
        const operation = owned(Summaries, derivation.operation, "operation");
        found = operation(this.resolve(slug, derivation), content.unit);
        found.interval = Families.interval(found, rules.alpha);
      }
      if (found.cannot) {
        return { fields: [], cannot: found.cannot };
      }
      const size = Math.max(Math.abs(found.value ?? 0), found.spread ?? 0);
      const fields = ["value", "spread", "n"].map((name) => this.field(name, content[name], found[name], size));
      fields.push(...this.tables(derivation));
      const ends = found.interval ?? [null, null, null];
      const wider = Math.max(size, Math.abs(ends[0] ?? 0), Math.abs(ends[1] ?? 0));
      ["low", "high", "level"].forEach((name, place) => {
        fields.push(this.field(`interval.${name}`, content.interval?.[name] ?? null, ends[place], wider));
      });
      return { fields, cannot: "" };
    }

    claimAgain({ slug, content }) {
      const given = this.resolve(slug, content.derivation);
      const { alpha } = this.document.rules;
      const fields = [];
      let verdict;
      if (given.operation === "comparison") {
        const member = owned(this.family(slug, given.family).members, given.member, "member");
        verdict = given.less ? (TURNED[member.verdict] ?? member.verdict) : member.verdict;
        const p = verdict === "equivalent" ? member.p_equivalent_corrected : member.p_corrected;
        fields.push(this.field("p_value", content.p_value, p));
        fields.push(this.field("margin", content.margin, member.margin));
        fields.push(this.field("threshold", content.threshold, alpha));
      } else if (given.operation === "joint") {
        const places = given.claims.map((claim) => ORDER.indexOf(claim.verdict));
        verdict = ORDER[given.pick === "all" ? Math.min(...places) : Math.max(...places)];
      } else if (given.operation === "rules") {
        verdict = given.rules.find(({ when }) => holds(when))?.verdict ?? "inconclusive";
        fields.push(this.field("threshold", content.threshold, given.threshold));
        fields.push(this.field("p_value", content.p_value, given.p_value && given.p_value.value));
      } else {
        throw new TypeError(`no verdict comes from an operation '${given.operation}'`);
      }
      fields.push(this.field("verdict", content.verdict, verdict));
      return { fields, cannot: "" };
    }

    field(name, says, found, scale) {
      if (says === undefined) {
        throw new TypeError(`it has no ${name}`);
      }
      return { name, says, found, same: same(says, found, scale) };
    }

    // A table of counts that contradicts itself, which is one field more.
    tables(derivation) {
      const twice = Operations.inconsistent(derivation);
      return twice ? [{ name: "its table of counts", says: twice[0], found: twice[1], same: false }] : [];
    }

    // The members of a family against what their data and the correction give, each with its place.
    *familyAgain(place, { family, members }) {
      for (const [number, member] of family.members.entries()) {
        const { found, ...rest } = members[number];
        const size = Math.max(Math.abs(found.value ?? 0), found.spread ?? 0);
        const own = ["value", "spread", "n"].map((name) => this.field(name, member[name], found[name], size));
        const tested = TESTED.map((name) => this.field(name, member[name], rest[name]));
        const tables = member.estimate ? this.tables(member.estimate) : [];
        yield { place: `${place}, member ${number + 1} (${member.name})`, fields: [...tables, ...own, ...tested] };
      }
    }

    // All families, by the places that messages name.
    *families() {
      const { families, questions } = this.document;
      const [first] = Object.keys(questions);
      for (const name of Object.keys(families)) {
        yield [`family '${name}'`, first, name];
      }
      for (const [slug, question] of Object.entries(questions)) {
        for (const name of Object.keys(question.families)) {
          yield [`${slug}: family '${name}'`, slug, name];
        }
      }
    }

    // All quantities and claims of all questions, and those written in full inside others.
    *items() {
      for (const [slug, { quantities, claims }] of Object.entries(this.document.questions)) {
        for (const [kind, prefix, contents] of [["quantity", "", quantities], ["claim", "claims.", claims]]) {
          for (const [name, content] of Object.entries(contents)) {
            yield* withInner({ slug, content, kind, address: `${slug}#${prefix}${name}` });
          }
        }
      }
    }

    // How much was computed again, what differs, and how much this script cannot compute.
    all() {
      const found = { numbers: 0, verdicts: 0, cannot: 0, differences: [] };
      const count = (place, fields) => {
        for (const { name, says, found: now, same: agrees } of fields) {
          found[name === "verdict" ? "verdicts" : "numbers"] += says === null ? 0 : 1;
          if (!agrees) {
            found.differences.push({ place, field: name, says, found: now });
          }
        }
      };
      for (const [place, slug, name] of this.families()) {
        const again = placed(place, () => [...this.familyAgain(place, this.family(slug, name))]);
        again.forEach((member) => count(member.place, member.fields));
      }
      for (const item of this.items()) {
        const { fields, cannot } = placed(item.address, () => this.again(item));
        count(item.address, fields);
        found.cannot += cannot && item.content.derivation ? 1 : 0;
      }
      return found;
    }
  }

  // The same of a text in JSON, as one; `error` says in one line what makes no sense.
  const checked = (text) => {
    const plain = (key, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);
    try {
      return JSON.stringify(new Document(JSON.parse(text)).all(), plain);
    } catch (error) {
      return JSON.stringify({ error: error.message });
    }
  };

  return { Document, checked, same };
})();
