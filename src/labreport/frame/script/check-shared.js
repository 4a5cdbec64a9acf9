// What several operations use to compute numbers again.
"use strict";

const Shared = (() => {
  const sum = (values) => {
    let [total, lost] = [0, 0];
    for (const value of values) {
      const next = total + value;
      lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
      total = next;
    }
    return total + lost;
  };
  const mean = (values) => sum(values) / values.length;
  const squares = (values) => {
    const middle = mean(values);
    return sum(values.map((value) => (value - middle) ** 2));
  };
  const byUnit = (sample, scale) => sample.map((values) =>
    !values.length || values.some((v) => v === null || (scale === "ratio" && v <= 0)) ? null
      : mean(scale === "ratio" ? values.map(Math.log) : values));
  const ends = (value, variance, df, alpha) => {
    const half = Distributions.studentQuantile(alpha, df) * Math.sqrt(variance);
    return { low: value - half, high: value + half };
  };
  const none = (value, n, reason, spread = null) => ({ value, n, spread, low: null, high: null, reason });
  const freedom = (parts) => {
    const lost = sum(parts.filter(([v]) => v > 0).map(([v, df]) => (v * v) / df));
    return lost > 0 ? sum(parts.map(([v]) => v)) ** 2 / lost : Infinity;
  };
  const ofMeans = (groups, alpha, { size = 0, fraction = null } = {}) => {
    const n = Math.min(...groups.map((values) => values.length));
    const all = groups.flat();
    if (!n || all.includes(null)) return none(null, n, n ? "not finite" : "nothing in common");
    const means = groups.map(mean);
    const value = means[0] - sum(means.slice(1));
    if (n === 1) return none(value, 1, "one run");
    const shared = fraction === null ? 0 : fraction / (1 - fraction);
    const variances = groups.map((values) => squares(values) / (values.length - 1));
    const parts = groups.map(({ length }, place) => [variances[place] * (1 / length + shared), length - 1]);
    const variance = sum(parts.map(([part]) => part));
    const two = parts.length > 1;
    const [spread, flat, df] = two ? [null, null, freedom(parts)] : [Math.sqrt(variances[0]), 0, n - 1];
    const least = 1e-12 * Math.max(size, ...all.map(Math.abs));
    if ((spread ?? Math.sqrt(variance)) <= least) return none(value, n, "no spread", flat);
    return { value, n, spread, ...ends(value, variance, df, alpha), reason: "" };
  };
  const exp = (x) => (x === null ? null : Math.exp(x));
  const asRatio = ({ value, low, high, ...rest }) =>
    ({ ...rest, value: exp(value), low: exp(low), high: exp(high), spread: null });
  const wilson = (share, size, z) => {
    const [a, b] = [1 + (z * z) / size, 2 * share + (z * z) / size];
    const root = Math.sqrt(Math.max(b * b - 4 * a * share * share, 0));
    return [Math.max(0, (b - root) / (2 * a)), Math.min(1, (b + root) / (2 * a))];
  };
  const operand = (value) => (value !== null && typeof value === "object" ? value.value : value);
  return { asRatio, byUnit, ends, freedom, mean, none, ofMeans, operand, squares, sum, wilson };
})();
