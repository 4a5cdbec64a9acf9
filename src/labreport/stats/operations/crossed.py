"""Accuracies known item by item for several units, such as seeds: both are random, and cross.

The variance of a mean is that between units over their number, plus that between items over theirs, less the
residual, which both contain (Owen 2007, The pigeonhole bootstrap). Limits: with one unit, or where the units
do not differ, only the items are left; where the items do not differ, only the units.

The functions that compute are the ones that a reader is shown, so they use nothing of this package.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NotRequired, TypeAlias, TypedDict

from labreport.later import later
from labreport.stats.operation import ALPHA, Computed, Operation, Reason, quantile, student, total, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import special
else:
    np = later("numpy")
    special = later("scipy.special")


Rights: TypeAlias = "Sequence[NDArray[np.bool_]] | NDArray[np.bool_]"


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
    """A `table` for two on the same items; else the share `first`, or `first` and `second` on other items.

    Units that nothing pairs have `items_by_both`: on the same items, how many 0, 1, … units of the first and
    (inside) of the second get right; empty where the items are others.
    """

    table: NotRequired[Table]
    first: NotRequired[Share]
    second: NotRequired[Share]
    threshold: NotRequired[float]
    items_by_both: NotRequired[list[list[int]]]


def table(first: Rights, second: Rights) -> Data:
    """Count two arrays of shape (units, items) on the same items."""
    units, a, b = len(first), np.array(first), np.array(second)
    sums = np.sum(a, axis=0, dtype=np.int64) - np.sum(b, axis=0, dtype=np.int64)
    cells = (a & b, a & ~b, b & ~a, ~a & ~b)
    both, only_first, only_second, neither = (np.sum(each, axis=1).tolist() for each in cells)
    return {
        "table": {
            "both": both,
            "only_first": only_first,
            "only_second": only_second,
            "neither": neither,
            "items_by_sum": np.bincount(sums + units, minlength=2 * units + 1).tolist(),
        }
    }


def share(right: Rights) -> Share:
    """Count an array of shape (units, items)."""
    rows = np.array(right)
    return {
        "right": [int(count) for count in np.sum(rows, axis=1)],
        "items": int(rows.shape[1]),
        "items_by_right": np.bincount(np.sum(rows, axis=0), minlength=len(rows) + 1).tolist(),
    }


def unpaired(first: Rights, second: Rights, same: bool) -> Data:
    """Count two arrays whose units nothing pairs, on the `same` items or on others."""
    counts = np.zeros((len(first) + 1, len(second) + 1), dtype=int)
    if same:
        np.add.at(counts, (np.sum(first, axis=0), np.sum(second, axis=0)), 1)
    return {
        "first": share(first),
        "second": share(second),
        "items_by_both": counts.tolist() if same else [],
    }


def pieces(rows: Any, columns: Any, squares: float) -> Any:
    """Split the squares of a table of units and items, whose sum over all cells is `squares`.

    `rows` are the means of the units, `columns` pairs of a sum over the units and how many items have it.
    Gives the residual's variance of a unit's mean, its degrees of freedom, and the variance of the mean by
    items, with its own; None for one unit, or where the units agree on every item.
    """
    k, n = len(rows), sum(count for _, count in columns)
    if k < 2 or n < 2 or k * squares == sum(count * place**2 for place, count in columns):
        return None
    mean = statistics.fmean(rows)
    by_row = n * math.fsum((row - mean) ** 2 for row in rows)
    by_column = k * math.fsum(count * (place / k - mean) ** 2 for place, count in columns)
    df = (k - 1) * (n - 1)
    rest = max(0.0, squares - k * n * mean**2 - by_row - by_column) / df / n
    return rest, df, (max(0.0, by_column / k / (n - 1) / n - rest / k), n - 1)


def of_units(rows: Any, rest: float, rest_df: float) -> tuple[float, float]:
    """Variance of a mean that the units cause, with its degrees of freedom.

    It is at least what the residual causes, so that units that agree by accident do not look certain; where
    the residual is used, so are its degrees of freedom, from four units on.
    """
    k, between = len(rows), statistics.variance(rows)
    if between >= rest:
        return between / k, k - 1
    return rest / k, rest_df if k > 3 else k - 1


def of_items(right: Any, items: int) -> tuple[float, float]:
    """Variance of a share that the draw of items causes; of 0 and 1, that of one more item of each kind."""
    share = statistics.fmean(right) / items
    if share in (0, 1):
        share = (share * items + 1) / (items + 2)
    return share * (1 - share) / items, math.inf


def agreement(
    both: int, only_first: int, only_second: int, neither: int, alpha: float
) -> tuple[float, float, float]:
    """Difference of two shares of the same items, from their table, with its interval.

    It holds two: Clopper and Pearson's given how many items the two disagree about, and Newcombe's (1998,
    method 10 of paired data), which covers the draw of items as well.
    """
    a, b, n, z = only_first, only_second, both + only_first + only_second + neither, quantile(alpha)
    p, q = (both + a) / n, (both + b) / n
    (low_p, high_p), (low_q, high_q) = wilson(p, n, z), wilson(q, n, z)
    cross = float(both * neither - a * b)
    cross = max(cross - n / 2, 0.0) if cross > 0 else cross
    phi = cross / math.sqrt(max(1, (both + a) * (b + neither) * (both + b) * (a + neither)))

    def far(x: float, y: float) -> float:
        return math.sqrt(max(0.0, x * x - 2 * phi * x * y + y * y))

    least = float(special.betaincinv(a, b + 1, alpha / 2)) if a else 0.0
    most = 1 - float(special.betaincinv(b, a + 1, alpha / 2)) if b else 1.0
    low = min(p - q - far(p - low_p, high_q - q), (2 * least - 1) * (a + b) / n)
    high = max(p - q + far(high_p - p, q - low_q), (2 * most - 1) * (a + b) / n)
    return p - q, min(low, p - q), max(high, p - q)


def newcombe(p: float, n: int, q: float, m: int, alpha: float) -> tuple[float, float, float]:
    """Difference of two shares of separate items, with Newcombe's interval (1998, method 10)."""
    z = quantile(alpha)
    (low_p, high_p), (low_q, high_q) = wilson(p, n, z), wilson(q, m, z)
    return p - q, p - q - math.hypot(p - low_p, high_q - q), p - q + math.hypot(high_p - p, q - low_q)


