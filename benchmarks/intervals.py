"""How often the 95 % interval of `labreport.stats` covers the truth, and how often a clear finding is false.

Prints tables in Markdown. Numbers and items are drawn many times from a known truth; in most rows two things
are equal, so that every clear finding is false. Yes and no are not drawn: all tables that there can be are
counted, each with its probability.

    PYTHONPATH=src python benchmarks/intervals.py --draws 10000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from labreport.project import Design, Measure
from labreport.stats.compare import compare, mean_of
from labreport.stats.estimate import ALPHA, critical_value
from labreport.stats.sample import Sample
from labreport.stats.shares import (
    FEW,
    PairCounts,
    fisher_p,
    mcnemar_p,
    newcombe_ends,
    paired_newcombe_ends,
    wilson_ends,
)

Generator = np.random.Generator
Values = NDArray[np.float64]
Draw = Callable[[Generator], "tuple[Sample, Sample | None]"]
VALUE, SECONDS = Measure("value", ""), Measure("seconds", "s", "lower", "ratio")
ACCURACY = Measure("accuracy", "%", right=lambda run, epoch: ())


@dataclass(frozen=True)
class Case:
    """One kind of data: how it is drawn, how it is measured, and what is true."""

    name: str
    draw: Draw
    measure: Measure = VALUE
    truth: float | None = None
    """None where two equal things are compared."""

    @property
    def null(self) -> float:
        """What equal things have."""
        return 1.0 if self.measure.scale == "ratio" else 0.0


@dataclass(frozen=True)
class Shares:
    """How many of all draws had an interval that covers the truth, a clear finding, and no interval."""

    covering: float
    clear: float
    without: float


def tried(case: Case, draws: int, seed: int = 0) -> Shares:
    """Draw a case many times. Covering is a share of the intervals that there are."""
    generator = np.random.default_rng(seed)
    truth = case.null if case.truth is None else case.truth
    covering = clear = without = 0
    for _ in range(draws):
        first, second = case.draw(generator)
        if second is None:
            quantity = mean_of(first, case.measure)
        else:
            quantity = compare(case.measure, 1, first, second)
        if quantity.interval is None:
            without += 1
            continue
        low, high = quantity.interval
        covering += low <= truth <= high
        clear += quantity.outcome in ("more", "less")
    return Shares(covering / max(draws - without, 1), clear / draws, without / draws)


# Numbers


def _sample(values: Any, name: str = "a", **fields: Any) -> Sample:
    return Sample(name, dict(enumerate(map(float, values))), **fields)


def _two(first: Any, second: Any, paired: bool = True) -> tuple[Sample, Sample]:
    design = Design(paired=paired)
    return _sample(first, design=design), _sample(second, "b", design=design)


def _normal(g: Generator, n: int) -> Values:
    return g.normal(size=n)


def _skewed(g: Generator, n: int) -> Values:
    return g.lognormal(0, 1, n)


def _learning(g: Generator, n: int) -> Values:
    return np.where(g.random(n) < 0.6, 0.98, 0.1) + g.normal(0, 0.002, n)


def _diverging(g: Generator, n: int) -> Values:
    return np.where(g.random(n) < 0.1, 0.1, 0.98) + g.normal(0, 0.002, n)


def _both(values_of: Callable[[Generator, int], Values], n: int) -> Draw:
    return lambda g: _two(values_of(g, n), values_of(g, n))


def _alone(values_of: Callable[[Generator, int], Values], n: int) -> Draw:
    return lambda g: (_sample(values_of(g, n)), None)


def _unpaired(first: int, second: int, wider: float) -> Draw:
    return lambda g: _two(g.normal(size=first), g.normal(0, wider, second), paired=False)


def _clusters(n: int, rows: int) -> Draw:
    """Patients with some visits each, in two arms; patients differ twice as much as their visits do."""

    def draw(g: Generator) -> tuple[Sample, Sample]:
        a, b = (g.normal(0, 2, (n, 1)) + g.normal(0, 1, (n, rows)) for _ in "ab")
        return _two(a.mean(axis=1), b.mean(axis=1), paired=False)

    return draw


def _ratio(n: int) -> Draw:
    """Inputs that differ by orders of magnitude, with five repetitions of each of two programs."""

    def draw(g: Generator) -> tuple[Sample, Sample]:
        size, scatter = g.lognormal(0, 2, (n, 1)), g.normal(0, 0.1, (n, 2))
        a, b = (size * np.exp(scatter[:, [which]] + g.normal(0, 0.02, (n, 5))) for which in (0, 1))
        return _two(a.mean(axis=1), b.mean(axis=1))

    return draw


def _splits(fraction: float | None) -> Draw:
    def draw(g: Generator) -> tuple[Sample, None]:
        data = g.normal(0, 1, 178)
        means = [data[g.permutation(178)[:50]].mean() + g.normal(0, 0.05) for _ in range(10)]
        return _sample(means, design=Design(test_fraction=fraction)), None

    return draw


def by_units() -> Iterator[Case]:
    """Values of units alone."""
    for n in (2, 3, 5, 10, 30):
        yield Case(f"normal, paired, {n} seeds", _both(_normal, n))
    for n in (3, 5, 30):
        yield Case(f"skewed (log-normal), paired, {n} seeds", _both(_skewed, n))
        yield Case(f"skewed (log-normal), mean, {n} seeds", _alone(_skewed, n), truth=float(np.exp(0.5)))
    yield Case("skewed (log-normal), geometric means, 5 seeds", _both(_skewed, 5), SECONDS)
    for n in (5, 30):
        yield Case(f"bimodal, 3 of 5 learn, paired, {n} seeds", _both(_learning, n))
        yield Case(f"bimodal, 3 of 5 learn, mean, {n} seeds", _alone(_learning, n), truth=0.628)
        yield Case(f"one seed in 10 diverges, paired, {n} seeds", _both(_diverging, n))
        yield Case(f"one seed in 10 diverges, mean, {n} seeds", _alone(_diverging, n), truth=0.892)
    for n in (5, 6, 20):
        yield Case(f"{n} inputs of very different size × 5 repetitions, ratio", _ratio(n), SECONDS)
    for n in (5, 10, 30):
        yield Case(f"{n} and {n} patients × 4 visits, unpaired", _clusters(n, 4))
    for first, second, wider in ((3, 3, 4), (3, 10, 4), (5, 5, 1), (5, 5, 4), (10, 10, 4), (30, 30, 4)):
        spread = f"the second vary {wider} times as much" if wider > 1 else "equally variable"
        yield Case(f"unpaired, {first} and {second}, {spread}", _unpaired(first, second, wider))
    yield Case("10 random splits of one data set, corrected", _splits(50 / 178), truth=0.0)
    yield Case("the same, uncorrected", _splits(None), truth=0.0)


# Items


def _right(g: Generator, units: int, easy: Values, own: float = 1.0, of_unit: float = 0.3) -> Any:
    """Right or wrong, by items that are more or less easy to all, to one model, and to one unit of it."""
    logit = easy + own * g.normal(size=len(easy)) + of_unit * g.normal(size=(units, 1))
    return g.random((units, len(easy))) < 1 / (1 + np.exp(-logit))


def _items(right: Any, name: str = "a", paired: bool = True) -> Sample:
    values = {unit: float(row.mean()) for unit, row in enumerate(right)}
    return Sample(name, values, dict(enumerate(right)), Design(paired=paired), items="items")


def _on_items(units: int, items: int, middle: float, own: float = 1.0, of_unit: float = 0.3) -> Draw:
    def draw(g: Generator) -> tuple[Sample, Sample]:
        easy = g.normal(middle, 2, items)
        a, b = (_right(g, units, easy, own, of_unit) for _ in range(2))
        return _items(a), _items(b, "b")

    return draw


def _clustered(g: Generator) -> tuple[Sample, Sample]:
    easy = np.repeat(g.normal(4, 2, 100), 10)
    own = np.repeat(g.normal(0, 1.5, (2, 100)), 10, axis=1)
    return _items(_right(g, 5, easy + own[0], own=0.0)), _items(_right(g, 5, easy + own[1], own=0.0), "b")


def _nothing_pairs(first: int, second: int) -> Draw:
    def draw(g: Generator) -> tuple[Sample, Sample]:
        easy = g.normal(4, 2, 1000)
        a, b = _right(g, first, easy), _right(g, second, easy)
        return _items(a, paired=False), _items(b, "b", paired=False)

    return draw


def _one(units: int, middle: float) -> Draw:
    return lambda g: (_items(_right(g, units, g.normal(middle, 2, 1000))), None)


def _share_right(middle: float) -> float:
    """The share that `_right` gets right in the long run."""
    points, weights = np.polynomial.hermite_e.hermegauss(80)
    logit = middle + np.sqrt(4 + 1 + 0.09) * points
    return float(np.sum(weights / (1 + np.exp(-logit))) / np.sum(weights))


def by_items() -> Iterator[Case]:
    """Values that are known item by item."""
    for units in (1, 2, 3, 5):
        name = f"items and seeds, {units} × 1,000, 92 % right"
        yield Case(name, _on_items(units, 1000, 4.0), ACCURACY)
    yield Case("items and seeds, 5 × 100", _on_items(5, 100, 4.0), ACCURACY)
    yield Case("items that do not differ by model, 5 × 1,000", _on_items(5, 1000, 4.0, own=0.0), ACCURACY)
    yield Case("close to the ceiling, 99.8 % right, 5 × 1,000", _on_items(5, 1000, 8.8), ACCURACY)
    yield Case("items in 100 clusters of 10, 5 × 1,000", _clustered, ACCURACY)
    for share, middle in (("92 %", 4.0), ("99.8 %", 8.8)):
        for units in (1, 5):
            name = f"a single accuracy of {share}, {units} × 1,000"
            yield Case(name, _one(units, middle), ACCURACY, _share_right(middle))
    for first, second in ((3, 3), (5, 10)):
        name = f"items and runs that nothing pairs, {first} and {second} × 1,000"
        yield Case(name, _nothing_pairs(first, second), ACCURACY)


# Yes and no: every table with its probability

SHARES = np.arange(0.05, 0.951, 0.05)


def _covers(ends: tuple[float, float], truth: float) -> bool:
    return ends[0] - 1e-12 <= truth <= ends[1] + 1e-12


def one_share(n: int) -> list[float]:
    """How often Wilson's interval covers each of the shares."""
    z = critical_value(ALPHA)
    ends = [wilson_ends(count / n, n, z) for count in range(n + 1)]
    covering = []
    for share in SHARES:
        hits = np.array([_covers(end, share) for end in ends])
        covering.append(float(stats.binom.pmf(range(n + 1), n, share) @ hits))
    return covering


