"""How often the 95 % interval of `labreport.stats` covers the truth, and how often a clear finding is false.

Prints tables in Markdown. Numbers and items are drawn many times from a known truth; in most rows two things
are equal, so that every clear finding is false. Yes and no are not drawn: all tables that there can be are
counted, each with its probability.

    PYTHONPATH=src python benchmarks/intervals.py --draws 10000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from labreport.project import Design, Measure
from labreport.stats.estimate import ALPHA, critical_value
from labreport.stats.inference import compare, mean_of
from labreport.stats.samples import Sample
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
Right = NDArray[np.bool_]
"""Which items are right, shape (units, items)."""
Draw = Callable[[Generator], list[Sample]]
"""Draws the data of one case: a sample whose mean is asked, or two that are compared."""
VALUE = Measure("value", "")
SECONDS = Measure("seconds", "s", "lower", "ratio")
ACCURACY = Measure("accuracy", "%", right=lambda run, epoch: np.empty(0))


@dataclass(frozen=True)
class Case:
    """One kind of data: how it is drawn, how it is measured, and what is true."""

    name: str
    draw: Draw
    measure: Measure = VALUE
    truth: float | None = None
    """None where two equal things are compared."""


@dataclass(frozen=True)
class Shares:
    """How many of all draws had an interval that covers the truth, a clear finding, and no interval."""

    covering: float
    clear: float
    without: float


def shares_of(case: Case, draws: int) -> Shares:
    """Draw a case many times. Covering is a share of the intervals that there are."""
    generator = np.random.default_rng(0)
    truth = case.truth
    if truth is None:
        truth = 1.0 if case.measure.scale == "ratio" else 0.0
    covering = clear = without = 0
    for _ in range(draws):
        samples = case.draw(generator)
        if len(samples) == 1:
            quantity = mean_of(samples[0], case.measure)
        else:
            quantity = compare(case.measure, 1, samples[0], samples[1])
        if quantity.interval is None:
            without += 1
            continue
        low, high = quantity.interval
        covering += low <= truth <= high
        clear += quantity.outcome in ("more", "less")
    return Shares(covering / max(draws - without, 1), clear / draws, without / draws)


# Numbers


INDEPENDENT = Design()


def _sample(values: Iterable[float], name: str = "a", design: Design = INDEPENDENT) -> Sample:
    by_unit = {unit: float(value) for unit, value in enumerate(values)}
    return Sample(name, by_unit, design=design)


def _two_samples(first: Values, second: Values, *, paired: bool = True) -> list[Sample]:
    design = Design(paired=paired)
    return [_sample(first, "a", design), _sample(second, "b", design)]


def _normal(generator: Generator, n: int) -> Values:
    return generator.normal(size=n)


def _skewed(generator: Generator, n: int) -> Values:
    return generator.lognormal(0, 1, n)


def _learning(generator: Generator, n: int) -> Values:
    """Accuracies of which three in five are 98 %, the others 10 %."""
    learns = generator.random(n) < 0.6
    return np.where(learns, 0.98, 0.1) + generator.normal(0, 0.002, n)


def _diverging(generator: Generator, n: int) -> Values:
    """Accuracies of which one in ten is 10 %, the others 98 %."""
    diverges = generator.random(n) < 0.1
    return np.where(diverges, 0.1, 0.98) + generator.normal(0, 0.002, n)


def _alone(values_of: Callable[[Generator, int], Values], n: int, generator: Generator) -> list[Sample]:
    return [_sample(values_of(generator, n))]


def _both(values_of: Callable[[Generator, int], Values], n: int, generator: Generator) -> list[Sample]:
    first = values_of(generator, n)
    second = values_of(generator, n)
    return _two_samples(first, second)


def _unpaired(n: int, other_n: int, wider: float, generator: Generator) -> list[Sample]:
    first = generator.normal(size=n)
    second = generator.normal(0, wider, other_n)
    return _two_samples(first, second, paired=False)


def _patients(n: int, generator: Generator) -> list[Sample]:
    """Patients with four visits each, in two arms; patients differ twice as much as their visits do."""
    arms = []
    for _ in range(2):
        patients = generator.normal(0, 2, (n, 1))
        visits = patients + generator.normal(0, 1, (n, 4))
        arms.append(visits.mean(axis=1))
    return _two_samples(arms[0], arms[1], paired=False)


def _inputs(n: int, generator: Generator) -> list[Sample]:
    """Inputs that differ by orders of magnitude, with five repetitions of each of two programs."""
    size = generator.lognormal(0, 2, (n, 1))
    scatter = generator.normal(0, 0.1, (n, 2))
    means = []
    for program in (0, 1):
        repetitions = generator.normal(0, 0.02, (n, 5))
        seconds = size * np.exp(scatter[:, [program]] + repetitions)
        means.append(seconds.mean(axis=1))
    return _two_samples(means[0], means[1])


def _splits(fraction: float | None, generator: Generator) -> list[Sample]:
    """The means of ten random splits of one data set."""
    data = generator.normal(0, 1, 178)
    means = []
    for _ in range(10):
        test_items = generator.permutation(178)[:50]
        means.append(data[test_items].mean() + generator.normal(0, 0.05))
    return [_sample(means, design=Design(test_fraction=fraction))]


def by_units() -> Iterator[Case]:
    """Values of units alone."""
    for n in (2, 3, 5, 10, 30):
        yield Case(f"normal, paired, {n} seeds", partial(_both, _normal, n))
    for n in (3, 5, 30):
        yield Case(f"skewed (log-normal), paired, {n} seeds", partial(_both, _skewed, n))
        mean = float(np.exp(0.5))
        yield Case(f"skewed (log-normal), mean, {n} seeds", partial(_alone, _skewed, n), truth=mean)
    yield Case("skewed (log-normal), geometric means, 5 seeds", partial(_both, _skewed, 5), SECONDS)
    for n in (5, 30):
        yield Case(f"bimodal, 3 of 5 learn, paired, {n} seeds", partial(_both, _learning, n))
        yield Case(f"bimodal, 3 of 5 learn, mean, {n} seeds", partial(_alone, _learning, n), truth=0.628)
        yield Case(f"one seed in 10 diverges, paired, {n} seeds", partial(_both, _diverging, n))
        yield Case(f"one seed in 10 diverges, mean, {n} seeds", partial(_alone, _diverging, n), truth=0.892)
    for n in (5, 6, 20):
        yield Case(f"{n} inputs of very different size × 5 repetitions, ratio", partial(_inputs, n), SECONDS)
    for n in (5, 10, 30):
        yield Case(f"{n} and {n} patients × 4 visits, unpaired", partial(_patients, n))
    for n, other_n, wider in ((3, 3, 4), (3, 10, 4), (5, 5, 1), (5, 5, 4), (10, 10, 4), (30, 30, 4)):
        spread = f"the second vary {wider} times as much" if wider > 1 else "equally variable"
        yield Case(f"unpaired, {n} and {other_n}, {spread}", partial(_unpaired, n, other_n, wider))
    yield Case("10 random splits of one data set, corrected", partial(_splits, 50 / 178), truth=0.0)
    yield Case("the same, uncorrected", partial(_splits, None), truth=0.0)


# Items


def _right(generator: Generator, units: int, easiness: Values, by_model: float = 1.0) -> Right:
    """Right or wrong, by items that are more or less easy to all, to one model, and to one unit of it."""
    of_model = by_model * generator.normal(size=len(easiness))
    of_unit = 0.3 * generator.normal(size=(units, 1))
    probability = 1 / (1 + np.exp(-(easiness + of_model + of_unit)))
    return generator.random((units, len(easiness))) < probability


def _items(right: Right, name: str = "a", *, paired: bool = True) -> Sample:
    values = {unit: float(row.mean()) for unit, row in enumerate(right)}
    return Sample(name, values, dict(enumerate(right)), Design(paired=paired), items="items")


def _on_items(units: int, items: int, easiness: float, by_model: float, generator: Generator) -> list[Sample]:
    of_items = generator.normal(easiness, 2, items)
    first = _right(generator, units, of_items, by_model)
    second = _right(generator, units, of_items, by_model)
    return [_items(first), _items(second, "b")]


def _clustered(generator: Generator) -> list[Sample]:
    """A hundred clusters of ten items, each of them more or less easy to one model."""
    of_items = np.repeat(generator.normal(4, 2, 100), 10)
    of_models = np.repeat(generator.normal(0, 1.5, (2, 100)), 10, axis=1)
    first = _right(generator, 5, of_items + of_models[0], by_model=0.0)
    second = _right(generator, 5, of_items + of_models[1], by_model=0.0)
    return [_items(first), _items(second, "b")]


def _nothing_pairs(units: int, other_units: int, generator: Generator) -> list[Sample]:
    of_items = generator.normal(4, 2, 1000)
    first = _right(generator, units, of_items)
    second = _right(generator, other_units, of_items)
    return [_items(first, paired=False), _items(second, "b", paired=False)]


def _one_model(units: int, easiness: float, generator: Generator) -> list[Sample]:
    of_items = generator.normal(easiness, 2, 1000)
    return [_items(_right(generator, units, of_items))]


def _share_right(easiness: float) -> float:
    """The share that `_right` gets right in the long run."""
    points, weights = np.polynomial.hermite_e.hermegauss(80)
    logit = easiness + np.sqrt(4 + 1 + 0.09) * points
    share = weights / (1 + np.exp(-logit))
    return float(share.sum() / weights.sum())


def by_items() -> Iterator[Case]:
    """Values that are known item by item."""
    for units in (1, 2, 3, 5):
        name = f"items and seeds, {units} × 1,000, 92 % right"
        yield Case(name, partial(_on_items, units, 1000, 4.0, 1.0), ACCURACY)
    yield Case("items and seeds, 5 × 100", partial(_on_items, 5, 100, 4.0, 1.0), ACCURACY)
    equal_items = partial(_on_items, 5, 1000, 4.0, 0.0)
    yield Case("items that do not differ by model, 5 × 1,000", equal_items, ACCURACY)
    near_ceiling = partial(_on_items, 5, 1000, 8.8, 1.0)
    yield Case("close to the ceiling, 99.8 % right, 5 × 1,000", near_ceiling, ACCURACY)
    yield Case("items in 100 clusters of 10, 5 × 1,000", _clustered, ACCURACY)
    for share, easiness in (("92 %", 4.0), ("99.8 %", 8.8)):
        for units in (1, 5):
            name = f"a single accuracy of {share}, {units} × 1,000"
            yield Case(name, partial(_one_model, units, easiness), ACCURACY, _share_right(easiness))
    for units, other_units in ((3, 3), (5, 10)):
        name = f"items and runs that nothing pairs, {units} and {other_units} × 1,000"
        yield Case(name, partial(_nothing_pairs, units, other_units), ACCURACY)


def print_drawn(draws: int) -> None:
    """Print coverage and false clear findings of data that are drawn."""
    print("| data | covers | false “clear” | no interval |\n|---|--:|--:|--:|")
    for case in [*by_units(), *by_items()]:
        shares = shares_of(case, draws)
        clear = as_percent(shares.clear) if case.truth is None else "–"
        print_row(case.name, as_percent(shares.covering), clear, as_percent(shares.without))


def as_percent(share: float) -> str:
    """A share with one decimal: `95.0 %`."""
    return f"{100 * share:.1f} %"


def print_row(*cells: str) -> None:
    """Print a row of a table at once, since the next may take long."""
    print(f"| {' | '.join(cells)} |", flush=True)


# Yes and no: every table with its probability

SHARES = np.arange(0.05, 0.951, 0.05)


@dataclass(frozen=True)
class Exact:
    """How often the interval covers the truth, by true shares; how often equal shares are called clear."""

    covering: Sequence[float]
    false_clear: Sequence[float] = ()


def _covers(ends: tuple[float, float], truth: float) -> bool:
    low, high = ends
    return low - 1e-12 <= truth <= high + 1e-12


def one_share(n: int) -> Exact:
    """Wilson's interval."""
    z = critical_value(ALPHA)
    counts = range(n + 1)
    ends = [wilson_ends(count / n, n, z) for count in counts]
    covering = []
    for share in SHARES:
        hits = [_covers(ends_of_count, share) for ends_of_count in ends]
        probabilities = stats.binom.pmf(counts, n, share)
        covering.append(float(probabilities @ np.array(hits)))
    return Exact(covering)


