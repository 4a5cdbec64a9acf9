// Operations whose results are tested: what each makes of its data; docs/answers-file.md describes them.
"use strict";

const Operations = (() => {
  const { Agreement, EQUAL, Mean, Proportion, Variances, mean, sum, twoShares, variance } = Estimates;

  // A number computed again: its shape gives intervals and p-values, its plan what other seeds could show.
  // `cannot` says why a browser does not compute it.
  const found = (value, n = 1, more = {}) => ({
    value,
    n,
    spread: null,
    shape: null,
    overSeeds: null,
    plan: null,
    interval: null,
    cannot: "",
    ...more,
  });
  const missing = (values) => !values.length || values.some((value) => value === null);

  // A mean of one value for each seed, against 0; of values that do not vary nothing is certain.
  const overSeeds = (values, size = 0, fraction = null) => {
    const n = values.length;
    if (missing(values)) {
      return found(null, n);
    }
    const middle = mean(values);
    if (n === 1) {
      return found(middle);
    }
    const squared = variance(values);
    if (Math.sqrt(squared) <= EQUAL * Math.max(size, ...values.map(Math.abs))) {
      return found(middle, n);
    }
    const fixed = fraction === null ? 0 : (squared * fraction) / (1 - fraction);
    const plan = new Variances(middle, squared, n, n - 1, fixed, { common: fraction !== null });
    return found(middle, n, { spread: Math.sqrt(squared), shape: new Mean(plan), plan });
  };
  const paired = ({ first, second, test_fraction: fraction = null }) => {
    const known = [...first, ...second].filter((value) => value !== null);
    const differences = first.map((one, seed) => (one === null || second[seed] === null ? null : one - second[seed]));
    return overSeeds(differences, Math.max(0, ...known.map(Math.abs)), fraction);
  };

  const mcnemar = ({ both, only_first: first, only_second: second, neither }) => {
    const n = both + first + second + neither;
    const value = (first - second) / n;
    const squared = ((first + second) / n - value * value) / n;
    const plan = squared > 0 ? new Variances(value, 0, 1, 0, squared) : null;
    return found(value, 1, { shape: new Agreement(both, first, second, neither), plan });
  };

  // Variances of seeds and items that are crossed: those between seeds, and what more seeds do not reduce.
  const crossed = (value, k, n, squares, inRows, inColumns) => {
    const residualDf = (k - 1) * (n - 1);
    const rest = (squares - inRows - inColumns) / residualDf / n;
    let [between, betweenDf] = [inRows / n / (k - 1), k - 1];
    if (between < rest) {
      [between, betweenDf] = [rest, k > 2 ? residualDf : betweenDf];
    }
    const fixed = Math.max(0, inColumns / k / (n - 1) / n - rest / k);
    return new Variances(value, between, k, betweenDf, fixed, { fixedDf: n - 1 });
  };
  const pairedItems = (given) => {
    const { only_first: first, only_second: second, items_by_sum: sums } = given;
    const k = first.length;
    const n = given.both[0] + first[0] + second[0] + given.neither[0];
    const squares = sum(first) + sum(second);
    if (k === 1 || squares === k * (sums[0] + sums[2 * k])) {
      const columns = ["both", "only_first", "only_second", "neither"];
      return mcnemar(Object.fromEntries(columns.map((name) => [name, given[name][0]])));
    }
    const rows = first.map((one, seed) => (one - second[seed]) / n);
    const value = mean(rows);
    const inRows = n * sum(rows.map((row) => (row - value) ** 2));
    const inColumns = k * sum(sums.map((count, place) => count * ((place - k) / k - value) ** 2));
    const plan = crossed(value, k, n, squares - k * n * value * value, inRows, inColumns);
    const own = overSeeds(rows);
    return found(value, k, {
      spread: Math.sqrt(variance(rows)),
      shape: new Mean(plan),
      overSeeds: own.shape,
      plan,
    });
  };

  const separateShares = ({ right_first: rightA, items_first: itemsA, right_second: rightB, items_second: itemsB }) => {
    if (!itemsA || !itemsB) {
      return found(null);
    }
    const [a, b] = [rightA / itemsA, rightB / itemsB];
    const squared = (a * (1 - a)) / itemsA + (b * (1 - b)) / itemsB;
    const plan = squared > 0 ? new Variances(a - b, 0, 1, 0, squared) : null;
    return found(a - b, 1, { shape: twoShares(a, itemsA, b, itemsB), plan });
  };
  const separateItems = ({ first, items_first: itemsA, second, items_second: itemsB }) => {
    const seeds = paired({ first, second });
    if (seeds.value === null) {
      return seeds;
    }
    if (!itemsA || !itemsB) {
      return found(null, seeds.n);
    }
    const [a, b] = [mean(first), mean(second)];
    const fixed = (a * (1 - a)) / itemsA + (b * (1 - b)) / itemsB;
    if (!seeds.plan || fixed === 0) {
      const own = separateShares({
        right_first: Math.round(a * itemsA),
        items_first: itemsA,
        right_second: Math.round(b * itemsB),
        items_second: itemsB,
      });
      return found(seeds.value, seeds.n, { shape: own.shape, plan: own.plan });
    }
    const known = seeds.plan;
    const plan = new Variances(known.mean, known.between, known.seeds, known.betweenDf, fixed);
    return found(seeds.value, seeds.n, { spread: seeds.spread, shape: new Mean(plan), overSeeds: new Mean(known), plan });
  };

  const crossedShares = ({ right_by_seed: bySeed = [], items_by_seeds_right: byItem = [] }, threshold) => {
    const [k, n] = [bySeed.length, sum(byItem)];
    if (k < 2 || sum(byItem.slice(1, -1)) === 0) {
      return null;
    }
    const middle = sum(bySeed) / k / n;
    if (n < 2) {
      return new Variances(middle - threshold, variance(bySeed.map((right) => right / n)), k, k - 1);
    }
    const inRows = n * sum(bySeed.map((right) => (right / n - middle) ** 2));
    const inColumns = k * sum(byItem.map((count, right) => count * (right / k - middle) ** 2));
    return crossed(middle - threshold, k, n, sum(bySeed) - k * n * middle * middle, inRows, inColumns);
  };
  const shareOverItems = (given) => {
    const { values, items, threshold } = given;
    const n = values.length;
    if (missing(values) || !items) {
      return found(null, n);
    }
    const middle = mean(values);
    const seeds = overSeeds(values.map((value) => value - threshold));
    const binomial = (middle * (1 - middle)) / items;
    const varies = n > 1 && Math.max(...values) - Math.min(...values) > EQUAL;
    let plan =
      crossedShares(given, threshold) ??
      new Variances(middle - threshold, varies ? variance(values) : 0, n, n - 1, binomial);
    let [size, df] = [items, Infinity];
    if (middle > 0 && middle < 1) {
      [size, df] = [(middle * (1 - middle)) / plan.error(n) ** 2, plan.df(n)];
    } else {
      plan = null;
    }
    const shape = new Proportion(middle, size, df, threshold);
    return found(middle - threshold, n, { spread: seeds.spread, shape, overSeeds: seeds.shape, plan });
  };

  // What a table of counts says twice and differently, both in words.
  const inconsistent = (given) => {
    if (given.operation === "paired items") {
      const { only_first: first, only_second: second, items_by_sum: sums } = given;
      const items = sum(sums);
      const totals = first.map((one, seed) => given.both[seed] + one + second[seed] + given.neither[seed]);
      const place = totals.findIndex((total) => total !== items);
      if (place >= 0) {
        return [`${totals[place]} items for the ${place + 1}. seed`, `items_by_sum has ${items}`];
      }
      const byItem = sum(sums.map((count, at) => count * (at - first.length)));
      const bySeed = sum(first) - sum(second);
      return byItem === bySeed ? null : [`differences that sum to ${bySeed} by seed`, `by item they sum to ${byItem}`];
    }
    if (given.operation === "share over items" && given.right_by_seed) {
      const { right_by_seed: bySeed, items_by_seeds_right: byItem, items } = given;
      if (sum(byItem) !== items) {
        return [`${items} items`, `items_by_seeds_right has ${sum(byItem)}`];
      }
      const twice = sum(byItem.map((count, right) => count * right));
      return sum(bySeed) === twice ? null : [`${sum(bySeed)} right answers by seed`, `by item there are ${twice}`];
    }
    return null;
  };

  return {
    found,
    inconsistent,
    missing,
    overSeeds,
    tested: {
      "paired difference": paired,
      "paired items": pairedItems,
      McNemar: mcnemar,
      "two shares": separateShares,
      "separate items": separateItems,
      "share over items": shareOverItems,
    },
  };
})();
