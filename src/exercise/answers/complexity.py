"""Bonus: the complex network beside the simple one, in epochs and in seconds."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from exercise.answers.measures import (
    accuracy,
    common,
    compare,
    compare_recorded,
    exact,
    network_of,
    recorded_accuracy,
    source,
    split,
)
from exercise.answers.timing import total_seconds
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.comparison import Comparison, holm, independent, paired
from labreport.claims.decide import greater
from labreport.claims.statistics import over_seeds
from labreport.results import Result, Results, Runs

MOMENTS = (5, 20, 50)
"""Epochs at which the exercise compares."""
TESTED = (20, 50)
"""Those at which both networks keep a snapshot, and so know their test accuracy."""
SHARES = (0.25, 0.5, 1.0)
"""Shares of the simple network's whole training time at which accuracies are compared."""


def complex_network(results: Results) -> Answer:
    """Both networks after 5, 20 and 50 epochs: validation, and test where both know it."""
    simple, complex_ = results["small"], results["complex"]
    quantities: dict[str, Quantity] = {
        "seeds": exact(len(common(complex_, simple)), "seeds", "seeds that both share")
    }
    comparisons: dict[str, Comparison] = {}
    for epoch in MOMENTS:
        quantities[f"at-{epoch}.epochs"] = exact(epoch, "epochs", "exercise")
        for name, runs in (("small", simple), ("complex", complex_)):
            quantities[f"at-{epoch}.{name}.validation_accuracy"] = recorded_accuracy(runs, epoch)
        comparisons[f"at-{epoch}.validation"] = compare_recorded(complex_, simple, epoch)
        quantities[f"at-{epoch}.complex.test_accuracy"] = accuracy(complex_, epoch, "test")
    for epoch in TESTED:
        quantities[f"at-{epoch}.small.test_accuracy"] = accuracy(simple, epoch, "test")
        comparisons[f"at-{epoch}.test"] = compare(complex_, epoch, simple, epoch)
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in comparisons.values()])
    claims: dict[str, Claim] = {}
    for (key, one), p_value in zip(comparisons.items(), adjusted, strict=True):
        moment, kind = key.split(".")
        quantities[f"{key}_difference"] = one.difference
        numbers = [
            f"{key}_difference",
            *(f"{moment}.{name}.{kind}_accuracy" for name in ("complex", "small")),
        ]
        predicate = f"{kind} accuracy after {moment.removeprefix('at-')} epochs: complex > small"
        claims[key] = greater(key, predicate, one, numbers, adjusted_p=p_value)
    for name, runs in (("small", simple), ("complex", complex_)):
        quantities[f"{name}.parameters"] = exact(
            network_of(runs).parameters, "parameters", f"catalogue: {name}"
        )
        quantities[f"{name}.hidden_layers"] = exact(
            len(network_of(runs).hidden_layers), "hidden layers", f"catalogue: {name}"
        )
    return Answer(
        quantities,
        claims,
        {"rows": [f"at-{epoch}" for epoch in MOMENTS], "tested": [f"at-{e}" for e in TESTED]},
    )


def training_time(results: Results) -> Answer:
    """Seconds of training of both, for the same number of epochs and in total."""
    simple, complex_ = results["small"], results["complex"]
    epochs = min(simple.experiment.epochs, complex_.experiment.epochs)
    pairs = common(complex_, simple)
    seconds = [(_total(first, epochs), _total(second, epochs)) for first, second in pairs]
    slower = paired(
        [a for a, _ in seconds],
        [b for _, b in seconds],
        "s",
        source(complex_, "seconds of training, minus small"),
    )
    ratio = over_seeds(
        [a / b for a, b in seconds], "times", source(complex_, "seconds of training, over those of small")
    )
    quantities = {
        "epochs": exact(epochs, "epochs", "catalogue: small and complex"),
        "seeds": exact(len(pairs), "seeds", "seeds that both share"),
        "small.seconds": total_seconds(simple, epochs),
        "complex.seconds": total_seconds(complex_, epochs),
        "difference": slower.difference,
        "ratio": ratio,
        "parameters_ratio": Quantity(
            network_of(complex_).parameters / network_of(simple).parameters,
            "times",
            "parameters of complex over small",
        ),
    }
    threads = complex_.runs[0].provenance.get("threads")
    if threads is not None:
        quantities["threads"] = exact(int(threads), "threads", "provenance of the results")
    numbers = ("difference", "complex.seconds", "small.seconds")
    claims = {
        "complex-slower": greater("complex-slower", "seconds of training: complex > small", slower, numbers)
    }
    return Answer(quantities, claims, {"processor": str(complex_.runs[0].provenance.get("processor") or "")})


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
    for index, (one, p_value) in enumerate(zip(comparisons, adjusted, strict=True), start=1):
        numbers = tuple(f"at-{index}.{key}" for key in ("difference", "complex", "small", "seconds"))
        predicate = "validation accuracy at equal seconds: complex > small"
        claims[f"at-{index}"] = greater(f"at-{index}", predicate, one, numbers, adjusted_p=p_value)
    final = claims[f"at-{len(SHARES)}"]
    claims["worth"] = Claim(
        "worth", final.predicate, final.test, final.verdict, final.threshold, final.p_value, final.numbers
    )
    gain = compare(complex_, complex_.experiment.epochs, simple, simple.experiment.epochs)
    quantities["final_gain"] = gain.difference
    claims["final-better"] = greater(
        "final-better", "test accuracy after all epochs: complex > small", gain, ("final_gain",)
    )
    quantities["seconds_to_match"] = _seconds_to_match(simple, complex_)
    return Answer(quantities, claims, {"rows": [f"at-{index}" for index in range(1, len(SHARES) + 1)]})


def _total(run: Result, epochs: int) -> float:
    return sum(float(record["seconds"]) for record in run.records[:epochs])


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
        "complex": over_seeds(a, "fraction", origin),
        "small": over_seeds(
            b, "fraction", origin.replace(complex_.experiment.name, simple.experiment.name, 1)
        ),
        "difference": comparison.difference,
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