def two_shares(n: int) -> Exact:
    """The interval of two groups that nothing pairs."""
    counts = list(product(range(n + 1), repeat=2))
    ends = [newcombe_ends(a / n, n, b / n, n, ALPHA) for a, b in counts]
    clear = []
    for (a, b), ends_of_counts in zip(counts, ends, strict=True):
        leaves_out_zero = not _covers(ends_of_counts, 0.0)
        clear.append(leaves_out_zero and (n >= FEW or fisher_p(a, n, b, n) < ALPHA))
    covering = []
    false_clear = []
    for p, q in product(SHARES, repeat=2):
        first = stats.binom.pmf(range(n + 1), n, p)
        second = stats.binom.pmf(range(n + 1), n, q)
        probabilities = np.outer(first, second).ravel()
        hits = [_covers(ends_of_counts, p - q) for ends_of_counts in ends]
        covering.append(float(probabilities @ np.array(hits)))
        if p == q:
            false_clear.append(float(probabilities @ np.array(clear)))
    return Exact(covering, false_clear)


def paired_shares(n: int, phi: float = 0.3) -> Exact:
    """The interval of pairs whose two answers correlate by φ."""
    tables = []
    for both, first_only, second_only in product(range(n + 1), repeat=3):
        neither = n - both - first_only - second_only
        if neither >= 0:
            tables.append(PairCounts(both, first_only, second_only, neither))
    cells = [(table.both, table.first_only, table.second_only, table.neither) for table in tables]
    ends = [paired_newcombe_ends(table, ALPHA) for table in tables]
    clear = []
    for table, ends_of_table in zip(tables, ends, strict=True):
        leaves_out_zero = not _covers(ends_of_table, 0.0)
        clear.append(leaves_out_zero and (n >= FEW or mcnemar_p(table) < ALPHA))
    covering = []
    false_clear = []
    for p, q in product(SHARES[1::2], repeat=2):
        both = p * q + phi * np.sqrt(p * q * (1 - p) * (1 - q))
        if both > min(p, q):
            continue
        probabilities_of_cells = [both, p - both, q - both, 1 - p - q + both]
        probabilities = stats.multinomial.pmf(np.array(cells), n, probabilities_of_cells)
        hits = [_covers(ends_of_table, p - q) for ends_of_table in ends]
        covering.append(float(probabilities @ np.array(hits)))
        if p == q:
            false_clear.append(float(probabilities @ np.array(clear)))
    return Exact(covering, false_clear)


