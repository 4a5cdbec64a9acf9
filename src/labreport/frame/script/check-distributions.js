// Distributions by which numbers are computed again: from series, continued fractions and integrals, as
// `labreport check` does. Tails are kept where they are small.
"use strict";

const Distributions = (() => {
  const LARGE = 1e7; // from so many degrees of freedom, Student's distribution is nearly the normal one
  const TINY = 1e-300;
  const NEAR = 3e-16;

  const awayFromZero = (value) => (Math.abs(value) > TINY ? value : TINY);
  const kept = (compute) => {
    const found = new Map();
    return (...given) => {
      const key = given.join(" ");
      if (!found.has(key)) {
        found.set(key, compute(...given));
      }
      return found.get(key);
    };
  };

  // What Stirling's formula leaves of the logarithm of the gamma function, from 10 on.
  const stirling = (x) => {
    const s = 1 / (x * x);
    const later = 1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360360 - s / 156)));
    return (1 / 12 - s * (1 / 360 - s * later)) / x;
  };
  const logGamma = (value) => {
    let x = value;
    let product = 1;
    for (; x < 10; x += 1) {
      product *= x;
    }
    return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + stirling(x) - Math.log(product);
  };
  const logBeta = (a, b) => {
    const [large, small] = a > b ? [a, b] : [b, a];
    const both = large + small;
    if (large < 10) {
      return logGamma(large) + logGamma(small) - logGamma(both);
    }
    const power = (large - 0.5) * Math.log1p(small / large) + small * Math.log(both) - small;
    return logGamma(small) - power + stirling(large) - stirling(both);
  };

  // The regularised incomplete beta function by its continued fraction, with Lentz's method.
  const fraction = (x, a, b) => {
    let c = 1;
    let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
    let found = d;
    for (let step = 1; step < 100000; step += 1) {
      const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step));
      const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1));
      for (const factor of [even, odd]) {
        d = 1 / awayFromZero(1 + factor * d);
        c = awayFromZero(1 + factor / c);
        found *= c * d;
      }
      if (Math.abs(c * d - 1) < NEAR) {
        break;
      }
    }
    return found;
  };
  const betaCdf = (x, a, b, rest = 1 - x) => {
    if (x <= 0 || rest <= 0) {
      return x <= 0 ? 0 : 1;
    }
    const logarithm = rest < 0.5 ? Math.log1p(-rest) : Math.log(x);
    const front = Math.exp(a * logarithm + b * Math.log(rest) - logBeta(a, b));
    return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(rest, b, a)) / b;
  };
  const betaQuantile = (share, a, b) => {
    if (a + b > 1e10) {
      // Its normal limit: the fraction would need more steps than it has, and the limit is as exact.
      const middle = a / (a + b);
      const half = studentQuantile(2 * Math.min(share, 1 - share), Infinity) * Math.sqrt((middle * (1 - middle)) / (a + b + 1));
      return share < 0.5 ? middle - half : middle + half;
    }
    let [low, high] = [0, 1];
    for (let step = 0; step < 200 && high - low >= 1e-16 * high; step += 1) {
      const middle = (low + high) / 2;
      [low, high] = betaCdf(middle, a, b) < share ? [middle, high] : [low, middle];
    }
    return (low + high) / 2;
  };

  // The probability that a chi-square variable exceeds a value: series or continued fraction of the gamma.
  const chiSquareTail = (value, df) => {
    const [a, x] = [df / 2, value / 2];
    if (x <= 0) {
      return 1;
    }
    const front = Math.exp(a * Math.log(x) - x - logGamma(a));
    if (x < a + 1) {
      let [term, total] = [1 / a, 1 / a];
      for (let step = a + 1; Math.abs(term) > 1e-17 * Math.abs(total); step += 1) {
        term *= x / step;
        total += term;
      }
      return 1 - front * total;
    }
    let found = x + 1 - a;
    let [c, d] = [1 / TINY, 1 / found];
    let product = d;
    for (let step = 1; step < 100000; step += 1) {
      const factor = -step * (step - a);
      found += 2;
      d = 1 / (factor * d + found);
      c = found + factor / c;
      product *= c * d;
      if (Math.abs(c * d - 1) < NEAR) {
        break;
      }
    }
    return front * product;
  };

  const normalTail = (z) => (z < 0 ? 1 - normalTail(-z) : chiSquareTail(z * z, 1) / 2);

  // The probability that a Student variable lies further from 0 than t, on either side.
  const studentTail = (t, df) => {
    const square = t * t;
    if (df > LARGE) {
      const corrected = df === Infinity ? Math.abs(t) : (Math.abs(t) * (1 - 1 / (4 * df))) / Math.sqrt(1 + square / (2 * df));
      return 2 * normalTail(corrected);
    }
    return betaCdf(df / (df + square), df / 2, 0.5, square / (df + square));
  };

  // Where a decreasing function of a positive number is 0: bracketed, then Ridders' method.
  const decreasingRoot = (value, guess) => {
    let [low, high] = [0, guess];
    while (value(high) > 0) {
      [low, high] = [high, 2 * high];
      if (high > 1e300) {
        return Infinity;
      }
    }
    let [atLow, atHigh] = [value(low), value(high)];
    for (let step = 0; step < 200; step += 1) {
      const middle = (low + high) / 2;
      const at = value(middle);
      const root = Math.sqrt(at * at - atLow * atHigh);
      if (root === 0) {
        return middle;
      }
      const next = middle + ((middle - low) * (atLow > 0 ? at : -at)) / root;
      const atNext = value(next);
      if (atNext === 0 || Math.abs(high - low) <= 1e-15 * Math.abs(high)) {
        return next;
      }
      if (at * atNext < 0) {
        [low, atLow, high, atHigh] = middle < next ? [middle, at, next, atNext] : [next, atNext, middle, at];
      } else if (atLow * atNext < 0) {
        [high, atHigh] = [next, atNext];
      } else {
        [low, atLow] = [next, atNext];
      }
    }
    return (low + high) / 2;
  };

  // The distance from 0 beyond which a Student variable lies with probability alpha.
  const studentQuantile = kept((alpha, df) =>
    alpha >= 1
      ? 0
      : decreasingRoot((t) => Math.log(Math.max(studentTail(t, df), TINY)) - Math.log(alpha), 1),
  );

  return { betaCdf, betaQuantile, chiSquareTail, normalTail, studentQuantile, studentTail };
})();