def two_shares(n: int) -> tuple[list[float], list[float]]:
    """How often the unpaired interval covers each pair of shares, and equal shares are called clear."""
    counts = list(product(range(n + 1), repeat=2))
    ends = {(a, b): newcombe_ends(a / n, n, b / n, n, ALPHA) for a, b in counts}
    clear = np.zeros((n + 1, n + 1))
    for (a, b), (low, high) in ends.items():
        leaves_out_zero = not _covers((low, high), 0.0)
        clear[a, b] = leaves_out_zero and (n >= FEW or fisher_p(a, n, b, n) < ALPHA)
    covering, false = [], []
    for p, q in product(SHARES, repeat=2):
        weights = np.outer(stats.binom.pmf(range(n + 1), n, p), stats.binom.pmf(range(n + 1), n, q))
        hits = np.array([_covers(ends[table], p - q) for table in counts]).reshape(n + 1, n + 1)
        covering.append(float((weights * hits).sum()))
        if p == q:
            false.append(float((weights * clear).sum()))
    return covering, false


def paired_shares(n: int, phi: float = 0.3) -> tuple[list[float], list[float]]:
    """The same of pairs whose two answers correlate by φ."""
    tables = [
        PairCounts(both, first, second, n - both - first - second)
        for both, first, second in product(range(n + 1), repeat=3)
        if both + first + second <= n
    ]
    cells = np.array([(table.both, table.first_only, table.second_only, table.neither) for table in tables])
    ends = [paired_newcombe_ends(table, ALPHA) for table in tables]
    clear = np.array(
        [
            not _covers(end, 0.0) and (n >= FEW or mcnemar_p(table) < ALPHA)
            for table, end in zip(tables, ends, strict=True)
        ]
    )
    covering, false = [], []
    for p, q in product(SHARES[1::2], repeat=2):
        both = p * q + phi * np.sqrt(p * q * (1 - p) * (1 - q))
        if both > min(p, q):
            continue
        probabilities = [both, p - both, q - both, 1 - p - q + both]
        weights = stats.multinomial.pmf(cells, n, probabilities)
        covering.append(float(weights @ np.array([_covers(end, p - q) for end in ends])))
        if p == q:
            false.append(float(weights @ clear))
    return covering, false


