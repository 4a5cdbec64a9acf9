// Every number and judgement against what its own data give: in the browser for the reader of the page, and in the
// engine that `labreport check` and `verify` embed. The file may come from anybody. `Operations` is put
// together from the files in which each operation is defined.
"use strict";

const Evidence = (() => {
  // Numbers agree within the first, relative to themselves, or within the second, relative to the largest of
  // value, spread and interval: what subtraction leaves of rounding.
  const [RELATIVE, CANCELLED] = [1e-7, 1e-11];
  const ALPHA = 0.05;

  const same = (says, found, scale = 0) => {
    if (typeof says !== "number" || typeof found !== "number") {
      return says === found;
    }
    return Math.abs(says - found) <= RELATIVE * Math.abs(found) + CANCELLED * scale;
  };
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  // The name in `{"quantity": NAME}`, or null.
  const reference = (value) => {
    const whole = isObject(value) && typeof value.quantity === "string" && Object.keys(value).length === 1;
    return whole ? value.quantity : null;
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
  // The quantities that are written in full inside data, because the answer has them under no name.
  function* inside(value) {
    if (isObject(value) && "derivation" in value) {
      yield value;
    } else if (value !== null && typeof value === "object") {
      for (const each of Object.values(value)) {
        yield* inside(each);
      }
    }
  }

  // `measures` and `questions` of an answers.json.
  class Document {
    constructor(document) {
      this.document = document;
    }

    question(slug) {
      return owned(this.document.questions, slug, "question");
    }

    // What an address means, QUESTION#NAME or QUESTION#findings.NAME: a quantity, a finding, or nothing.
    item(address) {
      const [slug, name] = [address.slice(0, address.indexOf("#")), address.slice(address.indexOf("#") + 1)];
      const { quantities = {}, findings = {} } = this.document.questions[slug] ?? {};
      const found = name.startsWith("findings.") ? name.slice("findings.".length) : null;
      if (found !== null && Object.hasOwn(findings, found)) {
        return { slug, name: found, kind: "finding", content: findings[found] };
      }
      return Object.hasOwn(quantities, name) ? { slug, name, kind: "quantity", content: quantities[name] } : null;
    }

    // Data with each reference replaced by the quantity that it names.
    resolve(slug, value) {
      if (Array.isArray(value)) {
        return value.map((each) => this.resolve(slug, each));
      }
      if (!isObject(value) || "derivation" in value) {
        return value;
      }
      const named = reference(value);
      if (named !== null) {
        return owned(this.question(slug).quantities, named, "quantity");
      }
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.resolve(slug, each)]));
    }

    compute(slug, derivation, alpha = ALPHA) {
      if (!derivation) {
        throw new TypeError("it has no data");
      }
      return owned(Operations, derivation.operation, "operation")(this.resolve(slug, derivation.data), alpha);
    }

    // A quantity or finding again, as fields: what is stated, what is found, and whether they are the same.
    // There are none where nothing else in the file gives it.
    again(item) {
      return item.kind === "finding" ? this.findingAgain(item) : this.quantityAgain(item);
    }

    quantityAgain({ slug, content }) {
      if (!content.derivation) {
        return [];
      }
      const computed = this.compute(slug, content.derivation);
      const endless = computed.high !== null && !Number.isFinite(computed.high); // which is not stored
      const found = endless ? { ...computed, low: null, high: null } : computed;
      const { interval } = content;
      const ratio = content.derivation.data.scale === "ratio"; // of which nothing is subtracted
      const largest = (...values) => (ratio ? 0 : Math.max(...values.map((each) => Math.abs(each ?? 0))));
      const size = largest(found.value, found.spread);
      const wider = largest(found.value, found.spread, found.low, found.high);
      const fields = ["value", "spread", "n"].map((name) => this.field(name, content[name], found[name], size));
      return [
        ...fields,
        this.field("interval.low", interval && interval.low, found.low, wider),
        this.field("interval.high", interval && interval.high, found.high, wider),
      ];
    }

    // The same of one that was counted or declared, where data of a finding give it.
    besideAgain({ slug, name }) {
      const found = Object.values(this.question(slug).findings).flatMap((content) => this.findingAgain({ slug, content }));
      return found.filter(({ beside }) => beside === `${slug}#${name}`).map((field) => ({ ...field, name: "value" }));
    }

    findingAgain({ slug, content }) {
      const { quantities } = this.question(slug);
      const measure = content.measure === null ? null : owned(this.document.measures, content.measure, "measure");
      const again = (derivation, alpha) => this.compute(slug, derivation, alpha);
      const fields = [];
      const judged = (place, says, found) => {
        for (const name of ["word", "sign", "same", "reason", "among"]) {
          fields.push(this.field(`${place}judgement.${name}`, says[name], found[name]));
        }
      };
      // Counted and declared numbers that are printed beside the others, and follow from the same data.
      const beside = (name, expected) => {
        if (Object.hasOwn(quantities, name)) {
          fields.push({ ...this.field(`'${name}'`, quantities[name].value, expected), beside: `${slug}#${name}` });
        }
      };
      const { kind, prefix, subjects, parts, epochs } = content;
      const among = (subjects.length * (subjects.length - 1)) / 2;
      const pairs = { ranking: among, extremes: among, trend: subjects.length > 2 ? subjects.length : 1 };
      if (kind in pairs) {
        const fromBest = kind === "ranking" && parts.every(({ quantity: name }) => name.endsWith(".behind"));
        fields.push(this.field("number of parts", parts.length, fromBest ? subjects.length - 1 : pairs[kind]));
      }
      for (const subject of subjects) {
        const data = quantities[`${prefix}${subject}.mean`]?.derivation?.data;
        const runs = data?.values?.flat() ?? data?.first?.right;
        if (runs) {
          beside(`${prefix}${subject}.runs`, runs.length);
        }
        const stated = quantities[`${prefix}${subject}.epochs`]?.value;
        beside(`${prefix}${subject}.epochs`, epochs.includes(stated) ? stated : (epochs[0] ?? null));
      }
      for (const { quantity: name, judgement } of parts) {
        const quantity = owned(quantities, name, "quantity");
        const found = again(quantity.derivation, ALPHA / judgement.among);
        judged(`'${name}', `, judgement, Judgement.of(found, measure, judgement.among));
        beside(`${name}.units`, quantity.n);
        beside(`${name}.among`, judgement.among);
        beside(`${name}.margin`, measure.unit === "%" ? measure.margin / 100 : measure.margin);
        if (kind in pairs) {
          fields.push(this.field(`'${name}', number of comparisons`, judgement.among, pairs[kind]));
        }
        if (kind === "count") {
          const { data } = quantity.derivation;
          beside(`${prefix}threshold`, typeof data.second === "number" ? data.second : data.threshold);
        }
      }
      judged("", content.judgement, Judgement.again(content, quantities, measure, again));
      return fields;
    }

    field(name, says, found, scale) {
      if (says === undefined) {
        throw new TypeError(`it has no ${name}`);
      }
      return { name, says, found, same: same(says, found, scale) };
    }

    // All quantities and findings of all questions, and the quantities written in full inside others.
    *items() {
      for (const [slug, { quantities, findings }] of Object.entries(this.document.questions)) {
        for (const [name, content] of Object.entries(quantities)) {
          yield* this.withInner({ slug, kind: "quantity", content, address: `${slug}#${name}` });
        }
        for (const [name, content] of Object.entries(findings)) {
          yield* this.withInner({ slug, kind: "finding", content, address: `${slug}#findings.${name}` });
        }
      }
    }

    *withInner(item) {
      yield item;
      let number = 0;
      for (const content of inside(item.content.derivation?.data)) {
        number += 1;
        yield* this.withInner({ ...item, kind: "quantity", content, address: `${item.address}, operand ${number}` });
      }
    }

    // How much was computed again, and what differs.
    all() {
      const found = { numbers: 0, findings: 0, differences: [] };
      const counted = new Set();
      for (const item of this.items()) {
        const place = item.address;
        for (const { name, says, found: now, same: agrees, beside } of placed(place, () => this.again(item))) {
          found.findings += name === "judgement.word" ? 1 : 0;
          found.numbers += typeof says === "number" && !counted.has(beside) ? 1 : 0;
          if (beside) {
            counted.add(beside);
          }
          if (!agrees) {
            found.differences.push({ place, field: name, says, found: now });
          }
        }
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

  return { Document, checked, isObject, reference, same };
})();
