// A family of comparisons computed again: Holm's procedure, verdicts, and what these seeds could have shown.
"use strict";

const Families = (() => {
  const TIED = 1e-6; // p-values that differ by less, relative to their size, are tested in the family's order

  // The probability that Student's two-sided test finds a mean of `shift` standard errors.
  const power = (shift, df, alpha) => {
    const critical = Distributions.studentQuantile(alpha, df);
    return [shift, -shift].reduce((total, each) => total + Distributions.noncentralTail(critical, df, each), 0);
  };
  const shiftFor = Distributions.kept((df, alpha, wanted) =>
    Distributions.decreasingRoot(
      (shift) => wanted - power(shift, df, alpha),
      Distributions.studentQuantile(alpha, df) + 1,
    ),
  );
  const detectable = (plan, alpha, wanted) => {
    const error = plan.error();
    return error > 0 && error < Infinity ? shiftFor(plan.df(), alpha, wanted) * error : null;
  };
  // Whether so many seeds would show the difference, or that it lies inside the margin.
  const decides = (plan, seeds, alpha, margin, wanted) => {
    const [error, df, value] = [plan.error(seeds), plan.df(seeds, true), plan.mean];
    const inside = margin !== null && Math.abs(value) < margin;
    if (error <= 0) {
      return value !== 0 || inside;
    }
    if (power(Math.abs(value) / error, df, alpha) >= wanted) {
      return true;
    }
    if (!inside) {
      return false;
    }
    const critical = Distributions.studentQuantile(2 * alpha, df);
    const tails = [1, -1].map((sign) => Distributions.noncentralTail(critical, df, (margin + sign * value) / error));
    return tails[0] + tails[1] - 1 >= wanted;
  };
  const seedsNeeded = (plan, alpha, margin, wanted, most) => {
    if (plan.seeds < 2 || !decides(plan, most, alpha, margin, wanted)) {
      return null;
    }
    let [few, enough] = [1, 2];
    while (!decides(plan, enough, alpha, margin, wanted)) {
      [few, enough] = [enough, Math.min(2 * enough, most)];
    }
    while (enough - few > 1) {
      const middle = Math.floor((few + enough) / 2);
      [few, enough] = decides(plan, middle, alpha, margin, wanted) ? [few, middle] : [middle, enough];
    }
    return enough;
  };

  // For each p-value the corrected one, and the level at which it was tested: the least of m is multiplied by
  // m, the next by m - 1, and so on, none less than the one before; the procedure stops at the first that fails.
  const holm = (pValues, alpha, corrected) => {
    if (!corrected) {
      return pValues.map((p) => [p, alpha]);
    }
    const found = pValues.map(() => [null, alpha]);
    let [running, stopped] = [0, 0];
    bySize(pValues).forEach(([p, index], rank, { length }) => {
      const left = length - rank;
      running = Math.max(running, Math.min(1, left * p));
      if (!stopped && running >= alpha) {
        stopped = left;
      }
      found[index] = [running, alpha / (stopped || left)];
    });
    return found;
  };
  const bySize = (pValues) => {
    const rising = pValues.map((p, index) => [p, index]).filter(([p]) => p !== null);
    rising.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    let group = null;
    const grouped = rising.map(([p, index]) => {
      group = group !== null && p <= group * (1 + TIED) ? group : p;
      return [group, p, index];
    });
    grouped.sort((one, other) => one[0] - other[0] || one[2] - other[2]);
    return grouped.map(([, p, index]) => [p, index]);
  };

  // Every member of a family, from its data and its margin.
  const tested = (family, { alpha }) => {
    const { members, correction } = family;
    const found = members.map((member) =>
      member.estimate
        ? Summaries[member.estimate.operation](member.estimate, member.unit)
        : Operations.found(member.value, member.n, { spread: member.spread }),
    );
    const known = ({ shape, value }) => shape !== null && value !== null;
    const differ = found.map((one) => (known(one) ? one.shape.p() : null));
    const alike = found.map((one, index) => {
      const { margin } = members[index];
      if (margin === null || !known(one)) {
        return null;
      }
      return Math.abs(one.value) < margin ? one.shape.pEquivalent(margin) : 1;
    });
    const [differHolm, alikeHolm] = [differ, alike].map((all) => holm(all, alpha, correction === "holm"));
    return found.map((one, index) => {
      const [[pCorrected, differLevel], [pEquivalentCorrected, alikeLevel]] = [differHolm[index], alikeHolm[index]];
      const same = pEquivalentCorrected !== null && pEquivalentCorrected < alpha;
      const differs = pCorrected !== null && pCorrected < alpha && one.value !== null;
      return {
        found: one,
        margin: members[index].margin,
        p: differ[index],
        p_corrected: pCorrected,
        p_equivalent: alike[index],
        p_equivalent_corrected: pEquivalentCorrected,
        alpha: same ? alikeLevel : differLevel,
        verdict: same ? "equivalent" : !differs ? "inconclusive" : one.value > 0 ? "supported" : "refuted",
      };
    });
  };

  // The interval of level 1 - alpha with its level, widened to hold the value.
  const interval = ({ value, shape, interval: given }, alpha) => {
    if (value === null || shape === null) {
      return given;
    }
    const [low, high] = shape.ends(alpha);
    return [Math.min(low, value), Math.max(high, value), 1 - alpha];
  };

  // One of the numbers that a comparison gives, by its name in answers.json.
  const gives = (member, what, rules) => {
    const { found, alpha, margin, verdict } = member;
    const level = alpha * (verdict === "equivalent" ? 2 : 1);
    const { value, n, spread, overSeeds, plan } = found;
    const number = Operations.found;
    const made = {
      difference: () => number(value, n, { spread, interval: interval(found, level) }),
      seeds_only: () =>
        number(value, n, { spread, interval: interval({ value, shape: overSeeds, interval: null }, rules.alpha) }),
      p: () => number(verdict === "equivalent" ? member.p_equivalent_corrected : member.p_corrected),
      level: () => number(1 - level),
      margin: () => number(margin),
      power: () => number(rules.power),
      detectable: () => number(plan && detectable(plan, alpha, rules.power)),
      seeds_bound: () => number(rules.most_seeds),
      seeds_needed: () => number(seedsNeeded(plan, alpha, margin, rules.power, rules.most_seeds)),
    };
    return made[what]();
  };

  return { detectable, gives, holm, interval, seedsNeeded, tested };
})();
