"""Accuracies known item by item for several units, such as seeds: both are random, and cross.

The variance of a mean is that between units over their number, plus that between items over theirs, less the
residual, which both contain (Owen 2007, The pigeonhole bootstrap). Limits: with one unit, or where the units
do not differ, only the items are left; where the items do not differ, only the units.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NotRequired, TypedDict

from labreport.later import later
from labreport.stats.operation import (
    Computed,
    Ends,
    Operation,
    Reason,
    quantile,
    satterthwaite,
    student,
    variance_of,
    wilson,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import special
else:
    np = later("numpy")
    special = later("scipy.special")


class Share(TypedDict):
    """How many `items` each unit gets right, and how many items 0, 1, …, all of the units get right."""

    right: list[int]
    items: int
    items_by_right: list[int]


class Table(TypedDict):
    """How often, by unit, which of two gets an item right.

    `items_by_sum` counts the items by the sum of their differences over the k units, from −k to k.
    """

    both: list[int]
    only_first: list[int]
    only_second: list[int]
    neither: list[int]
    items_by_sum: list[int]


class Data(TypedDict):
    """A `table` for two on the same items; else the share `first`, or `first` and `second` on other items."""

    table: NotRequired[Table]
    first: NotRequired[Share]
    second: NotRequired[Share]
    threshold: NotRequired[float]


def table(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Data:
    """Count two arrays of shape (units, items) on the same items."""
    units = len(first)
    sums = np.sum(first, axis=0, dtype=np.int64) - np.sum(second, axis=0, dtype=np.int64)
    both = np.sum(first & second, axis=1)
    only_first, only_second = np.sum(first & ~second, axis=1), np.sum(second & ~first, axis=1)
    return {
        "table": {
            "both": both.tolist(),
            "only_first": only_first.tolist(),
            "only_second": only_second.tolist(),
            "neither": (first.shape[1] - both - only_first - only_second).tolist(),
            "items_by_sum": np.bincount(sums + units, minlength=2 * units + 1).tolist(),
        }
    }


def share(right: Sequence[NDArray[np.bool_]]) -> Share:
    """Count an array of shape (units, items)."""
    rows = np.array(right)
    return {
        "right": [int(count) for count in np.sum(rows, axis=1)],
        "items": int(rows.shape[1]),
        "items_by_right": np.bincount(np.sum(rows, axis=0), minlength=len(rows) + 1).tolist(),
    }


def compute(data: Data, alpha: float) -> Computed:
    """Compute an accuracy (less a threshold) or a difference, with its interval of level 1 − `alpha`."""
    if "table" in data:
        return _same_items(data["table"], alpha)
    first = data["first"]
    if not first["items"] or ("second" in data and not data["second"]["items"]):
        return Computed(None, len(first["right"]), reason=Reason.NOTHING_IN_COMMON)
    if "second" in data:
        return _separate_items(first, data["second"], alpha)
    return _one(first, data.get("threshold", 0.0), alpha)


class _Components:
    """Variances of units and items that cross: of one unit, of the mean over items, and the residual's."""

    def __init__(self, units: int, items: int, squares: float, in_units: float, in_items: float) -> None:
        """Each of the three is a sum of squares: of all cells, of the units' means, of the items' means."""
        self.residual_df = (units - 1.0) * (items - 1)
        self.items_df = items - 1.0
        self.residual = max(0.0, squares - in_units - in_items) / self.residual_df / items
        self.of_items = max(0.0, in_items / units / (items - 1) / items - self.residual / units)


