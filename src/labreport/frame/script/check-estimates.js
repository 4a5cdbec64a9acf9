// Estimates of a difference: a value, its interval at any level, and its p-values, each computed from formulas.
"use strict";

const Estimates = (() => {
  const { betaCdf, betaQuantile, studentQuantile, studentTail } = Distributions;
  const LEAST_P = 1e-290;
  const EQUAL = 1e-12; // values that differ by less, relative to their size, are equal

  // With what rounding takes away from each addition added at the end.
  const sum = (values) => {
    if (!Array.isArray(values) || !values.every((value) => typeof value === "number")) {
      throw new TypeError("it needs a list of numbers");
    }
    let [total, lost] = [0, 0];
    for (const value of values) {
      const next = total + value;
      lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
      total = next;
    }
    return total + lost;
  };
  const mean = (values) => sum(values) / values.length;
  const variance = (values) => {
    const middle = mean(values);
    return sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1);
  };

  // Wilson's interval: the two shares that lie z standard errors of their own from `share`.
  const score = (share, size, z) => {
    const a = 1 + (z * z) / size;
    const b = -(2 * share + (z * z) / size);
    const root = Math.sqrt(Math.max(b * b - 4 * a * share * share, 0));
    return [Math.max(0, (-b - root) / (2 * a)), Math.min(1, (-b + root) / (2 * a))];
  };

  // Standard error and degrees of freedom of a mean, were there so many seeds; more seeds do not reduce `fixed`.
  class Variances {
    constructor(middle, between, seeds, betweenDf, fixed = 0, { fixedDf = Infinity, common = false } = {}) {
      Object.assign(this, { mean: middle, between, seeds, betweenDf, fixed, fixedDf, common });
    }

    error(seeds = this.seeds) {
      return Math.sqrt(this.between / seeds + this.fixed);
    }

    // By Satterthwaite; planned ones follow from the number of seeds.
    df(seeds = this.seeds, planned = false) {
      if (this.common) {
        return seeds - 1;
      }
      const terms = [
        [this.between / seeds, planned ? seeds - 1 : this.betweenDf],
        [this.fixed, this.fixedDf],
      ].filter(([part, df]) => part > 0 && df > 0);
      const uncertainty = terms.reduce((total, [part, df]) => total + (part * part) / df, 0);
      return uncertainty ? (this.between / seeds + this.fixed) ** 2 / uncertainty : Infinity;
    }
  }

  // A mean with Student's intervals and tests.
  class Mean {
    constructor(variances) {
      Object.assign(this, { variances, error: variances.error(), df: variances.df() });
    }

    ends(alpha) {
      const half = studentQuantile(alpha, this.df) * this.error;
      return [this.variances.mean - half, this.variances.mean + half];
    }

    p() {
      return Math.max(studentTail(this.variances.mean / this.error, this.df), LEAST_P);
    }

    pEquivalent(margin) {
      const nearest = margin - Math.abs(this.variances.mean);
      return Math.max(studentTail(nearest / this.error, this.df), LEAST_P) / 2;
    }
  }

  // Intervals whose tests have no formula of their own: `at` gives the ends z standard errors to each side, and
  // the p-value follows from the z at which the interval touches a value.
  class Numeric {
    constructor(at) {
      this.at = at;
    }

    ends(alpha) {
      return this.at(studentQuantile(alpha, Infinity));
    }

    p() {
      return this.touching((low, high) => low <= 0 && 0 <= high);
    }

    pEquivalent(margin) {
      return this.touching((low, high) => low <= -margin || high >= margin) / 2;
    }

    touching(reached) {
      if (reached(...this.at(0))) {
        return 1;
      }
      let [near, far] = [0, 1];
      while (!reached(...this.at(far))) {
        far *= 2;
        if (far > 1e150) {
          return LEAST_P;
        }
      }
      for (let step = 0; step < 200 && far - near >= 1e-15 * far; step += 1) {
        const middle = (near + far) / 2;
        [near, far] = reached(...this.at(middle)) ? [near, middle] : [middle, far];
      }
      return Math.max(studentTail(far, Infinity), LEAST_P);
    }
  }

  // A table of agreement: McNemar's exact test and Newcombe's paired interval, the wider of the two.
  class Agreement {
    constructor(both, onlyFirst, onlySecond, neither) {
      Object.assign(this, { both, onlyFirst, onlySecond, neither });
      this.items = both + onlyFirst + onlySecond + neither;
      this.newcombe = new Numeric((z) => this.paired(z));
    }

    ends(alpha) {
      const [exact, wide] = [this.exact(alpha), this.newcombe.ends(alpha)];
      return [Math.min(exact[0], wide[0]), Math.max(exact[1], wide[1])];
    }

    p() {
      const n = this.onlyFirst + this.onlySecond;
      const fewer = Math.min(this.onlyFirst, this.onlySecond);
      const exact = n ? Math.min(1, 2 * betaCdf(0.5, n - fewer, fewer + 1)) : 1;
      return Math.max(exact, this.newcombe.p(), LEAST_P);
    }

    pEquivalent(margin) {
      const wide = this.newcombe.pEquivalent(margin);
      if (!(this.onlyFirst + this.onlySecond)) {
        return wide;
      }
      let [low, high] = [Math.log(LEAST_P), 0];
      for (let step = 0; step < 200; step += 1) {
        const middle = (low + high) / 2;
        const [left, right] = this.exact(Math.exp(middle));
        [low, high] = left <= -margin || right >= margin ? [middle, high] : [low, middle];
      }
      return Math.max(Math.exp(low) / 2, wide);
    }

    exact(alpha) {
      const [a, b] = [this.onlyFirst, this.onlySecond];
      const low = a ? betaQuantile(alpha / 2, a, b + 1) : 0;
      const high = b ? 1 - betaQuantile(alpha / 2, b, a + 1) : 1;
      return [low, high].map((share) => ((2 * share - 1) * (a + b)) / this.items);
    }

    paired(z) {
      const n = this.items;
      const [first, second] = [this.both + this.onlyFirst, this.both + this.onlySecond];
      const [a, b] = [first / n, second / n];
      const [lowA, highA] = score(a, n, z);
      const [lowB, highB] = score(b, n, z);
      let covariance = this.both * this.neither - this.onlyFirst * this.onlySecond;
      if (covariance > 0) {
        covariance = Math.max(covariance - n / 2, 0);
      }
      const product = first * (n - first) * second * (n - second);
      const phi = product ? covariance / Math.sqrt(product) : 0;
      const distance = (one, other) => Math.sqrt(Math.max(one * one + other * other - 2 * phi * one * other, 0));
      return [a - b - distance(a - lowA, highB - b), a - b + distance(highA - a, b - lowB)];
    }
  }

  // A share less a threshold, by the score test.
  class Proportion {
    constructor(share, size, df, threshold) {
      Object.assign(this, { share, size, df, threshold });
    }

    ends(alpha) {
      return score(this.share, this.size, studentQuantile(alpha, this.df)).map((end) => end - this.threshold);
    }

    p() {
      return this.against(this.threshold);
    }

    pEquivalent(margin) {
      return Math.max(this.against(this.threshold - margin), this.against(this.threshold + margin)) / 2;
    }

    against(share) {
      if (share < 0 || share > 1) {
        return LEAST_P;
      }
      if (share === 0 || share === 1) {
        return this.share === share ? 1 : LEAST_P;
      }
      const z = (this.share - share) / Math.sqrt((share * (1 - share)) / this.size);
      return Math.max(studentTail(z, this.df), LEAST_P);
    }
  }

  // Newcombe's interval of the difference of two shares of separate items.
  const twoShares = (a, itemsA, b, itemsB) =>
    new Numeric((z) => {
      const [lowA, highA] = score(a, itemsA, z);
      const [lowB, highB] = score(b, itemsB, z);
      return [a - b - Math.hypot(a - lowA, highB - b), a - b + Math.hypot(highA - a, b - lowB)];
    });

  return { Agreement, EQUAL, Mean, Proportion, Variances, mean, score, sum, twoShares, variance };
})();
