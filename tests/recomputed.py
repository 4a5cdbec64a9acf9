"""Data for every operation of `answers.json`, and points of every distribution, with what Python gives."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

from labreport.checking import distributions
from labreport.checking.planning import detectable, seeds_needed
from labreport.checking.summaries import NUMBERS

SEED = 20260801
LEVELS = (0.05, 0.01)
MARGINS = (0.002, 0.05)
Row = dict[str, Any]


def points() -> Iterator[tuple[str, list[float | None], float]]:
    """A function of the page's script, its arguments (None for infinity), and its value in Python."""
    freedoms = (1, 2, 4, 7.3, 29, 400, 12_345.6, None)
    for df in freedoms:
        true = math.inf if df is None else df
        for t in (0, 0.01, 0.5, 1, 2.2, 5, 11, 40):
            yield "studentTail", [t, df], distributions.student_tail(t, true)
        for alpha in (0.5, 0.05, 0.01, 1e-4, 1e-9):
            yield "studentQuantile", [alpha, df], distributions.student_quantile(alpha, true)
    for df in filter(None, freedoms):
        for value in (0.01, 1, 3.3, 10, 50, 400):
            yield "chiSquareTail", [value, df], distributions.chi_square_tail(value, df)
        for critical in (0.5, 2, 4.6):
            for shift in (-3, 0, 0.5, 2.8, 8, 14):
                found = distributions.noncentral_tail(critical, df, shift)
                yield "noncentralTail", [critical, df, shift], found
    for z in (-6, -2, -0.3, 0, 0.1, 1, 3, 8, 25):
        yield "normalTail", [z], distributions.normal_tail(z)
    for a, b in ((1, 1), (2, 9), (30, 4), (250, 300), (0.5, 0.5)):
        for x in (0.001, 0.1, 0.5, 0.9, 0.9999):
            yield "betaCdf", [x, a, b], distributions.beta_cdf(x, a, b)
        for share in (0.001, 0.025, 0.5, 0.975):
            yield "betaQuantile", [share, a, b], distributions.beta_quantile(share, a, b)


def operations() -> Iterator[Row]:
    """Data of every operation, and all that follows from them: value, intervals, p-values, seeds needed."""
    for given in _given(random.Random(SEED)):
        found = NUMBERS[given["operation"]](given, "fraction")
        row: Row = {"given": given, "value": found.value, "n": found.n, "spread": found.spread}
        row["intervals"] = [found.at(level) for level in LEVELS]
        if found.shape is not None and found.value is not None:
            row["p"] = found.shape.p()
            row["equivalent"] = [
                found.shape.p_equivalent(margin) if abs(found.value) < margin else None for margin in MARGINS
            ]
        if found.over_seeds is not None:
            row["seeds"] = found.over_seeds.ends(0.05)
        if found.plan is not None:
            row["detectable"] = detectable(found.plan, 0.02, 0.8)
            row["needed"] = [seeds_needed(found.plan, 0.05, margin, 0.8, 10_000) for margin in (None, 0.02)]
        yield row


