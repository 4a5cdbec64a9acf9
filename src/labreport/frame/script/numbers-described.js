// How a number was made, in words: operation, values by seed, interval. References are left as they are.
"use strict";

const NumberWords = (() => {
  const PER_CENT = ["fraction", "points", "points, unsigned"];
  const SYMBOLS = { fraction: "%", points: "percentage points", "points, unsigned": "percentage points", p: "", year: "" };
  const MINUS = "\u2212";

  const unitOf = (unit) => SYMBOLS[unit] ?? unit;
  const withUnit = (text, unit) => (unitOf(unit) ? `${text}\u00a0${unitOf(unit)}` : text);
  const isReference = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

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

  const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  const values = (given, label = "Values by seed") => [label, (unit) => list(given, unit)];
  const pair = ({ first, second }) => [
    values(first, "First, by seed"),
    values(second, "Second, by seed"),
    values(
      first.map((one, seed) => (one === null || second[seed] === null ? null : one - second[seed])),
      "Difference, by seed",
    ),
  ];
  const counts = (given, label) => [label, () => [given].flat().join(", ")];
  const agreement = (given) => [
    counts(given.both, "Both right"),
    counts(given.only_first, "Only the first right"),
    counts(given.only_second, "Only the second right"),
    counts(given.neither, "Neither right"),
  ];
  const operands = (of) => [["Of", of]];
  const arithmetic = (how) => ({ of }) => ({ how, rows: operands(of) });

  // For each operation: what it is, the rows of data, and how its interval is made.
  const OPERATIONS = {
    "paired difference": ({ first, second, test_fraction: fraction }) => ({
      how: `Mean of ${counted(first.length, "difference")}, seed by seed`,
      rows: pair({ first, second }),
      by: fraction === undefined ? "by Student's t, paired" : "by Student's t, with the variance of repeated splits corrected",
    }),
    "paired items": (given) => ({
      how: `Difference of two accuracies on the same items, over ${counted(given.both.length, "seed")}`,
      rows: [...agreement(given), counts(given.items_by_sum, "Items by the sum of their differences")],
      by: "by Student's t over seeds and items",
    }),
    McNemar: (given) => ({
      how: "Difference of two accuracies on the same items",
      rows: agreement(given),
      by: "by Newcombe's method or from the exact test, whichever is wider",
    }),
    "two shares": (given) => ({
      how: "Difference of two shares of separate items",
      rows: [
        counts([`${given.right_first} of ${given.items_first}`], "First"),
        counts([`${given.right_second} of ${given.items_second}`], "Second"),
      ],
      by: "by Newcombe's method",
    }),
    "separate items": ({ first, second, items_first: itemsA, items_second: itemsB }) => ({
      how: `Mean of ${counted(first.length, "difference")}; the first on ${itemsA} items, the second on ${itemsB}`,
      rows: pair({ first, second }),
      by: "by Student's t over seeds and items",
    }),
    "share over items": (given) => ({
      how: `Mean of ${counted(given.values.length, "value")} on ${given.items} items, less ${given.threshold}`,
      rows: [
        values(given.values),
        ...(given.right_by_seed ? [counts(given.right_by_seed, "Right, by seed")] : []),
        ...(given.items_by_seeds_right ? [counts(given.items_by_seeds_right, "Items by how many seeds have them right")] : []),
      ],
      by: "by Wilson's method over seeds and items",
    }),
    "mean over seeds": ({ values: given }) => ({
      how: `Mean of ${counted(given.length, "value")}`,
      rows: [values(given)],
      by: "by Student's t",
    }),
    "geometric mean": ({ values: given }) => ({
      how: `Geometric mean of ${counted(given.length, "value")}`,
      rows: [values(given)],
      by: "by Student's t of their logarithms",
    }),
    median: ({ values: given }) => ({
      how: `Median of ${counted(given.length, "value")}`,
      rows: [values(given, "Values")],
      by: "the middle half of the values",
    }),
    "ratio of means": ({ above, below }) => ({
      how: "Mean of the first over mean of the second",
      rows: [values(above, "First, by seed"), values(below, "Second, by seed")],
      by: "by Fieller's method",
    }),
    Wilson: ({ successes, items }) => ({
      how: `Share: ${successes} of ${items}`,
      rows: [],
      by: "by Wilson's method",
    }),
    Spearman: ({ x, y, gives }) => ({
      how: {
        coefficient: "Spearman's coefficient",
        p: "p-value of Spearman's coefficient, over all orders of the values",
        least_p: `Least p-value that ${x.length} values can reach`,
      }[gives],
      rows: [["First", () => list(x)], ["Second", () => list(y)]],
    }),
    Mantel: ({ size, gives }) => ({
      how: {
        coefficient: `Correlation of the ranks of two tables of ${size} by ${size}`,
        p: `p-value of the correlation of two tables of ${size} by ${size}, over random orders`,
        least_p: "Least p-value that so many random orders can reach",
      }[gives],
      rows: [],
    }),
    "chi-square": ({ counts: given }) => ({
      how: "Median, over seeds, of the p-values of chi-square tests against equal counts",
      rows: given.map((row, seed) => counts(row, `Counts of seed ${seed}`)),
    }),
    Fisher: ({ table }) => ({
      how: "p-value of Fisher's exact test, one-sided",
      rows: table.map((row, place) => counts(row, `Row ${place + 1}`)),
    }),
    negation: ({ of }) => ({ how: "The same difference, seen from the other side", rows: operands([of]) }),
    sum: arithmetic("Sum"),
    mean: arithmetic("Mean"),
    product: arithmetic("Product"),
    quotient: arithmetic("The first divided by the others"),
    difference: arithmetic("The first less the second"),
    greatest: arithmetic("Greatest"),
    least: arithmetic("Least"),
    count: arithmetic("Number"),
    "lower median": arithmetic("Median, the lower one of two"),
    middle: arithmetic("Median"),
    rounded: arithmetic("Nearest whole number"),
    power: ({ base, exponent }) => ({ how: "The first to the power of the second", rows: operands([base, exponent]) }),
  };

  const GIVES = {
    difference: "",
    p: "p-value, after the correction",
    level: "Level of the interval, after the correction",
    margin: "Margin inside which two count as equal, fixed before anything ran",
    seeds_only: "The same difference with the interval over seeds only",
    detectable: "The smallest difference that these seeds would have shown with the power that was fixed",
    power: "The power that was fixed before anything ran",
    seeds_needed: "The number of seeds that would decide it",
    seeds_bound: "More seeds than this are not counted",
  };
  const corrected = (name, { members, correction, confirmatory, declared }) => {
    const kind = confirmatory ? "confirmatory" : "exploratory";
    const members_ = `${counted(members.length, "comparison")}, ${kind}${declared ? "" : ", of this question only"}`;
    const how = correction === "holm" && members.length > 1 ? "corrected together by Holm's procedure" : "not corrected";
    return `\u201c${name}\u201d: ${members_}; ${how}`;
  };

  // The condition of a rule; `say` shows what it refers to, `verdict` is the word for one.
  const condition = (when, say, verdict) => {
    const end = (side) => (isReference(side) && "operation" in side ? [`${side.operation} end of `, ...say(side.of)] : say(side));
    const joined = (word) => when.of.flatMap((each, place) => [...(place ? [` ${word} `] : []), ...condition(each, say, verdict)]);
    return {
      otherwise: () => ["otherwise"],
      every: () => joined("and"),
      some: () => joined("or"),
      "verdict is": () => [...say(when.of), ` is \u201c${verdict(when.verdict)}\u201d`],
      compare: () => [...end(when.left), ` ${when.relation} `, ...end(when.right)],
    }[when.operation]();
  };

  return { GIVES, OPERATIONS, condition, corrected, isReference, list, number, numbers, withUnit };
})();
