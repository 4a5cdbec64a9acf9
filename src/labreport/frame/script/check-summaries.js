// Operations that give one number, without a test against another: means, medians, ratios, ranks, arithmetic.
"use strict";

const Summaries = (() => {
  const { chiSquareTail, logWays, studentQuantile } = Distributions;
  const { EQUAL, mean, score, sum, variance } = Estimates;
  const { found, missing, overSeeds } = Operations;
  const EVERY_ORDER_UP_TO = 8;
  const RANDOM_ORDERS = 9999;
  const ROUNDING = 1e-12;

  const within = (value, low, high) => Math.min(high, Math.max(low, value));
  const rising = (values) => [...values].sort((a, b) => a - b);
  const meanOverSeeds = ({ values }, unit) => {
    const { value, n, shape } = overSeeds(values);
    const spread = value !== null && n > 1 ? Math.sqrt(variance(values)) : null;
    if (!shape) {
      return found(value, n, { spread });
    }
    const ends = shape.ends(0.05);
    return found(value, n, { spread, interval: [...(unit === "fraction" ? ends.map((end) => within(end, 0, 1)) : ends), 0.95] });
  };
  const geometricMean = ({ values }) => {
    const n = values.length;
    if (missing(values) || values.some((value) => value <= 0)) {
      return found(null, n);
    }
    const logarithms = values.map(Math.log);
    const middle = mean(logarithms);
    if (n < 2 || Math.sqrt(variance(logarithms)) <= EQUAL * Math.max(...logarithms.map(Math.abs))) {
      return found(Math.exp(middle), n);
    }
    const half = studentQuantile(0.05, n - 1) * Math.sqrt(variance(logarithms) / n);
    return found(Math.exp(middle), n, { interval: [Math.exp(middle - half), Math.exp(middle + half), 0.95] });
  };
  const quantile = (values, share) => {
    const ordered = rising(values);
    const place = share * (ordered.length - 1);
    const below = ordered[Math.floor(place)];
    return below + (place - Math.floor(place)) * (ordered[Math.min(Math.floor(place) + 1, ordered.length - 1)] - below);
  };
  const median = ({ values }) => {
    const n = values.length;
    if (missing(values) || n === 1) {
      return n === 1 ? found(values[0]) : found(null, n);
    }
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share));
    return found(middle, n, { spread: Math.sqrt(variance(values)), interval: [low, high, 0.5] });
  };
  // With Fieller's interval.
  const ratioOfMeans = ({ above, below }) => {
    const n = above.length;
    if (missing([...above, ...below]) || mean(below) === 0) {
      return found(null, n);
    }
    const [a, b] = [mean(above), mean(below)];
    if (n < 2) {
      return found(a / b, n);
    }
    const square = studentQuantile(0.05, n - 1) ** 2;
    const [varA, varB] = [variance(above) / n, variance(below) / n];
    const both = sum(above.map((one, seed) => (one - a) * (below[seed] - b))) / (n - 1) / n;
    const under = b * b - square * varB;
    const half = a * b - square * both;
    const root = half * half - under * (a * a - square * varA);
    const known = under > 0 && root >= 0 && !(varA === 0 && varB === 0);
    const ends = [(half - Math.sqrt(root)) / under, (half + Math.sqrt(root)) / under, 0.95];
    return found(a / b, n, { interval: known ? ends : null });
  };
  const wilson = ({ successes, items }) => {
    const share = successes / items;
    return found(share, 1, { interval: [...score(share, items, studentQuantile(0.05, Infinity)), 0.95] });
  };

  const ranks = (values) => {
    const order = rising(values);
    return values.map((value) => (order.indexOf(value) + order.lastIndexOf(value)) / 2 + 1);
  };
  const correlation = (x, y) => {
    const [a, b] = [mean(x), mean(y)];
    const above = sum(x.map((one, place) => (one - a) * (y[place] - b)));
    return above / Math.sqrt(sum(x.map((one) => (one - a) ** 2)) * sum(y.map((one) => (one - b) ** 2)));
  };
  const flat = (values) => new Set(values).size < 2;
  const factorial = (n) => (n < 2 ? 1 : n * factorial(n - 1));
  // The coefficients of one sample with every order of the other.
  const orders = (x, y) => {
    const all = [];
    const order = [...x];
    const place = (from) => {
      if (from === order.length) {
        all.push(correlation(order, y));
      }
      for (let other = from; other < order.length; other += 1) {
        [order[from], order[other]] = [order[other], order[from]];
        place(from + 1);
        [order[from], order[other]] = [order[other], order[from]];
      }
    };
    place(0);
    return all;
  };
  const spearman = ({ x, y, gives }) => {
    const n = x.length;
    if (gives === "least_p") {
      return found(Math.min(1, 2 / factorial(n)));
    }
    if (missing([...x, ...y]) || flat(x) || flat(y)) {
      return gives === "p" ? found(1) : found(null, n);
    }
    const observed = correlation(ranks(x), ranks(y));
    if (gives === "coefficient") {
      return found(within(observed, -1, 1), n);
    }
    if (n > EVERY_ORDER_UP_TO) {
      return found(null, 1, { cannot: "it is counted over random orders, which only the build draws" });
    }
    const all = orders(ranks(x), ranks(y));
    const up = all.filter((one) => one >= observed - ROUNDING).length;
    const down = all.filter((one) => one <= observed + ROUNDING).length;
    return found(Math.min(1, (2 * Math.min(up, down)) / all.length));
  };
  const mantel = ({ first, second, gives }) => {
    const n = first.length;
    if (gives === "least_p") {
      return found(1 / (RANDOM_ORDERS + 1));
    }
    if (missing([...first, ...second]) || flat(first) || flat(second)) {
      return gives === "p" ? found(1) : found(null, n);
    }
    if (gives === "coefficient") {
      return found(correlation(ranks(first), ranks(second)), n);
    }
    return found(null, 1, {
      cannot: "it is counted over random orders from a generator that browsers lack; labreport check repeats them",
    });
  };

  const chiSquare = ({ counts }) => {
    const all = counts.map((row) => {
      const expected = sum(row) / row.length;
      return expected ? chiSquareTail(sum(row.map((count) => (count - expected) ** 2)) / expected, row.length - 1) : 1;
    });
    return found(quantile(all, 0.5));
  };
  // That the first row of a table has more of the first column, exactly.
  const fisher = ({ table: [[a, b], [c, d]] }) => {
    const [row, column, n] = [a + b, a + c, a + b + c + d];
    const all = logWays(n, column);
    let above = 0;
    for (let count = Math.max(a, row + column - n); count <= Math.min(row, column); count += 1) {
      above += Math.exp(logWays(row, count) + logWays(n - row, column - count) - all);
    }
    return found(Math.min(1, above));
  };
  const negation = ({ of: { value, n, spread, interval } }) =>
    found(value === null ? null : -value, n, {
      spread,
      interval: interval && [-interval.high, -interval.low, interval.level],
    });

  const valueOf = (operand) => (operand !== null && typeof operand === "object" ? operand.value : operand);
  const plain = (compute) => ({ of }) => {
    const values = of.map(valueOf);
    return found(values.includes(null) ? null : compute(values));
  };
  const multiplied = (values) => values.reduce((product, value) => product * value, 1);
  // To the nearest whole number, of two that are as near to the even one.
  const rounded = (value) => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));

  // Every operation that makes a number, by its name in answers.json.
  return {
    ...Operations.tested,
    "mean over seeds": meanOverSeeds,
    "geometric mean": geometricMean,
    median,
    "ratio of means": ratioOfMeans,
    Wilson: wilson,
    Spearman: spearman,
    Mantel: mantel,
    "chi-square": chiSquare,
    Fisher: fisher,
    negation,
    sum: plain(sum),
    mean: plain(mean),
    product: plain(multiplied),
    quotient: plain(([first, ...others]) => first / multiplied(others)),
    difference: plain(([first, second]) => first - second),
    greatest: plain((values) => Math.max(...values)),
    least: plain((values) => Math.min(...values)),
    count: plain((values) => values.length),
    "lower median": plain((values) => rising(values)[Math.ceil(values.length / 2) - 1]),
    middle: plain((values) => quantile(values, 0.5)),
    rounded: plain(([value]) => rounded(value)),
    power: ({ base, exponent }) => found(valueOf(base) ** valueOf(exponent)),
  };
})();