def _given(random_: random.Random) -> Iterator[Row]:
    for seeds in (1, 2, 5):
        yield from _over_seeds(seeds, random_)
    for both, first, second in ((90, 1, 9), (90, 0, 0), (90, 0, 12), (9000, 700, 650), (90, 5, 5)):
        yield {
            "operation": "McNemar",
            "both": both,
            "only_first": first,
            "only_second": second,
            "neither": 9,
        }
    for first, second in ((90, 700), (100, 900), (3, 50)):
        items = {"items_first": 100, "items_second": 900}
        yield {"operation": "two shares", "right_first": first, "right_second": second, **items}
    for successes in (0, 7, 50):
        yield {"operation": "Wilson", "successes": successes, "items": 50}
    for y in ([2, 1, 3, 5, 4, 6], [6, 5, 4, 3, 2, 1], [1, 1, 2, 2, 3, 0]):
        for gives in ("coefficient", "p", "least_p"):
            yield {"operation": "Spearman", "x": [1, 2, 3, 4, 5, 6], "y": y, "gives": gives}
    for gives in ("coefficient", "least_p"):
        tables = {"first": [1, 2, 3, 4, 5, 6], "second": [2, 1, 3, 5, 4, 6]}
        yield {"operation": "Mantel", **tables, "size": 4, "gives": gives}
    yield {"operation": "chi-square", "counts": [[5, 9, 3, 8], [10, 2, 7, 1]]}
    for table in ([[8, 2], [1, 5]], [[80, 20], [41, 59]]):
        yield {"operation": "Fisher", "table": table}
    interval = {"low": -0.5, "high": 1.5, "level": 0.95}
    yield {"operation": "negation", "of": {"value": 0.5, "n": 5, "spread": 0.2, "interval": interval}}
    for name in ("sum", "mean", "product", "quotient", "difference", "greatest", "least", "count"):
        yield {"operation": name, "of": [3.5, 2, 7.25, -1]}
    for name in ("middle", "lower median"):
        yield {"operation": name, "of": [3.5, 2, 7.25, -1]}
        yield {"operation": name, "of": [3.5, 2, 7.25]}
    for value in (2.5, 3.5, -2.5, -3.5, 0.49999, 7):
        yield {"operation": "rounded", "of": [value]}
    yield {"operation": "power", "base": 1.1, "exponent": 30}


def _over_seeds(seeds: int, random_: random.Random) -> Iterator[Row]:
    def values(mean: float, spread: float, count: int = seeds) -> list[float]:
        return [round(random_.gauss(mean, spread), 4) for _ in range(count)]

    def accuracies(mean: float = 0.96) -> list[float]:
        return values(mean, 0.002)

    yield {"operation": "paired difference", "first": accuracies(), "second": accuracies(0.958)}
    yield {"operation": "paired difference", "first": [0.9] * seeds, "second": [0.8] * seeds}
    splits = {"first": accuracies(), "second": accuracies(), "test_fraction": 0.1}
    yield {"operation": "paired difference", **splits}
    separate = {
        "first": accuracies(0.95),
        "items_first": 1000,
        "second": accuracies(0.9),
        "items_second": 9000,
    }
    yield {"operation": "separate items", **separate}
    yield {"operation": "share over items", "values": accuracies(), "items": 10_000, "threshold": 0.92}
    yield {"operation": "mean over seeds", "values": accuracies(0.999)}
    yield {"operation": "geometric mean", "values": values(3, 0.5)}
    yield {"operation": "median", "values": values(3, 0.5, seeds + 4)}
    yield {"operation": "ratio of means", "above": values(3, 0.1), "below": values(2, 0.1)}
    yield from _on_items(seeds, 1000, random_)


def _on_items(seeds: int, items: int, random_: random.Random) -> Iterator[Row]:
    first = [[random_.random() < 0.95 for _ in range(items)] for _ in range(seeds)]
    second = [[right if random_.random() < 0.8 else random_.random() < 0.9 for right in row] for row in first]
    pairs = [list(zip(a, b, strict=True)) for a, b in zip(first, second, strict=True)]
    counts = {
        "both": [sum(a and b for a, b in row) for row in pairs],
        "only_first": [sum(a and not b for a, b in row) for row in pairs],
        "only_second": [sum(b and not a for a, b in row) for row in pairs],
        "neither": [sum(not a and not b for a, b in row) for row in pairs],
    }
    sums = [sum(a - b for a, b in column) for column in zip(*pairs, strict=True)]
    by_sum = [sums.count(total) for total in range(-seeds, seeds + 1)]
    yield {"operation": "paired items", **counts, "items_by_sum": by_sum}
    by_seed = [sum(row) for row in first]
    rights = [sum(column) for column in zip(*first, strict=True)]
    yield {
        "operation": "share over items",
        "values": [right / items for right in by_seed],
        "items": items,
        "threshold": 0.94,
        "right_by_seed": by_seed,
        "items_by_seeds_right": [rights.count(right) for right in range(seeds + 1)],
    }
