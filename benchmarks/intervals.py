"""How often the 95 % interval of `labreport.stats` covers the truth, and how often "clear" is false.

Prints a table in Markdown. Each row draws data of one kind many times from a known truth; in most of them two
things are equal, so that every "clear" is false.

    python benchmarks/intervals.py --draws 10000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labreport.stats import Measure
from labreport.stats.estimate import judged
from labreport.stats.operation import ALPHA, Computed, Operation
from labreport.stats.operations.crossed import OPERATION as CROSSED
from labreport.stats.operations.crossed import share, table, unpaired
from labreport.stats.operations.difference import OPERATION as DIFFERENCE
from labreport.stats.operations.mean import OPERATION as MEAN

Values = NDArray[np.float64]
Rights = NDArray[np.bool_]
Draw = Callable[[np.random.Generator], Mapping[str, Any]]
ACCURACY, SECONDS = Measure("accuracy", "%"), Measure("seconds", "s", "lower", "ratio")


@dataclass(frozen=True)
class Case:
    """One kind of data: how it is drawn, by which operation it is computed, and what is true."""

    name: str
    operation: Operation
    draw: Draw
    truth: float = 0.0
    measure: Measure = ACCURACY


@dataclass(frozen=True)
class Found:
    """Shares of the draws: intervals that cover, of those that have one; false "clear"; no interval."""

    covers: float
    false_clear: float
    without: float


def tried(case: Case, draws: int, seed: int = 0) -> Found:
    """Draw a case many times."""
    generator = np.random.default_rng(seed)
    null = 1.0 if case.measure.scale == "ratio" else 0.0
    covered = clear = without = 0
    for _ in range(draws):
        found: Computed = case.operation.compute(case.draw(generator), ALPHA)
        if found.low is None or found.high is None:
            without += 1
            continue
        covered += found.low <= case.truth <= found.high
        judgement = judged(found, case.measure)
        clear += judgement.clear and (case.truth - null) * judgement.sign <= 0
    having = max(draws - without, 1)
    return Found(covered / having, clear / draws, without / draws)


def _pair(first: Values, second: Values, paired: bool = True, scale: str = "difference") -> Mapping[str, Any]:
    def of(values: Values) -> list[list[float]]:
        return values.reshape(len(values), -1).tolist()

    data = {"first": of(first), "second": of(second), "paired": paired, "scale": scale}
    return {**data, "test_fraction": None}


def _mean(values: Values, fraction: float | None = None, scale: str = "difference") -> Mapping[str, Any]:
    return {"values": values[:, None].tolist(), "scale": scale, "test_fraction": fraction, "bounds": None}


Sampled = Callable[[np.random.Generator, int], Values]


def _normal(g: np.random.Generator, n: int) -> Values:
    return g.normal(size=n)


def _skewed(g: np.random.Generator, n: int) -> Values:
    return g.lognormal(0, 1, n)


def _learning(g: np.random.Generator, n: int) -> Values:
    return np.where(g.random(n) < 0.6, 0.98, 0.1) + g.normal(0, 0.002, n)


def _diverging(g: np.random.Generator, n: int) -> Values:
    return np.where(g.random(n) < 0.1, 0.1, 0.98) + g.normal(0, 0.002, n)


def _paired(of: Sampled, n: int, scale: str = "difference") -> Draw:
    return lambda g: _pair(of(g, n), of(g, n), scale=scale)


def _alone(of: Sampled, n: int) -> Draw:
    return lambda g: _mean(of(g, n))


def _unpaired(first: int, second: int) -> Draw:
    return lambda g: _pair(g.normal(size=first), g.normal(0, 4, second), paired=False)


def _doubled(g: np.random.Generator) -> Mapping[str, Any]:
    a, b = g.normal(size=5), g.normal(size=5)
    a[4], b[4] = a[3], b[3]
    return _pair(a, b)


def _blocks(g: np.random.Generator) -> Mapping[str, Any]:
    size, scatter = g.lognormal(0, 2, (6, 1)), g.normal(0, 0.1, (6, 2))
    runs = [size * np.exp(scatter[:, [which]] + g.normal(0, 0.02, (6, 5))) for which in (0, 1)]
    return _pair(runs[0], runs[1], scale="ratio")


def _splits(g: np.random.Generator, fraction: float | None) -> Mapping[str, Any]:
    data = g.normal(0, 1, 178)
    means = [data[g.permutation(178)[:50]].mean() + g.normal(0, 0.05) for _ in range(10)]
    return _mean(np.array(means), fraction)


def _by_units() -> Iterator[Case]:
    for n in (2, 3, 5, 10, 30):
        yield Case(f"normal, paired, {n} seeds", DIFFERENCE, _paired(_normal, n))
    for n in (3, 5, 30):
        yield Case(f"skewed (log-normal), paired, {n} seeds", DIFFERENCE, _paired(_skewed, n))
        yield Case(f"skewed (log-normal), mean, {n} seeds", MEAN, _alone(_skewed, n), float(np.exp(0.5)))
    geometric = _paired(_skewed, 5, "ratio")
    yield Case("skewed (log-normal), geometric means, 5 seeds", DIFFERENCE, geometric, 1.0, SECONDS)
    for n in (5, 30):
        yield Case(f"bimodal, 3 of 5 learn, paired, {n} seeds", DIFFERENCE, _paired(_learning, n))
        yield Case(f"bimodal, 3 of 5 learn, mean, {n} seeds", MEAN, _alone(_learning, n), 0.628)
    for n in (5, 30):
        yield Case(f"one seed in 10 diverges, paired, {n} seeds", DIFFERENCE, _paired(_diverging, n))
        yield Case(f"one seed in 10 diverges, mean, {n} seeds", MEAN, _alone(_diverging, n), 0.892)
    yield Case("one seed of 5 duplicated, paired", DIFFERENCE, _doubled)
    yield Case("6 blocks with strong effects × 5 repetitions, ratio", DIFFERENCE, _blocks, 1.0, SECONDS)
    for first, second in ((3, 3), (3, 10), (5, 5), (30, 30)):
        name = f"unpaired, {first} and {second} runs, the second vary 4 times as much"
        yield Case(name, DIFFERENCE, _unpaired(first, second))
    yield Case("10 random splits of one data set, corrected", MEAN, lambda g: _splits(g, 50 / 178))
    yield Case("the same, uncorrected", MEAN, lambda g: _splits(g, None))
    yield Case("identical values, paired, 5 seeds", DIFFERENCE, lambda g: _pair(np.ones(5), np.ones(5)))


def _rights(
    g: np.random.Generator, units: int, easy: Values, own: float = 1.0, of_unit: float = 0.3
) -> Rights:
    """Right or wrong, by items that are more or less easy to all, to one model, and to one unit of it."""
    items = len(easy)
    logit = easy + own * g.normal(size=items) + of_unit * g.normal(size=(units, 1))
    return np.asarray(g.random((units, items)) < 1 / (1 + np.exp(-logit)))


def _on_items(units: int, items: int, middle: float, own: float = 1.0, of_unit: float = 0.3) -> Draw:
    def draw(g: np.random.Generator) -> Mapping[str, Any]:
        easy = g.normal(middle, 2, items)
        return table(*(_rights(g, units, easy, own, of_unit) for _ in range(2)))

    return draw


def _clustered(g: np.random.Generator) -> Mapping[str, Any]:
    easy = np.repeat(g.normal(4, 2, 100), 10)
    own = np.repeat(g.normal(0, 1.5, (2, 100)), 10, axis=1)
    return table(*(_rights(g, 5, easy + own[which], own=0.0) for which in (0, 1)))


def _classes(g: np.random.Generator) -> Mapping[str, Any]:
    of = [_rights(g, 5, g.normal(4, 2, items)) for items in (100, 150)]
    return {"first": share(list(of[0])), "second": share(list(of[1]))}


def _unpaired_on_items(first: int, second: int) -> Draw:
    def draw(g: np.random.Generator) -> Mapping[str, Any]:
        easy = g.normal(4, 2, 1000)
        return unpaired(_rights(g, first, easy), _rights(g, second, easy), same=True)

    return draw


def _one(units: int, middle: float) -> Draw:
    return lambda g: {"first": share(list(_rights(g, units, g.normal(middle, 2, 1000))))}


def _by_items() -> Iterator[Case]:
    for units in (1, 2, 3, 5):
        yield Case(f"items and seeds, {units} × 1,000, 92 % right", CROSSED, _on_items(units, 1000, 4.0))
    one = _on_items(1, 1000, 4.0, of_unit=0.0)
    yield Case("items, one seed of a model that does not depend on it, 1 × 1,000", CROSSED, one)
    yield Case("items and seeds, 5 × 100", CROSSED, _on_items(5, 100, 4.0))
    yield Case("seeds that do not differ, 5 × 1,000", CROSSED, _same_seeds)
    yield Case("items that do not differ by model, 5 × 1,000", CROSSED, _on_items(5, 1000, 4.0, own=0.0))
    for units in (5, 1):
        name = f"close to the ceiling, 99.8 % right, {units} × 1,000"
        yield Case(name, CROSSED, _on_items(units, 1000, 8.8))
    yield Case("items in 100 clusters of 10, 5 × 1,000", CROSSED, _clustered)
    for share_, middle in (("92 %", 4.0), ("99.8 %", 8.8)):
        for units in (1, 5):
            name = f"a single accuracy of {share_}, {units} × 1,000"
            yield Case(name, CROSSED, _one(units, middle), _share_right(middle))
    for first, second in ((3, 3), (5, 10)):
        name = f"items and runs that nothing pairs, {first} and {second} × 1,000"
        yield Case(name, CROSSED, _unpaired_on_items(first, second))
    yield Case("two classes, separate items, 5 × (100, 150)", CROSSED, _classes)


def _same_seeds(g: np.random.Generator) -> Mapping[str, Any]:
    easy = g.normal(4, 2, 1000)
    a, b = (np.repeat(_rights(g, 1, easy, of_unit=0.0), 5, axis=0) for _ in range(2))
    return table(a, b)


def _share_right(middle: float) -> float:
    """The share that `_rights` gets right in the long run."""
    points, weights = np.polynomial.hermite_e.hermegauss(80)
    logit = middle + np.sqrt(4 + 1 + 0.09) * points
    return float(np.sum(weights / (1 + np.exp(-logit))) / np.sum(weights))


def cases() -> list[Case]:
    """All kinds of data."""
    return [*_by_units(), *_by_items()]


def any_clear(names: int, units: int, draws: int, among: int, seed: int = 0) -> float:
    """How often any pair of equal things is called clear, each judged as one of `among`."""
    generator = np.random.default_rng(seed)
    count = 0
    for _ in range(draws):
        values = generator.normal(size=(names, units))
        count += any(
            judged(DIFFERENCE.compute(_pair(a, b), ALPHA / among), ACCURACY).clear
            for a, b in combinations(values, 2)
        )
    return count / draws


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    draws = parser.parse_args().draws
    print("| data | covers | false “clear” | no interval |\n|---|--:|--:|--:|")
    for case in cases():
        found = tried(case, draws)
        covers = "–" if found.without == 1 else f"{100 * found.covers:.1f} %"
        null = 1.0 if case.measure.scale == "ratio" else 0.0
        clear = f"{100 * found.false_clear:.1f} %" if case.truth == null else "–"
        print(f"| {case.name} | {covers} | {clear} | {100 * found.without:.1f} % |", flush=True)
    print("\n| equal things | pairs | any pair clear, each by itself | each as one of all pairs |")
    print("|---|--:|--:|--:|")
    for names in (3, 6, 10):
        pairs = names * (names - 1) // 2
        single, among = (any_clear(names, 5, draws // 5, each) for each in (1, pairs))
        print(f"| {names}, 5 seeds | {pairs} | {100 * single:.1f} % | {100 * among:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