def tables(data: Any) -> list[tuple[list[float], list[tuple[int, int]], int]]:
    """Each table of units and items in the data, as `pieces` splits it."""
    if "table" in data:
        first, second, sums = (data["table"][key] for key in ("only_first", "only_second", "items_by_sum"))
        rows = [(a - b) / sum(sums) for a, b in zip(first, second, strict=True)]
        return [(rows, list(enumerate(sums, -len(rows))), sum(first) + sum(second))]
    found = []
    for share in (data[key] for key in ("first", "second") if key in data):
        rows = [right / share["items"] for right in share["right"]]
        found.append((rows, list(enumerate(share["items_by_right"])), sum(share["right"])))
    return found


def crossed(data: Any, alpha: float = 0.05) -> tuple[float, float, float, str]:
    """Value, low and high, and over what they are: units and items, or items."""
    found, joint = tables(data), data.get("items_by_both")
    split, rows = [pieces(*each) for each in found], [row for row, _, _ in found]
    sizes, means = [sum(n for _, n in columns) for _, columns, _ in found], [*map(statistics.fmean, rows)]
    rests = [each[:2] if each else (0.0, math.inf) for each in split]
    value, how = means[0] - sum(means[1:]), "units and items" if any(split) else "items"
    if "table" not in data and len(found) == 1:  # Wilson's, with an effective number (Dean and Pagano 2015)
        variance, df = total([of_units(rows[0], *rests[0]), split[0][2]]) if split[0] else (0.0, math.inf)
        size = value * (1 - value) / variance if variance else sizes[0]
        low, high = wilson(value, size, quantile(alpha, df))
        threshold = data.get("threshold", 0.0)
        return value - threshold, low - threshold, high - threshold, how
    if not any(split):
        corners = [joint[i][j] for i in (-1, 0) for j in (-1, 0)] if joint else []
        if "table" in data:
            corners = [data["table"][key][0] for key in ("both", "only_first", "only_second", "neither")]
        elif sum(corners) != sizes[0]:
            return *newcombe(means[0], sizes[0], means[1], sizes[1], alpha), how
        apart, low, high = agreement(corners[0], corners[1], corners[2], corners[3], alpha)
        value = apart if joint else value
        return value, min(low, value), max(high, value), how
    if joint is None:  # the units are pairs
        pairs = [one - sum(others) for one, *others in zip(*rows, strict=True)]
        units = [of_units(pairs, sum(rest for rest, _ in rests), min(df for _, df in rests))]
    else:
        units = [of_units(row, *rest) for row, rest in zip(rows, rests, strict=True)]
    items = [
        each[2] if each else of_items(data[key]["right"], data[key]["items"])
        for each, key in zip(split, ("first", "second"), strict=False)
    ]
    if joint:
        k, m, n = len(rows[0]), len(rows[1]), sizes[0]
        places = ((i / k - j / m, count) for i, line in enumerate(joint) for j, count in enumerate(line))
        by_item = math.fsum(count * (place - value) ** 2 for place, count in places) / (n - 1) / n
        items = [(max(0.0, by_item - rests[0][0] / k - rests[1][0] / m), n - 1)]
    return *student(value, [*units, *items], alpha), how