def print_yes_and_no() -> None:
    """Print coverage in the mean over shares and its least, and false clear findings."""
    print("\n| yes and no | covers, in the mean | least | false “clear”, in the mean | most |")
    print("|---|--:|--:|--:|--:|")
    for n in (5, 8, 14, 15, 30, 60):
        covering = one_share(n)
        figures = f"{100 * np.mean(covering):.1f} % | {100 * min(covering):.1f} %"
        print(f"| one share, {n} | {figures} | – | – |")
    for name, enumerate_tables, sizes in (
        ("two groups of", two_shares, (5, 8, 14, 15, 30)),
        ("pairs,", paired_shares, (5, 8, 14, 15, 20)),
    ):
        for n in sizes:
            covering, false = enumerate_tables(n)
            shares = (np.mean(covering), min(covering), np.mean(false), max(false))
            print(f"| {name} {n} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |", flush=True)


# Several comparisons that are judged together


def _equal_things(g: Generator, names: int, units: int, on_items: bool) -> list[Sample]:
    if on_items:
        easy = g.normal(3, 2, 500)
        return [_items(_right(g, units, easy), str(name)) for name in range(names)]
    return [_sample(g.normal(size=units), str(name)) for name in range(names)]


def any_clear(names: int, units: int, draws: int, family: int, on_items: bool, seed: int = 0) -> float:
    """How often any pair of equal things is called clear, each judged as one of a `family`."""
    generator = np.random.default_rng(seed)
    measure = ACCURACY if on_items else VALUE
    count = 0
    for _ in range(draws):
        samples = _equal_things(generator, names, units, on_items)
        count += any(bool(compare(measure, family, a, b).clear.holds) for a, b in combinations(samples, 2))
    return count / draws


