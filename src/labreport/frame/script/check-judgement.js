// The rules by which `labreport.stats.estimate` and `labreport.stats.findings` judge: a number that was computed at the
// level 1 − 0.05 / among, and a finding.
"use strict";

const Judgement = {
  of({ value, low, high, reason }, { scale, unit, margin }, among) {
    const none = scale === "ratio" ? 1 : 0;
    const sign = value === null ? 0 : Math.sign(value - none);
    if (reason === "equal") return { word: "the same", sign: 0, same: true, reason, among };
    if (low === null || high === null) return { word: "unclear", sign, same: false, reason, among };
    const bound = margin === null ? none : unit === "%" ? margin / 100 : margin;
    const least = scale === "ratio" ? 1 / bound : -bound;
    const same = least < low && high < bound;
    const clear = !(low <= none && none <= high);
    return { word: clear ? "clear" : same ? "the same" : "unclear", sign, same, reason: "", among };
  },
  // Of a finding of `answers.json`: `again(derivation, alpha)` computes a derivation of its answer.
  again({ kind, subjects, prefix, parts, derivation }, quantities, measure, again) {
    const open = (reason, sign = 0, among = 1) => ({ word: "unclear", sign, same: false, reason, among });
    if (kind === "exact") return { ...open("", again(derivation, 0.05).value ? 1 : -1), word: "clear" };
    const judged = parts.map(({ quantity, subjects: pair, judgement: { among } }) =>
      ({ pair, ...this.of(again(quantities[quantity].derivation, 0.05 / among), measure, among) }));
    const plain = ({ pair, ...judgement }) => judgement;
    if (kind === "difference" || kind === "trend") return plain(judged.at(-1));
    if (kind === "count") {
      const each = judged.map((one) => {
        const [k, n] = ["count", "runs"].map((end) => quantities[`${prefix}${one.pair[0]}.${end}`].value);
        return k === 0 || k === n ? one : open("", one.sign);
      });
      const signs = new Set(each.map(({ sign }) => sign));
      const reason = each.find(({ word }) => word === "unclear")?.reason ?? "";
      const clear = each.every(({ word }) => word === "clear");
      return { ...open(reason, signs.size === 1 ? each[0].sign : 0), word: clear ? "clear" : "unclear" };
    }
    const value = (name) => quantities[`${prefix}${name}.mean`].value;
    const turn = measure.better === "lower" ? 1 : -1;
    const known = subjects.filter((name) => value(name) !== null);
    const [best, ...rest] = known.sort((a, b) => turn * (value(a) - value(b)));
    const among = judged[0].among;
    if (best === undefined) return open("not finite", 0, among);
    const rivals = judged.filter(({ pair }) => pair.includes(best));
    if (kind === "extremes") {
      const found = rivals.find(({ pair }) => rest.length && pair.includes(rest.at(-1)));
      return found ? plain(found) : open("not finite", 0, among);
    }
    const facing = rivals.map(({ pair, ...one }) => {
      const behind = one.sign * (pair[0] === best ? turn : -turn) > 0;
      return one.word === "clear" && behind ? open("", one.sign, among) : one;
    });
    const same = facing.every((one) => one.same);
    const clear = facing.every(({ word }) => word === "clear");
    const reason = facing.find(({ word }) => word === "unclear")?.reason ?? "";
    const word = clear ? "clear" : same ? "the same" : "unclear";
    return { word, sign: word === "the same" ? 0 : 1, same, reason, among };
  },
};
