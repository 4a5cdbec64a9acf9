"""Two samples, or one and a threshold: the estimate of their difference, by the test that fits the data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from labreport.claims.derivation import Derivation, known
from labreport.claims.estimate import Estimate, without_test
from labreport.claims.intervals import PairedShares, Share, Student, TwoShares
from labreport.claims.quantity import Unit
from labreport.later import later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

NEGLIGIBLE = 1e-12
"""Values that differ by less, relative to their size, are equal: what is left is rounding."""
FIXED = "all {n} seeds give the same value, so their spread is unknown"


def paired(
    a: Sequence[float], b: Sequence[float], unit: Unit, source: str, *, test_fraction: float | None = None
) -> Estimate:
    """`a` minus `b`, seed by seed, by Student's paired test (two-sided).

    `test_fraction` says that each seed is another random split of one data set, with this share of it
    for the test. The training sets overlap then, and the variance is Nadeau and Bengio's corrected one
    (2003): s² (1/k + f/(1 − f)). Raises `ValueError` when the samples differ in length.
    """
    differences = [float(first) - float(second) for first, second in zip(a, b, strict=True)]
    inputs = {"first": known(a), "second": known(b), "test_fraction": test_fraction}
    derivation = Derivation("paired difference", inputs)
    estimate = _over_seeds(differences, unit, source, "paired Student test", test_fraction)
    size = float(np.max(np.abs([*a, *b]))) if estimate.intervals else 0.0
    if estimate.planning and math.sqrt(estimate.planning.variance) <= NEGLIGIBLE * size:
        estimate = _without_spread(estimate.value, unit, source, len(differences))
    return replace(estimate, derivation=derivation)


def _over_seeds(
    values: Sequence[float], unit: Unit, source: str, test: str, test_fraction: float | None = None
) -> Estimate:
    """The mean of `values`, one per seed, against zero."""
    n = len(values)
    if n == 0:
        return without_test(None, unit, source, 0, "no seed in common")
    wrong = sum(not math.isfinite(value) for value in values)
    if wrong:
        return without_test(None, unit, source, n, f"{wrong} of {n} seeds gave no finite number")
    mean = float(np.mean(values))
    if n == 1:
        return without_test(mean, unit, source, 1, "one seed")
    variance = float(np.var(values, ddof=1))
    if math.sqrt(variance) <= NEGLIGIBLE * max(abs(value) for value in values):
        return _without_spread(mean, unit, source, n)
    kind = f"Student, {n} seeds"
    fixed = 0.0
    if test_fraction is not None:
        fixed = variance * test_fraction / (1 - test_fraction)
        kind, test = f"corrected Student, {n} splits", f"corrected resampled {test}"
    student = Student(mean, variance, n, fixed, n - 1.0, kind, common=test_fraction is not None)
    return Estimate(
        mean,
        unit,
        source,
        n,
        f"{test} over {n} {'seeds' if test_fraction is None else 'splits'}, two-sided",
        student,
        math.sqrt(variance),
        planning=student,
    )


def _without_spread(value: float | None, unit: Unit, source: str, n: int) -> Estimate:
    return without_test(value, unit, source, n, FIXED.format(n=n))


def paired_items(right_a: NDArray[np.bool_], right_b: NDArray[np.bool_], source: str) -> Estimate:
    """Accuracy of `a` minus that of `b` on the same items; both arrays have shape (seeds, items).

    The interval covers seeds and items: the two are crossed random effects, so the variance of the
    mean is that between seeds over their number, plus that between items over theirs, less the residual,
    which both contain (Owen 2007, The pigeonhole bootstrap). `over_seeds` leaves the items out. Where the
    seeds do not vary, only the items are left: McNemar's exact test.
    """
    seeds, items = right_a.shape
    if not seeds or not items:
        return without_test(None, "points", source, seeds, "no seed in common" if not seeds else "no items")
    derivation = Derivation("paired items", _counts(right_a, right_b))
    return replace(_paired_items(right_a, right_b, source), derivation=derivation)


def _counts(right_a: NDArray[np.bool_], right_b: NDArray[np.bool_]) -> dict[str, list[int]]:
    """Tables of agreement by seed, and how many items have which sum of differences over the seeds.

    The sums run from minus the number of seeds to the number of seeds. Together these counts are all that the
    variances between seeds and between items, and their residual, depend on.
    """
    seeds = len(right_a)
    sums = np.sum(right_a, axis=0, dtype=np.int64) - np.sum(right_b, axis=0, dtype=np.int64)
    tables = {
        "both": right_a & right_b,
        "only_first": right_a & ~right_b,
        "only_second": right_b & ~right_a,
        "neither": ~right_a & ~right_b,
    }
    found = {name: [int(count) for count in table.sum(axis=1)] for name, table in tables.items()}
    found["items_by_sum"] = [int(count) for count in np.bincount(sums + seeds, minlength=2 * seeds + 1)]
    return found


def _paired_items(right_a: NDArray[np.bool_], right_b: NDArray[np.bool_], source: str) -> Estimate:
    seeds, items = right_a.shape
    if seeds == 1:
        return mcnemar(right_a[0], right_b[0], source)
    differences = right_a.astype(np.float64) - right_b.astype(np.float64)
    if not np.ptp(differences, axis=0).any():
        return mcnemar(right_a[0], right_b[0], source, f"; the {seeds} seeds do not differ")
    both = crossed(differences, f"Student, {seeds} seeds and {items} items")
    by_seed = _over_seeds(list(differences.mean(axis=1)), "points", source, "")
    return Estimate(
        both.value,
        "points",
        source,
        seeds,
        f"Student's test over {seeds} seeds and {items} items, paired, two-sided",
        both,
        float(np.std(differences.mean(axis=1), ddof=1)),
        over_seeds=by_seed.planning,
        planning=both,
    )


def crossed(values: NDArray[np.float64], kind: str = "", threshold: float = 0.0) -> Student:
    """The mean of `values`, shape (seeds, items), less `threshold`; its intervals cover seeds and items.

    The variance between seeds is at least what the residual causes, so that seeds that agree by
    accident do not look certain; where the residual is used, so are its degrees of freedom.
    """
    seeds, items = values.shape
    mean = float(np.mean(values)) - threshold
    between, between_df = float(np.var(values.mean(axis=1), ddof=1)), seeds - 1.0
    if items < 2:
        return Student(mean, between, seeds, kind=kind)
    by_item = float(np.var(values.mean(axis=0), ddof=1)) / items
    rest = values - values.mean(axis=0) - values.mean(axis=1)[:, None] + values.mean()
    residual_df = (seeds - 1.0) * (items - 1)
    residual = float(np.sum(rest**2)) / (residual_df * items)
    if between < residual:
        between, between_df = residual, residual_df if seeds > 2 else between_df
    fixed = max(0.0, by_item - residual / seeds)
    return Student(mean, between, seeds, fixed, items - 1.0, kind, between_df)


def mcnemar(
    right_a: NDArray[np.bool_], right_b: NDArray[np.bool_], source: str, remark: str = ""
) -> Estimate:
    """Two models on the same items, by McNemar's exact test (McNemar 1947).

    `right_a` and `right_b`, shape (items,), say which items each model gets right.
    """
    n = len(right_a)
    if n == 0:
        return without_test(None, "points", source, 1, "no items")
    only_a, only_b = int(np.sum(right_a & ~right_b)), int(np.sum(right_b & ~right_a))
    both = int(np.sum(right_a & right_b))
    mean = (only_a - only_b) / n
    table = PairedShares(
        both, only_a, only_b, n - both - only_a - only_b, f"exact and Newcombe, {n} items{remark}"
    )
    test = f"McNemar's exact test on the same {n} items{remark}"
    variance = ((only_a + only_b) / n - mean**2) / n
    planning = Student(mean, 0.0, 1, variance) if variance > 0 else None
    inputs = {"both": both, "only_first": only_a, "only_second": only_b, "neither": table.neither}
    derivation = Derivation("McNemar", inputs)
    return Estimate(mean, "points", source, 1, test, table, planning=planning, derivation=derivation)


def independent(right_a: int, n_a: int, right_b: int, n_b: int, source: str) -> Estimate:
    """Share `right_a` of `n_a` minus share `right_b` of `n_b`, two separate sets of items.

    The interval is Newcombe's hybrid score (Newcombe 1998, method 10), and the test is whether it
    contains zero.
    """
    if not n_a or not n_b:
        return without_test(None, "points", source, 1, "no items")
    a, b = right_a / n_a, right_b / n_b
    shares = TwoShares(a, n_a, b, n_b, f"Newcombe, {n_a} and {n_b} items")
    variance = a * (1 - a) / n_a + b * (1 - b) / n_b
    planning = Student(a - b, 0.0, 1, variance) if variance > 0 else None
    test = f"Newcombe's score interval of two shares, of {n_a} and of {n_b} items"
    inputs = {"right_first": right_a, "items_first": n_a, "right_second": right_b, "items_second": n_b}
    derivation = Derivation("two shares", inputs)
    return Estimate(a - b, "points", source, 1, test, shares, planning=planning, derivation=derivation)


def separate_items(
    a: Sequence[float], items_a: int, b: Sequence[float], items_b: int, source: str
) -> Estimate:
    """Accuracy `a` on some items minus accuracy `b` on others, paired by seed; intervals cover both.

    The variance between seeds is that of the differences; the draws of items add their binomial
    variances. With one seed, or where the seeds do not vary, it is Newcombe's interval for the items.
    Raises `ValueError` when the samples differ in length.
    """
    inputs = {"first": known(a), "items_first": items_a, "second": known(b), "items_second": items_b}
    derivation = Derivation("separate items", inputs)
    return replace(_separate_items(a, items_a, b, items_b, source), derivation=derivation)


def _separate_items(
    a: Sequence[float], items_a: int, b: Sequence[float], items_b: int, source: str
) -> Estimate:
    by_seed = paired(a, b, "points", source)
    finite = by_seed.value is not None
    if not finite or not items_a or not items_b:
        return by_seed if not finite else without_test(None, "points", source, by_seed.n, "no items")
    share_a, share_b = float(np.mean(a)), float(np.mean(b))
    fixed = share_a * (1 - share_a) / items_a + share_b * (1 - share_b) / items_b
    if by_seed.planning is None or fixed == 0:
        alone = independent(round(share_a * items_a), items_a, round(share_b * items_b), items_b, source)
        return replace(alone, value=by_seed.value, n=by_seed.n)
    kind = f"Student, {by_seed.n} seeds, {items_a} and {items_b} items"
    both = replace(by_seed.planning, fixed=fixed, fixed_df=math.inf, kind=kind)
    test = f"Student's test over {by_seed.n} seeds, {items_a} and {items_b} items, two-sided"
    return replace(by_seed, test=test, intervals=both, over_seeds=by_seed.planning, planning=both)


def against(
    values: Sequence[float],
    threshold: float,
    items: int,
    source: str,
    *,
    rights: NDArray[np.bool_] | None = None,
) -> Estimate:
    """Mean accuracy minus `threshold`, over seeds and items, by Wilson's score interval.

    `values` are accuracies on `items` items, one per seed; `rights`, shape (seeds, items), says which
    items were right, and makes the interval as narrow as it can honestly be. With one seed, or where the
    seeds do not vary, the interval is Wilson's for that many items.
    """
    inputs: dict[str, object] = {"values": known(values), "items": items, "threshold": threshold}
    if rights is not None and len(rights):
        by_seed = np.asarray(np.sum(rights, axis=1, dtype=np.int64))
        by_item = np.bincount(np.sum(rights, axis=0, dtype=np.int64), minlength=len(rights) + 1)
        inputs["right_by_seed"] = [int(count) for count in by_seed]
        inputs["items_by_seeds_right"] = [int(count) for count in by_item]
    derivation = Derivation("share over items", inputs)
    return replace(_against(values, threshold, items, source, rights), derivation=derivation)


def _against(
    values: Sequence[float], threshold: float, items: int, source: str, rights: NDArray[np.bool_] | None
) -> Estimate:
    n = len(values)
    wrong = sum(not math.isfinite(value) for value in values)
    if n == 0 or wrong or not items:
        why = f"{wrong} of {n} seeds gave no finite number" if wrong else "no seed" if not n else "no items"
        return without_test(None, "points", source, n, why)
    mean = float(np.mean(values))
    share, planning = _share(values, threshold, items, rights)
    by_seed = _over_seeds([value - threshold for value in values], "points", source, "")
    over = f"{n} seeds and {items} items" if n > 1 and by_seed.planning else f"{items} items"
    return Estimate(
        mean - threshold,
        "points",
        source,
        n,
        f"score test (Wilson) over {over}, two-sided",
        share,
        by_seed.spread,
        over_seeds=by_seed.planning,
        planning=planning,
    )


def _share(
    values: Sequence[float], threshold: float, items: int, rights: NDArray[np.bool_] | None
) -> tuple[Share, Student | None]:
    """Wilson's intervals of a mean share, and its variances."""
    n, mean = len(values), float(np.mean(values))
    binomial = Student(mean - threshold, 0.0, n, mean * (1 - mean) / items)
    if rights is not None and n > 1 and np.ptp(rights, axis=0).any():
        both = crossed(rights.astype(np.float64), threshold=threshold)
    elif n > 1 and np.ptp(values) > NEGLIGIBLE:
        both = replace(binomial, variance=float(np.var(values, ddof=1)))
    else:
        both = binomial
    kind = f"Wilson, {n} seeds and {items} items" if both.variance > 0 else f"Wilson, {items} items"
    if not 0 < mean < 1:
        return Share(mean, items, math.inf, threshold, kind), None
    size = mean * (1 - mean) / both.error() ** 2
    return Share(mean, size, both.df(), threshold, kind), both
