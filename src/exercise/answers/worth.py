"""Bonus: is the complex network worth its time? Both at equal seconds of training."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from exercise.answers.measures import common, compare, exact, source, split
from exercise.answers.timing import of_timings, total_seconds
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.comparison import Comparison, holm, independent, paired
from labreport.claims.decide import greater
from labreport.claims.statistics import over_seeds
from labreport.results import Result, Results, Runs

SHARES = (0.25, 0.5, 1.0)
"""Shares of the simple network's whole training time at which accuracies are compared."""


def worth(results: Results) -> Answer:
    """Validation accuracy of both after equally many seconds, and what the extra time bought.

    The rule, fixed in advance: the complexity is worth its time when, after the seconds that the
    simple network takes for all its epochs, the complex network is the more accurate.
    """
    simple, complex_ = results["small"], results["complex"]
    budget = total_seconds(simple)
    assert budget.value is not None
    quantities: dict[str, Quantity] = {
        "budget": budget,
        "complex.seconds": total_seconds(complex_),
        "seeds": exact(len(common(complex_, simple)), "seeds", "seeds that both share"),
        "small.epochs": exact(simple.experiment.epochs, "epochs", "catalogue: small"),
        "complex.epochs": exact(complex_.experiment.epochs, "epochs", "catalogue: complex"),
    }
    comparisons: list[Comparison] = []
    for index, share in enumerate(SHARES, start=1):
        seconds = share * float(budget.value)
        found, comparison = _at_equal_seconds(simple, complex_, seconds)
        quantities |= {f"at-{index}.{key}": quantity for key, quantity in found.items()}
        comparisons.append(comparison)
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in comparisons])
    claims: dict[str, Claim] = {}
    for index, (share, one, p_value) in enumerate(zip(SHARES, comparisons, adjusted, strict=True), start=1):
        name = "worth" if share == 1 else f"at-{index}"
        numbers = tuple(f"at-{index}.{key}" for key in ("difference", "complex", "small", "seconds"))
        predicate = f"validation accuracy: complex > small, after {share:.0%} of the seconds that small takes"
        claims[name] = greater(name, predicate, one, numbers, adjusted_p=p_value)
    gain = compare(complex_, complex_.experiment.epochs, simple, simple.experiment.epochs)
    quantities["final_gain"] = gain.difference
    claims["final-better"] = greater(
        "final-better", "test accuracy after all epochs: complex > small", gain, ("final_gain",)
    )
    quantities["seconds_to_match"] = _seconds_to_match(simple, complex_)
    return Answer(quantities, claims, {"rows": [f"at-{index}" for index in range(1, len(SHARES) + 1)]})


def accuracy_after(run: Result, seconds: float) -> float:
    """Validation accuracy of the last epoch finished within `seconds` of training; 0 before the first."""
    ends = list(accumulate(float(record["seconds"]) for record in run.records))
    finished = bisect_right(ends, seconds * (1 + 1e-9))
    return float(run.records[finished - 1]["validation_accuracy"]) if finished else 0.0


def _at_equal_seconds(simple: Runs, complex_: Runs, seconds: float) -> tuple[dict[str, Quantity], Comparison]:
    values = [
        (accuracy_after(first, seconds), accuracy_after(second, seconds))
        for first, second in common(complex_, simple)
    ]
    origin = source(complex_, f"validation accuracy of the last epoch within {seconds:.3g} s")
    a, b = [first for first, _ in values], [second for _, second in values]
    if len(values) > 1:
        comparison = paired(a, b, "points", origin + ", minus small")
    else:
        images = len(split("validation"))
        comparison = independent(
            round(a[0] * images), images, round(b[0] * images), images, origin + ", minus small"
        )
    return {
        "seconds": Quantity(seconds, "s", "share of the simple network's training time, mean over seeds"),
        "complex": of_timings(over_seeds(a, "fraction", origin)),
        "small": of_timings(
            over_seeds(b, "fraction", origin.replace(complex_.experiment.name, simple.experiment.name, 1))
        ),
        "difference": of_timings(comparison.difference),
    }, comparison


def _seconds_to_match(simple: Runs, complex_: Runs) -> Quantity:
    """Seconds until the complex network first reaches the simple one's last validation accuracy."""
    origin = source(complex_, "seconds until the last validation accuracy of small is reached")
    needed = []
    for first, second in common(complex_, simple):
        goal = float(second.records[-1]["validation_accuracy"])
        ends = accumulate(float(record["seconds"]) for record in first.records)
        reached = (
            end
            for end, record in zip(ends, first.records, strict=True)
            if record["validation_accuracy"] >= goal
        )
        needed.append(next(reached, None))
    known = [value for value in needed if value is not None]
    return (
        over_seeds(known, "s", origin)
        if len(known) == len(needed)
        else Quantity(None, "s", origin, len(needed))
    )