def print_yes_and_no() -> None:
    """Print coverage in the mean over shares and its least, and false clear findings."""
    print("\n| yes and no | covers, in the mean | least | false “clear”, in the mean | most |")
    print("|---|--:|--:|--:|--:|")
    for n in (5, 8, 14, 15, 30, 60):
        _print_exact(f"one share, {n}", one_share(n))
    for n in (5, 8, 14, 15, 30):
        _print_exact(f"two groups of {n}", two_shares(n))
    for n in (5, 8, 14, 15, 20):
        _print_exact(f"pairs, {n}", paired_shares(n))


def _print_exact(name: str, exact: Exact) -> None:
    covering = [as_percent(float(np.mean(exact.covering))), as_percent(min(exact.covering))]
    false_clear = ["–", "–"]
    if exact.false_clear:
        false_clear = [as_percent(float(np.mean(exact.false_clear))), as_percent(max(exact.false_clear))]
    print_row(name, *covering, *false_clear)


# Several comparisons that are judged together


def _equal_things(generator: Generator, names: int, units: int, *, on_items: bool) -> list[Sample]:
    of_items = generator.normal(3, 2, 500) if on_items else None
    samples = []
    for name in range(names):
        if of_items is None:
            samples.append(_sample(generator.normal(size=units), str(name)))
        else:
            samples.append(_items(_right(generator, units, of_items), str(name)))
    return samples