def compute(data: Data, alpha: float) -> Computed:
    """Compute an accuracy (less a threshold) or a difference, with its interval of level 1 − `alpha`."""
    joint = data.get("items_by_both")
    if "table" in data:
        counts = data["table"]
        units, items = len(counts["both"]), sum(counts["items_by_sum"])
        equal = not sum(counts["only_first"]) + sum(counts["only_second"])
    else:
        shares = _shares(data)
        units, items = min(len(one["right"]) for one in shares), min(one["items"] for one in shares)
        equal = bool(joint and joint[0][0] + joint[-1][-1] == items)
    if not units or not items:
        return Computed(None, units, reason=Reason.NOTHING_IN_COMMON)
    rows = [row for row, _, _ in tables(data)] if joint is None else []
    apart = [one - sum(others) for one, *others in zip(*rows, strict=True)]
    spread = statistics.stdev(apart) if len(apart) > 1 else None
    if equal:
        return Computed(0.0, units, spread, reason=Reason.EQUAL, how="equal")
    if joint is not None and units == 1:
        means = [statistics.fmean(one["right"]) / one["items"] for one in _shares(data)]
        return Computed(means[0] - means[1], 1, reason=Reason.ONE_RUN)
    value, low, high, over = crossed(data, alpha)
    return Computed(value, units, spread, low, high, how=over)


def _shares(data: Data) -> list[Share]:
    return [data["first"], *([data["second"]] if "second" in data else [])]


def how(data: Data) -> str:
    """Say in one sentence how the number was made."""
    if "table" in data:
        of = f"Difference of two accuracies on the same {sum(data['table']['items_by_sum'])} items"
        return f"{of}, over {len(data['table']['both'])}; {TAKEN}"
    first, *others = _shares(data)
    of, units = f"Accuracy on {first['items']} items", f"over {len(first['right'])}"
    if others:
        same = "the same" if data.get("items_by_both") else f"{others[0]['items']} others"
        of = f"{of} minus that on {same}"
    if "items_by_both" in data:
        units = f"{units} and {len(others[0]['right'])} that nothing pairs"
    return f"{of}, {units}; {TAKEN}"


TAKEN = "items are taken as independent of one another"


def by(data: Data) -> str:
    """Name the interval."""
    over = compute(data, ALPHA).how
    if "table" not in data and "second" not in data:
        return f"Wilson, over {over}"
    if over == "units and items":
        return f"Student's t over {over}"
    exact = "exact and " if "table" in data or data.get("items_by_both") else ""
    return f"{exact}Newcombe, over items"


SHOWN = (
    *(quantile, wilson, total, student, pieces, of_units, of_items),
    *(agreement, newcombe, tables, crossed),
)

