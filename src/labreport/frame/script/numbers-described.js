// Numbers, data and the lines of Python that compute a number again, as texts for a reader.
"use strict";

const NumberWords = (() => {
  const { isObject, reference } = Evidence;
  const PER_CENT = ["fraction", "points", "points, unsigned"];
  const SYMBOLS = { fraction: "%", points: "percentage points", "points, unsigned": "percentage points", year: "" };
  const MINUS = "\u2212";
  const VALUES = ["first", "second", "values", "value", "low", "high", "threshold"]; // data in the unit of the number

  const unitOf = (unit) => SYMBOLS[unit] ?? unit;
  const withUnit = (text, unit) => (unitOf(unit) ? `${text}\u00a0${unitOf(unit)}` : text);

  // Numbers side by side, with the decimals that show how they differ; of one by itself, six significant digits.
  const numbers = (values, unit = "") => {
    const factor = PER_CENT.includes(unit) ? 100 : 1;
    const scaled = values.map((value) => (value === null ? null : value * factor));
    const known = scaled.filter((value) => value !== null);
    const range = Math.max(...known) - Math.min(...known);
    const size = Math.max(...known.map(Math.abs));
    const whole = known.every((value) => Number.isInteger(value));
    const plain = size === 0 || (size >= 1e-4 && size < 1e9);
    const decimals = range > 1e-9 * size ? Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(range)))) : null;
    const text = (value) => {
      if (value === null) {
        return "none";
      }
      if (whole && plain) {
        return String(value);
      }
      return !plain ? value.toExponential(4) : decimals === null ? String(Number(value.toPrecision(6))) : value.toFixed(decimals);
    };
    return scaled.map((value) => text(value).replace(/-/g, MINUS));
  };
  const number = (value, unit = "") => numbers([value], unit)[0];
  const MOST = 60; // of a long list, so many are shown
  const list = (values, unit) => {
    const shown = numbers(values, unit).slice(0, MOST).join(", ");
    return values.length > MOST ? `${shown}, and ${values.length - MOST} more` : shown;
  };

  // Data by their names in answers.json, as rows of a label and texts; what is null is left out. Where a
  // quantity stands for its value, `operand` gives its pieces. Repetitions inside a unit are in brackets.
  const isNumber = (value) => value === null || typeof value === "number";
  const rows = (data, unit, operand, before = "") =>
    Object.entries(data).flatMap(([key, value]) => {
      const label = `${before}${key.replaceAll("_", " ")}`;
      const own = VALUES.includes(key) ? unit : "";
      const piece = (each) => {
        if (isNumber(each)) {
          return [number(each, own)];
        }
        if (Array.isArray(each)) {
          return [each.every(isNumber) ? `(${list(each, own)})` : each.flatMap(piece).join(", ")];
        }
        if (!isObject(each)) {
          return [String(each)];
        }
        return reference(each) !== null || "value" in each
          ? operand(each)
          : [Object.values(each).flatMap(piece).map((one) => one.textContent ?? one).join(" ")];
      };
      if (value === null) {
        return [];
      }
      if (isObject(value) && reference(value) === null && !("value" in value)) {
        return rows(value, unit, operand, `${label}, `);
      }
      if (!Array.isArray(value)) {
        return [[label, piece(value)]];
      }
      const single = value.every((each) => Array.isArray(each) && each.length === 1 && isNumber(each[0]));
      const flat = single ? value.flat() : value;
      if (flat.length && flat.every(isNumber)) {
        return [[label, [list(flat, own)]]];
      }
      return [[label, flat.flatMap((each, place) => [...(place ? [", "] : []), ...piece(each)])]];
    });

  // Lines that compute one number of answers.json again, with NumPy and SciPy only; `lines` are those of its
  // operation. A text in JSON is one in Python.
  const refers = (value) =>
    reference(value) !== null || (value !== null && typeof value === "object" && Object.values(value).some(refers));
  const python = (slug, name, { data }, lines) => {
    const [of, at] = [slug, name].map((each) => JSON.stringify(each));
    const found = `answers["questions"][${of}]["quantities"]`;
    const resolved = [
      "",
      "def resolved(x):  # the quantities themselves in the place of their names",
      "    if isinstance(x, dict):",
      '        named = set(x) == {"quantity"}',
      '        return quantities[x["quantity"]] if named else {key: resolved(x[key]) for key in x}',
      "    return [resolved(each) for each in x] if isinstance(x, list) else x",
      "",
      "data = resolved(data)",
    ];
    return [
      "import json",
      "",
      'with open("answers.json", encoding="utf-8") as file:',
      "    answers = json.load(file)",
      `quantities = ${found}`,
      `data = quantities[${at}]["derivation"]["data"]`,
      ...(refers(data) ? resolved : []),
      "",
      lines.trim(),
      "print(value, low, high)",
    ].join("\n");
  };

  return { number, numbers, python, rows, withUnit };
})();
