"""Bonus: the complex network beside the simple one, in epochs and in seconds."""

from __future__ import annotations

from exercise.answers.measures import (
    accuracy,
    common,
    compare,
    compare_recorded,
    exact,
    network_of,
    recorded_accuracy,
    source,
)
from exercise.answers.timing import of_timings, total_seconds
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.comparison import Comparison, holm, paired
from labreport.claims.decide import greater
from labreport.claims.statistics import over_seeds
from labreport.results import Result, Results

MOMENTS = (5, 20, 50)
"""Epochs at which the exercise compares."""
TESTED = (20, 50)
"""Those at which both networks keep a snapshot, and so know their test accuracy."""


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
    ratio = of_timings(
        over_seeds(
            [a / b for a, b in seconds], "times", source(complex_, "seconds of training, over those of small")
        )
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
        quantities["threads"] = exact(int(threads), "threads", "provenance of the results", "machine")
    numbers = ("difference", "complex.seconds", "small.seconds")
    claims = {
        "complex-slower": greater("complex-slower", "seconds of training: complex > small", slower, numbers)
    }
    return Answer(quantities, claims, {"processor": str(complex_.runs[0].provenance.get("processor") or "")})


def _total(run: Result, epochs: int) -> float:
    return sum(float(record["seconds"]) for record in run.records[:epochs])