def print_families(draws: int) -> None:
    """Print how often any of several equal things is called clear."""
    print("\n| equal things | pairs | any pair clear, each by itself | each as one of all pairs |")
    print("|---|--:|--:|--:|")
    kinds = [(6, units, False) for units in (1, 2, 3, 5)]
    kinds += [(4, units, True) for units in (1, 2, 3, 5)]
    kinds += [(3, 5, False), (10, 5, False)]
    for names, units, on_items in kinds:
        pairs = names * (names - 1) // 2
        alone, together = (any_clear(names, units, draws, family, on_items) for family in (1, pairs))
        kind = "accuracies of 500 items" if on_items else "numbers"
        seeds = "1 seed" if units == 1 else f"{units} seeds"
        figures = f"{100 * alone:.1f} % | {100 * together:.1f} %"
        print(f"| {names} {kind}, {seeds} | {pairs} | {figures} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    draws = parser.parse_args().draws
    print("| data | covers | false “clear” | no interval |\n|---|--:|--:|--:|")
    for case in [*by_units(), *by_items()]:
        shares = tried(case, draws)
        clear = f"{100 * shares.clear:.1f} %" if case.truth is None else "–"
        figures = f"{100 * shares.covering:.1f} % | {clear} | {100 * shares.without:.1f} %"
        print(f"| {case.name} | {figures} |", flush=True)
    print_yes_and_no()
    print_families(draws // 2)


if __name__ == "__main__":
    main()
