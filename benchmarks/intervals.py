"""How often the 95 % interval of `labreport.stats` covers the truth, and how often a clear finding is false.

Prints a table in Markdown. Each row draws samples of one kind many times from a known truth; in most, two
things are equal, so that every clear finding is false.

    PYTHONPATH=src python benchmarks/intervals.py --draws 10000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labreport.project import Design, Measure
from labreport.stats.compare import compare, mean_of
from labreport.stats.sample import Sample

Values = NDArray[np.float64]
Pair = tuple[Sample, Sample | None]
Draw = Callable[[np.random.Generator], Pair]
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


def tried(case: Case, draws: int, seed: int = 0) -> tuple[float, float, float]:
    """Draw a case many times: shares of intervals that cover, of false clear findings, of no interval."""
    generator = np.random.default_rng(seed)
    truth = case.null if case.truth is None else case.truth
    covered = clear = without = 0
    for _ in range(draws):
        first, second = case.draw(generator)
        if second is None:
            found, judgement = mean_of(first, case.measure), ""
        else:
            part = compare(case.measure, 1, first, second)
            found, judgement = part.quantity, part.judgement
        if found.low is None or found.high is None:
            without += 1
            continue
        covered += found.low <= truth <= found.high
        clear += judgement in ("more", "less")
    return covered / max(draws - without, 1), clear / draws, without / draws


def _sample(values: Any, name: str = "a", **fields: Any) -> Sample:
    rows = np.asarray(values, float)
    rows = rows.reshape(len(rows), -1)
    return Sample(name, {unit: tuple(map(float, row)) for unit, row in enumerate(rows)}, **fields)


def _two(first: Any, second: Any, paired: bool = True) -> Pair:
    design = Design(paired=paired)
    return _sample(first, design=design), _sample(second, "b", design=design)


def _skewed(g: np.random.Generator, n: int) -> Values:
    return g.lognormal(0, 1, n)


def _learning(g: np.random.Generator, n: int) -> Values:
    return np.where(g.random(n) < 0.6, 0.98, 0.1) + g.normal(0, 0.002, n)


def _diverging(g: np.random.Generator, n: int) -> Values:
    return np.where(g.random(n) < 0.1, 0.1, 0.98) + g.normal(0, 0.002, n)


def _both(of: Callable[[np.random.Generator, int], Values], n: int) -> Draw:
    return lambda g: _two(of(g, n), of(g, n))


def _alone(of: Callable[[np.random.Generator, int], Values], n: int) -> Draw:
    return lambda g: (_sample(of(g, n)), None)


def _unpaired(first: int, second: int) -> Draw:
    return lambda g: _two(g.normal(size=first), g.normal(0, 4, second), paired=False)


def _repeated(g: np.random.Generator) -> Pair:
    size, scatter = g.lognormal(0, 2, (6, 1)), g.normal(0, 0.1, (6, 2))
    a, b = (size * np.exp(scatter[:, [which]] + g.normal(0, 0.02, (6, 5))) for which in (0, 1))
    return _two(a, b)


def _splits(fraction: float | None) -> Draw:
    def draw(g: np.random.Generator) -> Pair:
        data = g.normal(0, 1, 178)
        means = [data[g.permutation(178)[:50]].mean() + g.normal(0, 0.05) for _ in range(10)]
        return _sample(means, design=Design(test_fraction=fraction)), None

    return draw


def by_units() -> Iterator[Case]:
    """Values of units alone."""
    for n in (2, 3, 5, 10, 30):
        yield Case(f"normal, paired, {n} seeds", lambda g, n=n: _two(g.normal(size=n), g.normal(size=n)))
    for n in (3, 5, 30):
        yield Case(f"skewed (log-normal), paired, {n} seeds", _both(_skewed, n))
        yield Case(f"skewed (log-normal), mean, {n} seeds", _alone(_skewed, n), truth=float(np.exp(0.5)))
    yield Case("skewed (log-normal), geometric means, 5 seeds", _both(_skewed, 5), SECONDS)
    for n in (5, 30):
        yield Case(f"bimodal, 3 of 5 learn, paired, {n} seeds", _both(_learning, n))
        yield Case(f"bimodal, 3 of 5 learn, mean, {n} seeds", _alone(_learning, n), truth=0.628)
        yield Case(f"one seed in 10 diverges, paired, {n} seeds", _both(_diverging, n))
        yield Case(f"one seed in 10 diverges, mean, {n} seeds", _alone(_diverging, n), truth=0.892)
    yield Case("6 plates with strong effects × 5 wells, ratio", _repeated, SECONDS)
    for first, second in ((3, 3), (3, 10), (5, 5), (30, 30)):
        name = f"unpaired, {first} and {second} runs, the second vary 4 times as much"
        yield Case(name, _unpaired(first, second))
    yield Case("10 random splits of one data set, corrected", _splits(50 / 178), truth=0.0)
    yield Case("the same, uncorrected", _splits(None), truth=0.0)


def _right(g: np.random.Generator, units: int, easy: Values, own: float = 1.0, of_unit: float = 0.3) -> Any:
    """Right or wrong, by items that are more or less easy to all, to one model, and to one unit of it."""
    logit = easy + own * g.normal(size=len(easy)) + of_unit * g.normal(size=(units, 1))
    return g.random((units, len(easy))) < 1 / (1 + np.exp(-logit))


def _items(right: Any, name: str = "a", paired: bool = True) -> Sample:
    values = {unit: (float(row.mean()),) for unit, row in enumerate(right)}
    return Sample(name, values, dict(enumerate(right)), Design(paired=paired), items="items")


def _on_items(units: int, items: int, middle: float, own: float = 1.0, of_unit: float = 0.3) -> Draw:
    def draw(g: np.random.Generator) -> Pair:
        easy = g.normal(middle, 2, items)
        a, b = (_right(g, units, easy, own, of_unit) for _ in range(2))
        return _items(a), _items(b, "b")

    return draw


def _clustered(g: np.random.Generator) -> Pair:
    easy = np.repeat(g.normal(4, 2, 100), 10)
    own = np.repeat(g.normal(0, 1.5, (2, 100)), 10, axis=1)
    return _items(_right(g, 5, easy + own[0], own=0.0)), _items(_right(g, 5, easy + own[1], own=0.0), "b")


def _nothing_pairs(first: int, second: int) -> Draw:
    def draw(g: np.random.Generator) -> Pair:
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
    one = _on_items(1, 1000, 4.0, of_unit=0.0)
    yield Case("items, one seed of a model that does not depend on it, 1 × 1,000", one, ACCURACY)
    yield Case("items and seeds, 5 × 100", _on_items(5, 100, 4.0), ACCURACY)
    yield Case("items that do not differ by model, 5 × 1,000", _on_items(5, 1000, 4.0, own=0.0), ACCURACY)
    for units in (5, 1):
        name = f"close to the ceiling, 99.8 % right, {units} × 1,000"
        yield Case(name, _on_items(units, 1000, 8.8), ACCURACY)
    yield Case("items in 100 clusters of 10, 5 × 1,000", _clustered, ACCURACY)
    for share, middle in (("92 %", 4.0), ("99.8 %", 8.8)):
        for units in (1, 5):
            name = f"a single accuracy of {share}, {units} × 1,000"
            yield Case(name, _one(units, middle), ACCURACY, _share_right(middle))
    for first, second in ((3, 3), (5, 10)):
        name = f"items and runs that nothing pairs, {first} and {second} × 1,000"
        yield Case(name, _nothing_pairs(first, second), ACCURACY)


def any_clear(names: int, units: int, draws: int, family: int, seed: int = 0) -> float:
    """How often any pair of equal things is called clear, each judged as one of a `family`."""
    generator = np.random.default_rng(seed)
    count = 0
    for _ in range(draws):
        drawn = [_sample(row, str(name)) for name, row in enumerate(generator.normal(size=(names, units)))]
        judged = (compare(VALUE, family, a, b).judgement for a, b in combinations(drawn, 2))
        count += any(each in ("more", "less") for each in judged)
    return count / draws


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    draws = parser.parse_args().draws
    print("| data | covers | false “clear” | no interval |\n|---|--:|--:|--:|")
    for case in [*by_units(), *by_items()]:
        covers, clear, without = tried(case, draws)
        told = f"{100 * clear:.1f} %" if case.truth is None else "–"
        print(f"| {case.name} | {100 * covers:.1f} % | {told} | {100 * without:.1f} % |", flush=True)
    print("\n| equal things | pairs | any pair clear, each by itself | each as one of all pairs |")
    print("|---|--:|--:|--:|")
    for names in (3, 6, 10):
        pairs = names * (names - 1) // 2
        single, among = (any_clear(names, 5, draws // 5, each) for each in (1, pairs))
        print(f"| {names}, 5 seeds | {pairs} | {100 * single:.1f} % | {100 * among:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
