"""Bonus: the complex network beside the simple one, in epochs and in seconds."""

from __future__ import annotations

from exercise.answers.comparing import comparisons
from exercise.answers.families import MOMENTS, SECONDS, TEST, VALIDATION
from exercise.answers.measures import (
    accuracy,
    exact,
    network_of,
    recorded_accuracy,
    shared_seeds,
    source,
)
from exercise.answers.timing import of_timings, total_seconds
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.ratio import ratio
from labreport.claims.resolve import common
from labreport.results import Result, Results


def complex_network(results: Results) -> Answer:
    """Both networks after 5, 20 and 50 epochs, on validation and on test data."""
    networks = {"small": results["small"], "complex": results["complex"]}
    quantities: dict[str, Quantity] = {"seeds": shared_seeds(networks["complex"], networks["small"])}
    claims: dict[str, Claim] = {}
    compare = comparisons(results)
    for epoch in MOMENTS:
        moment = f"at-{epoch}"
        quantities[f"{moment}.epochs"] = exact(epoch, "epochs", "exercise")
        for name, runs in networks.items():
            quantities[f"{moment}.{name}.validation_accuracy"] = recorded_accuracy(runs, epoch)
            quantities[f"{moment}.{name}.test_accuracy"] = accuracy(runs, epoch, "test")
        for kind, metric in (("validation", VALIDATION), ("test", TEST)):
            key = f"{moment}.{kind}"
            found = compare("complex", "small", metric, epoch)
            quantities |= found.quantities(f"{key}_difference")
            numbers = [f"{key}_difference", *(f"{moment}.{name}.{kind}_accuracy" for name in networks)]
            claims[key] = found.claim(key, f"{kind} accuracy after {epoch} epochs: complex > small", numbers)
    for name, runs in networks.items():
        quantities[f"{name}.parameters"] = exact(
            network_of(runs).parameters, "parameters", f"catalogue: {name}"
        )
        quantities[f"{name}.hidden_layers"] = exact(
            len(network_of(runs).hidden_layers), "hidden layers", f"catalogue: {name}"
        )
    return Answer(quantities, claims, {"rows": [f"at-{epoch}" for epoch in MOMENTS]})


def training_time(results: Results) -> Answer:
    """Seconds of training of both, for the same number of epochs and in total."""
    simple, complex_ = results["small"], results["complex"]
    epochs = MOMENTS[-1]
    pairs = list(common(complex_, simple))
    seconds = [(_total(first, epochs), _total(second, epochs)) for first, second in pairs]
    slower = comparisons(results)("complex", "small", SECONDS, epochs)
    quantities = {
        "epochs": exact(epochs, "epochs", "exercise"),
        "seeds": shared_seeds(complex_, simple),
        "small.seconds": total_seconds(simple, epochs),
        "complex.seconds": total_seconds(complex_, epochs),
        **slower.quantities("difference"),
        "ratio": of_timings(
            ratio(
                [a for a, _ in seconds],
                [b for _, b in seconds],
                source(complex_, "seconds of training, over those of small"),
            )
        ),
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
        "complex-slower": slower.claim("complex-slower", "seconds of training: complex > small", numbers)
    }
    return Answer(quantities, claims, {"processor": str(complex_.runs[0].provenance.get("processor") or "")})


def _total(run: Result, epochs: int) -> float:
    return sum(float(record["seconds"]) for record in run.records[:epochs])