def _parts(
    between: float, residual: float, residual_df: float, units: int, fixed: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Variances of the mean with their degrees of freedom.

    That between units is at least what the residual causes, so that units that agree by accident do not
    look certain; where the residual is used, so are its degrees of freedom.
    """
    df = units - 1.0
    if between < residual:
        between, df = residual, residual_df if units > 3 else df
    return [(between / units, df), *fixed]


def _same_items(found: Table, alpha: float) -> Computed:
    units = len(found["both"])
    items = sum(found[key][0] for key in ("both", "only_first", "only_second", "neither")) if units else 0
    if not units or not items:
        return Computed(None, units, reason=Reason.NOTHING_IN_COMMON)
    squares, sums = sum(found["only_first"]) + sum(found["only_second"]), found["items_by_sum"]
    by_unit = [(a - b) / items for a, b in zip(found["only_first"], found["only_second"], strict=True)]
    value = math.fsum(by_unit) / units
    spread = math.sqrt(variance_of(by_unit)) if units > 1 else None
    if not squares:
        return Computed(0.0, units, spread, reason=Reason.EQUAL, how="equal")
    if units == 1 or squares == units * (sums[0] + sums[-1]) or items == 1:
        row = [found[key][0] for key in ("both", "only_first", "only_second", "neither")]
        low, high = agreement(row[0], row[1], row[2], row[3], alpha)
        return Computed(value, units, spread, min(low, value), max(high, value), how="items")
    in_units = items * math.fsum((row - value) ** 2 for row in by_unit)
    places = enumerate(sums, start=-units)
    in_items = units * math.fsum(count * (place / units - value) ** 2 for place, count in places)
    found_ = _Components(units, items, squares - units * items * value**2, in_units, in_items)
    fixed = [(found_.of_items, found_.items_df)]
    parts = _parts(variance_of(by_unit), found_.residual, found_.residual_df, units, fixed)
    variance = sum(part for part, _ in parts)
    low, high = student(value, variance, satterthwaite(parts), alpha)
    return Computed(value, units, spread, low, high, how="crossed")


def _components(found: Share) -> _Components | None:
    """None where there is one unit, or the units do not differ on any item."""
    units, items, counts = len(found["right"]), found["items"], found["items_by_right"]
    if units < 2 or items < 2 or not sum(counts[1:-1]):
        return None
    total = sum(found["right"])
    mean = total / units / items
    in_units = items * math.fsum((right / items - mean) ** 2 for right in found["right"])
    in_items = units * math.fsum(count * (right / units - mean) ** 2 for right, count in enumerate(counts))
    return _Components(units, items, total * (1 - mean), in_units, in_items)


def _shares(found: Share) -> list[float]:
    return [right / found["items"] for right in found["right"]]


def _one(found: Share, threshold: float, alpha: float) -> Computed:
    """Wilson's interval with the effective number of items (Dean and Pagano 2015)."""
    units, by_unit = len(found["right"]), _shares(found)
    mean = math.fsum(by_unit) / units
    spread = math.sqrt(variance_of(by_unit)) if units > 1 else None
    size, df, how = float(found["items"]), math.inf, "items"
    components = _components(found)
    if 0 < mean < 1 and components is not None:
        fixed = [(components.of_items, components.items_df)]
        parts = _parts(variance_of(by_unit), components.residual, components.residual_df, units, fixed)
        size, df = mean * (1 - mean) / sum(part for part, _ in parts), satterthwaite(parts)
        how = "crossed"
    low, high = wilson(mean, size, quantile(alpha, df))
    return Computed(mean - threshold, units, spread, low - threshold, high - threshold, how=how)


def _separate_items(first: Share, second: Share, alpha: float) -> Computed:
    """Two accuracies on different items, paired by unit."""
    units = len(first["right"])
    a, b = _shares(first), _shares(second)
    by_unit = [one - other for one, other in zip(a, b, strict=True)]
    value = math.fsum(by_unit) / units
    spread = math.sqrt(variance_of(by_unit)) if units > 1 else None
    components = _components(first), _components(second)
    if units == 1 or components == (None, None):
        shares = math.fsum(a) / units, math.fsum(b) / units
        low, high = newcombe(shares[0], first["items"], shares[1], second["items"], alpha)
        return Computed(value, units, spread, min(low, value), max(high, value), how="items")
    fixed = [_of_items(*each) for each in zip((first, second), components, strict=True)]
    known = [one for one in components if one is not None]
    residual, df = sum(one.residual for one in known), min(one.residual_df for one in known)
    parts = _parts(variance_of(by_unit), residual, df, units, fixed)
    low, high = student(value, sum(part for part, _ in parts), satterthwaite(parts), alpha)
    return Computed(value, units, spread, low, high, how="crossed")


def _of_items(found: Share, components: _Components | None) -> tuple[float, float]:
    """Variance that the draw of items causes; of a share of 0 or 1, that of one more item of each kind."""
    if components is not None:
        return components.of_items, components.items_df
    items, share = found["items"], math.fsum(_shares(found)) / len(found["right"])
    if share in (0, 1):
        share = (share * items + 1) / (items + 2)
    return share * (1 - share) / items, math.inf


def agreement(both: int, only_first: int, only_second: int, neither: int, alpha: float) -> Ends:
    """Compute the interval of the difference of two shares of the same items, from their table.

    It holds two: Clopper and Pearson's given how many items the two disagree about, and Newcombe's (1998,
    method 10 of paired data), which covers the draw of items as well.
    """
    n, z = both + only_first + only_second + neither, quantile(alpha)
    a, b = only_first, only_second
    low = float(special.betaincinv(a, b + 1, alpha / 2)) if a else 0.0
    high = 1 - float(special.betaincinv(b, a + 1, alpha / 2)) if b else 1.0
    first, second = (both + a) / n, (both + b) / n
    (low_a, high_a), (low_b, high_b) = wilson(first, n, z), wilson(second, n, z)
    phi = _phi(both, a, b, neither)

    def half(x: float, y: float) -> float:
        return math.sqrt(max(0.0, x * x - 2 * phi * x * y + y * y))

    wide = (
        first - second - half(first - low_a, high_b - second),
        first - second + half(high_a - first, second - low_b),
    )
    exact = (2 * low - 1) * (a + b) / n, (2 * high - 1) * (a + b) / n
    return min(wide[0], exact[0]), max(wide[1], exact[1])


def _phi(both: int, a: int, b: int, neither: int) -> float:
    """Correlation of the two, with Newcombe's continuity correction where it is positive."""
    margins = (both + a) * (b + neither) * (both + b) * (a + neither)
    if not margins:
        return 0.0
    product = float(both * neither - a * b)
    if product > 0:
        product = max(product - (both + a + b + neither) / 2, 0.0)
    return product / math.sqrt(margins)


def newcombe(a: float, items_a: int, b: float, items_b: int, alpha: float) -> Ends:
    """Compute Newcombe's interval (1998, method 10) of the difference of two shares of separate items."""
    z = quantile(alpha)
    (low_a, high_a), (low_b, high_b) = wilson(a, items_a, z), wilson(b, items_b, z)
    return a - b - math.hypot(a - low_a, high_b - b), a - b + math.hypot(high_a - a, b - low_b)


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    taken = "items are taken as independent of one another"
    if "table" in data:
        items = sum(data["table"][key][0] for key in ("both", "only_first", "only_second", "neither"))
        units = len(data["table"]["both"])
        return f"Difference of two accuracies on the same {items} items, over {units}; {taken}"
    first, units = data["first"], len(data["first"]["right"])
    if "second" in data:
        items = data["second"]["items"]
        return f"Accuracy on {first['items']} items minus that on {items} others, over {units}; {taken}"
    return f"Accuracy on {first['items']} items, over {units}; {taken}"


def by(data: Data) -> str:
    """Name the interval."""
    found = compute(data, 0.05)
    if "table" in data:
        return (
            "Student's t over units and items" if found.how == "crossed" else "exact and Newcombe, over items"
        )
    if "second" in data:
        return "Student's t over units and items" if found.how == "crossed" else "Newcombe, over items"
    return "Wilson, over units and items" if found.how == "crossed" else "Wilson, over items"


PYTHON = """
import numpy as np
from scipy import special, stats

def pieces(counts, places, squares):
    # Rows are units, columns are items: what they are made of, and the variance of their mean
    k, n = len(counts), sum(columns)
    value, m = np.mean(counts) / n, np.array(places) / k
    rows = n * np.sum((np.array(counts) / n - value) ** 2)
    cells = k * np.sum(columns * (m - value) ** 2)
    rest = max(0, squares - k * n * value**2 - rows - cells) / (k - 1) / (n - 1) / n
    return value, rows / n / (k - 1), rest, max(0, cells / k / (n - 1) / n - rest / k), k, n

def variance(between, rest, rest_df, fixed, k):
    df = k - 1
    if between < rest:
        between, df = rest, rest_df if k > 3 else df
    parts = [(between / k, df), *fixed]
    total = sum(v for v, _ in parts)
    return total, total**2 / sum(v**2 / df for v, df in parts if v > 0)

def wilson(p, n, z):
    w = z * z / n
    middle, half = (p + w / 2) / (1 + w), z * np.sqrt(p * (1 - p) / n + w / n / 4) / (1 + w)
    return max(0, min(p, middle - half)), min(1, max(p, middle + half))

z = stats.norm.ppf(0.975)
if "table" in data:
    t = data["table"]
    counts = np.array(t["only_first"]) - t["only_second"]
    k, columns = len(counts), np.array(t["items_by_sum"])
    squares = sum(t["only_first"]) + sum(t["only_second"])
    if k > 1 and sum(columns) > 1 and squares != k * (columns[0] + columns[-1]):
        value, between, rest, fixed, k, n = pieces(counts, range(-k, k + 1), squares)
        v, df = variance(between, rest, (k - 1) * (n - 1), [(fixed, n - 1)], k)
        low, high = stats.t.interval(0.95, df, value, np.sqrt(v))
    else:
        both, a, b, neither = (t[key][0] for key in ("both", "only_first", "only_second", "neither"))
        n = both + a + b + neither
        value, p, q = np.mean(counts) / n, (both + a) / n, (both + b) / n
        (lp, hp), (lq, hq) = wilson(p, n, z), wilson(q, n, z)
        cross = both * neither - a * b
        cross = max(cross - n / 2, 0) if cross > 0 else cross
        phi = cross / np.sqrt(max(1, (both + a) * (b + neither) * (both + b) * (a + neither)))
        half = lambda x, y: np.sqrt(max(0, x * x - 2 * phi * x * y + y * y))
        one = special.betaincinv(a, b + 1, 0.025) if a else 0
        other = 1 - special.betaincinv(b, a + 1, 0.025) if b else 1
        low = min(value - half(p - lp, hq - q), (2 * one - 1) * (a + b) / n)
        high = max(value + half(hp - p, q - lq), (2 * other - 1) * (a + b) / n)
else:
    both = [each for each in (data["first"], data.get("second")) if each]
    found = []
    for each in both:
        columns, k, n = np.array(each["items_by_right"]), len(each["right"]), each["items"]
        p = np.mean(each["right"]) / n
        if k > 1 and n > 1 and sum(columns[1:-1]):
            found.append(pieces(each["right"], range(k + 1), sum(each["right"])))
        elif len(both) > 1 and p in (0, 1):
            found.append((p, 0, 0, (n * p + 1) / (n + 2) * (1 - (n * p + 1) / (n + 2)) / n, 1, n))
        else:
            found.append((p, 0, 0, p * (1 - p) / n, 1, n))
    crossed = [each for each in found if each[4] > 1]
    if len(both) == 1:
        (p, between, rest, fixed, k, n), size, t = found[0], found[0][5], z
        if crossed and 0 < p < 1:
            v, df = variance(between, rest, (k - 1) * (n - 1), [(fixed, n - 1)], k)
            size, t = p * (1 - p) / v, stats.t.ppf(0.975, df)
        value, low, high = np.array([p, *wilson(p, size, t)]) - data.get("threshold", 0)
    elif crossed:
        value, k = found[0][0] - found[1][0], len(both[0]["right"])
        apart = np.array(both[0]["right"]) / both[0]["items"] - np.array(both[1]["right"]) / both[1]["items"]
        fixed = [(each[3], each[5] - 1 if each[4] > 1 else np.inf) for each in found]
        rest_df = min((k - 1) * (each[5] - 1) for each in crossed)
        v, df = variance(apart.var(ddof=1), sum(each[2] for each in found), rest_df, fixed, k)
        low, high = stats.t.interval(0.95, df, value, np.sqrt(v))
    else:
        (p, *_, n), (q, *_, m) = found
        (lp, hp), (lq, hq) = wilson(p, n, z), wilson(q, m, z)
        value, low, high = p - q, p - q - np.hypot(p - lp, hq - q), p - q + np.hypot(hp - p, q - lq)
"""

JAVASCRIPT = """
(data, alpha) => {
  const { ends, freedom, mean, none, squares, sum, wilson } = Shared;
  const { betaQuantile, studentQuantile } = Distributions;
  const z = () => studentQuantile(alpha, Infinity);
  const apart = (values) => (values.length > 1 ? squares(values) / (values.length - 1) : 0);
  const spread = (values) => (values.length > 1 ? Math.sqrt(apart(values)) : null);
  // Cells are counted by unit and by item; `total` is the sum of their squares.
  const pieces = (rows, columns, n, total) => {
    const [k, m] = [rows.length, mean(rows)];
    const inRows = n * squares(rows);
    const inColumns = k * sum(columns.map(([place, count]) => count * (place / k - m) ** 2));
    const df = (k - 1) * (n - 1);
    const rest = Math.max(0, total - k * n * m * m - inRows - inColumns) / df / n;
    return { rest, df, fixed: [Math.max(0, inColumns / k / (n - 1) / n - rest / k), n - 1] };
  };
  const parts = (rows, rest, df, fixed) => {
    const [k, between] = [rows.length, apart(rows)];
    return between < rest ? [[rest / k, k > 3 ? df : k - 1], ...fixed] : [[between / k, k - 1], ...fixed];
  };
  const interval = (value, all) => ends(value, sum(all.map(([v]) => v)), freedom(all), alpha);
  const around = (value, [low, high]) =>
    ({ low: Math.min(low, value), high: Math.max(high, value), reason: "" });

  if (data.table) {
    const { both, only_first: a, only_second: b, neither, items_by_sum: sums } = data.table;
    const k = both.length;
    const n = k ? both[0] + a[0] + b[0] + neither[0] : 0;
    if (!n) return none(null, k, "nothing in common");
    const total = sum(a) + sum(b);
    const rows = a.map((one, unit) => (one - b[unit]) / n);
    const value = mean(rows);
    if (!total) return none(0, k, "equal", spread(rows));
    if (k > 1 && n > 1 && total !== k * (sums[0] + sums[2 * k])) {
      const { rest, df, fixed } = pieces(rows, sums.map((count, place) => [place - k, count]), n, total);
      const ended = interval(value, parts(rows, rest, df, [fixed]));
      return { value, n: k, spread: spread(rows), ...ended, reason: "" };
    }
    const [p, q] = [(both[0] + a[0]) / n, (both[0] + b[0]) / n];
    const [[lowP, highP], [lowQ, highQ]] = [wilson(p, n, z()), wilson(q, n, z())];
    let cross = both[0] * neither[0] - a[0] * b[0];
    if (cross > 0) cross = Math.max(cross - n / 2, 0);
    const margins = p * n * (n - p * n) * (q * n) * (n - q * n);
    const phi = cross === 0 || margins <= 0 ? 0 : cross / Math.sqrt(margins);
    const far = (x, y) => Math.sqrt(Math.max(0, x * x + y * y - 2 * phi * x * y));
    const low = a[0] ? betaQuantile(alpha / 2, a[0], b[0] + 1) : 0;
    const high = b[0] ? 1 - betaQuantile(alpha / 2, b[0], a[0] + 1) : 1;
    const exact = [low, high].map((one) => ((2 * one - 1) * (a[0] + b[0])) / n);
    const wide = [p - q - far(p - lowP, highQ - q), p - q + far(highP - p, q - lowQ)];
    const ended = [Math.min(wide[0], exact[0]), Math.max(wide[1], exact[1])];
    return { value, n: k, spread: spread(rows), ...around(value, ended) };
  }

  const rowsOf = ({ right, items }) => right.map((one) => one / items);
  const piecesOf = (one) => {
    const inner = sum(one.items_by_right.slice(1, -1));
    if (one.right.length < 2 || one.items < 2 || !inner) return null;
    const columns = one.items_by_right.map((count, place) => [place, count]);
    return pieces(rowsOf(one), columns, one.items, sum(one.right));
  };
  const { first, second } = data;
  const k = first.right.length;
  if (!first.items || (second && !second.items)) return none(null, k, "nothing in common");
  if (!second) {
    const [rows, found, threshold] = [rowsOf(first), piecesOf(first), data.threshold ?? 0];
    const p = mean(rows);
    let [size, t] = [first.items, z()];
    if (found && p > 0 && p < 1) {
      const all = parts(rows, found.rest, found.df, [found.fixed]);
      [size, t] = [(p * (1 - p)) / sum(all.map(([v]) => v)), studentQuantile(alpha, freedom(all))];
    }
    const [low, high] = wilson(p, size, t).map((end) => end - threshold);
    return { value: p - threshold, n: k, spread: spread(rows), ...around(p - threshold, [low, high]) };
  }
  const [one, other] = [rowsOf(first), rowsOf(second)];
  const rows = one.map((share, unit) => share - other[unit]);
  const value = mean(rows);
  const found = [piecesOf(first), piecesOf(second)];
  if (k > 1 && (found[0] || found[1])) {
    const fixed = [first, second].map(({ right, items }, place) => {
      if (found[place]) return found[place].fixed;
      const share = sum(right) / right.length / items;
      const p = share === 0 || share === 1 ? (share * items + 1) / (items + 2) : share;
      return [(p * (1 - p)) / items, Infinity];
    });
    const crossing = found.filter(Boolean);
    const df = Math.min(...crossing.map((each) => each.df));
    const all = parts(rows, sum(crossing.map(({ rest }) => rest)), df, fixed);
    return { value, n: k, spread: spread(rows), ...interval(value, all), reason: "" };
  }
  const [[p, q], [n, m]] = [[mean(one), mean(other)], [first.items, second.items]];
  const [[lowP, highP], [lowQ, highQ]] = [wilson(p, n, z()), wilson(q, m, z())];
  const ended = [p - q - Math.hypot(p - lowP, highQ - q), p - q + Math.hypot(highP - p, q - lowQ)];
  return { value, n: k, spread: spread(rows), ...around(value, ended) };
}
"""

OPERATION = Operation("crossed", Data, compute, how, by, PYTHON, JAVASCRIPT)