JAVASCRIPT = """
(data, alpha) => {
  const { ends, freedom, mean, none, squares, sum, wilson } = Shared;
  const { betaQuantile, studentQuantile } = Distributions;
  const z = () => studentQuantile(alpha, Infinity);
  const varianceOf = (values) => (values.length > 1 ? squares(values) / (values.length - 1) : 0);
  const spread = (values) => (values.length > 1 ? Math.sqrt(varianceOf(values)) : null);
  // Of a table of units and items; null for one unit, or where all units agree on every item.
  const pieces = ({ rows, columns, n, total }) => {
    const [k, m] = [rows.length, mean(rows)];
    const agreed = k * total === sum(columns.map(([place, count]) => count * place * place));
    if (k < 2 || n < 2 || agreed) return null;
    const inRows = n * squares(rows);
    const inColumns = k * sum(columns.map(([place, count]) => count * (place / k - m) ** 2));
    const df = (k - 1) * (n - 1);
    const rest = Math.max(0, total - k * n * m * m - inRows - inColumns) / df / n;
    return { rest, df, fixed: [Math.max(0, inColumns / k / (n - 1) / n - rest / k), n - 1] };
  };
  const ofUnits = (rows, rest, df) => {
    const [k, between] = [rows.length, varianceOf(rows)];
    return between < rest ? [rest / k, k > 3 ? df : k - 1] : [between / k, k - 1];
  };
  const interval = (value, all) => ends(value, sum(all.map(([v]) => v)), freedom(all), alpha);
  const around = (value, [low, high]) =>
    ({ low: Math.min(low, value), high: Math.max(high, value), reason: "" });

  const agreement = (both, a, b, neither) => {
    const n = both + a + b + neither;
    const [p, q] = [(both + a) / n, (both + b) / n];
    const [[lowP, highP], [lowQ, highQ]] = [wilson(p, n, z()), wilson(q, n, z())];
    let cross = both * neither - a * b;
    if (cross > 0) cross = Math.max(cross - n / 2, 0);
    const margins = (both + a) * (b + neither) * (both + b) * (a + neither);
    const phi = margins ? cross / Math.sqrt(margins) : 0;
    const far = (x, y) => Math.sqrt(Math.max(0, x * x + y * y - 2 * phi * x * y));
    const low = a ? betaQuantile(alpha / 2, a, b + 1) : 0;
    const high = b ? 1 - betaQuantile(alpha / 2, b, a + 1) : 1;
    const exact = [low, high].map((one) => ((2 * one - 1) * (a + b)) / n);
    const wide = [p - q - far(p - lowP, highQ - q), p - q + far(highP - p, q - lowQ)];
    return [Math.min(wide[0], exact[0]), Math.max(wide[1], exact[1])];
  };

  // Each table of units and items: the means of its units, how many items have each sum over them, and the
  // sum of the squares of its cells.
  const { table, first, second, threshold = 0, items_by_both: joint } = data;
  const counted = ({ right, items: n, items_by_right: sums }) => {
    const columns = sums.map((count, place) => [place, count]);
    return { rows: right.map((one) => one / n), columns, n, total: sum(right) };
  };
  const compared = ({ both, only_first: a, only_second: b, neither, items_by_sum: sums }) => {
    const n = both.length ? both[0] + a[0] + b[0] + neither[0] : 0;
    const columns = sums.map((count, place) => [place - both.length, count]);
    return { rows: a.map((one, unit) => (one - b[unit]) / n), columns, n, total: sum(a) + sum(b) };
  };
  const tables = table ? [compared(table)] : [first, second].filter(Boolean).map(counted);
  const [rows, sizes] = [tables.map((one) => one.rows), tables.map(({ n }) => n)];
  const k = Math.min(...rows.map(({ length }) => length));
  if (sizes.includes(0)) return none(null, k, "nothing in common");
  const [p, q = 0] = rows.map(mean);
  const apart = joint ? [] : rows[0].map((one, unit) => one - (second ? rows[1][unit] : 0));
  const value = joint ? p - q : mean(apart);
  const size = { n: k, spread: spread(apart) };
  let corners = joint?.length ? [joint.at(-1).at(-1), joint.at(-1)[0], joint[0].at(-1), joint[0][0]] : null;
  if (table ? !tables[0].total : corners && corners[0] + corners[3] === sizes[0]) {
    return none(0, k, "equal", size.spread);
  }
  if (joint && k === 1) return none(value, 1, "one run");
  const found = tables.map(pieces);
  const known = found.filter(Boolean);
  if (first && !second) {
    let [items, t] = [sizes[0], z()];
    if (known.length) {
      const all = [ofUnits(rows[0], known[0].rest, known[0].df), known[0].fixed];
      [items, t] = [(p * (1 - p)) / sum(all.map(([v]) => v)), studentQuantile(alpha, freedom(all))];
    }
    const ended = wilson(p, items, t).map((end) => end - threshold);
    return { ...size, value: p - threshold, ...around(p - threshold, ended) };
  }
  if (!known.length) {
    if (table) corners = [table.both, table.only_first, table.only_second, table.neither].map(([one]) => one);
    const exact = corners && sum(corners) === sizes[0];
    if (exact) return { value, ...size, ...around(value, agreement(...corners)) };
    const [[lowP, highP], [lowQ, highQ]] = [p, q].map((one, place) => wilson(one, sizes[place], z()));
    const ended = [p - q - Math.hypot(p - lowP, highQ - q), p - q + Math.hypot(highP - p, q - lowQ)];
    return { value, ...size, ...around(value, ended) };
  }
  let fixed = tables.map(({ n }, place) => {
    if (found[place]) return found[place].fixed;
    const share = [p, q][place];
    const one = share === 0 || share === 1 ? (share * n + 1) / (n + 2) : share;
    return [(one * (1 - one)) / n, Infinity];
  });
  if (corners) {
    const [a, b] = rows.map((each) => each.length);
    const cells = joint.flatMap((line, i) => line.map((count, j) => count * (i / a - j / b - value) ** 2));
    const between = sum(cells) / (sizes[0] - 1) / sizes[0];
    const rest = sum(found.map((one, place) => (one ? one.rest / rows[place].length : 0)));
    fixed = [[Math.max(0, between - rest), sizes[0] - 1]];
  }
  const own = (each, place) => ofUnits(each, found[place]?.rest ?? 0, found[place]?.df ?? Infinity);
  const units = joint ? rows.map(own)
    : [ofUnits(apart, sum(known.map(({ rest }) => rest)), Math.min(...known.map(({ df }) => df)))];
  return { value, ...size, ...interval(value, [...units, ...fixed]), reason: "" };
}
"""

OPERATION = Operation("crossed", Data, compute, how, SHOWN, JAVASCRIPT, by)