def any_clear(names: int, units: int, draws: int, family: int, *, on_items: bool) -> float:
    """How often any pair of equal things is called clear, each judged as one of a `family`."""
    generator = np.random.default_rng(0)
    measure = ACCURACY if on_items else VALUE
    count = 0
    for _ in range(draws):
        samples = _equal_things(generator, names, units, on_items=on_items)
        quantities = [compare(measure, family, first, second) for first, second in combinations(samples, 2)]
        count += any(quantity.clear.holds for quantity in quantities)
    return count / draws


def print_families(draws: int) -> None:
    """Print how often any of several equal things is called clear."""
    print("\n| equal things | pairs | any pair clear, each by itself | each as one of all pairs |")
    print("|---|--:|--:|--:|")
    for names, units in ((6, 1), (6, 2), (6, 3), (6, 5)):
        _print_family(names, units, draws, on_items=False)
    for units in (1, 2, 3, 5):
        _print_family(4, units, draws, on_items=True)
    for names in (3, 10):
        _print_family(names, 5, draws, on_items=False)


def _print_family(names: int, units: int, draws: int, *, on_items: bool) -> None:
    pairs = names * (names - 1) // 2
    alone = any_clear(names, units, draws, 1, on_items=on_items)
    together = any_clear(names, units, draws, pairs, on_items=on_items)
    kind = "accuracies of 500 items" if on_items else "numbers"
    seeds = "1 seed" if units == 1 else f"{units} seeds"
    print_row(f"{names} {kind}, {seeds}", str(pairs), as_percent(alone), as_percent(together))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    draws = parser.parse_args().draws
    print_drawn(draws)
    print_yes_and_no()
    print_families(draws // 2)


if __name__ == "__main__":
    main()
