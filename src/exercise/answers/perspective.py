"""Bonus: the compute of these runs beside that of models that train for weeks to months."""

from __future__ import annotations

import math

from exercise.answers.measures import exact, network_of, source, split
from exercise.answers.published import DURATIONS, MODELS
from exercise.answers.timing import total_seconds
from exercise.groups import NETWORKS
from exercise.networks import Network
from labreport.claims import Answer, Quantity
from labreport.claims.decide import counted
from labreport.results import Results

FLOP_PER_WEIGHT = 6
"""A multiplication and an addition for each weight going forward, and twice that going back: the counting
of Kaplan et al. (Scaling Laws for Neural Language Models, 2020, section 2.1) and of the OpenAI post."""
FLOP_PER_FIRST_WEIGHT = 4
"""The first layer needs no gradient of its inputs, which is one of the two going back."""
SECONDS_A_YEAR = 365.25 * 24 * 3600


def training_flop(network: Network, images: int, epochs: int) -> int:
    """Floating-point operations of a training, by formula: so many per weight, image and epoch.

    Biases, activations and the update itself are left out: they grow with the nodes, or come once for
    each batch.
    """
    inputs, outputs = network.layer_shapes[0]
    first = inputs * outputs
    each = FLOP_PER_WEIGHT * (network.weights - first) + FLOP_PER_FIRST_WEIGHT * first
    return each * images * epochs


def perspective(results: Results) -> Answer:
    """Compute of every network by formula, and of published models by their sources."""
    images = len(split("training"))
    quantities: dict[str, Quantity] = {
        "images.training": exact(images, "images", "MNIST: training split"),
        "flop_per_weight": exact(FLOP_PER_WEIGHT, "", "Kaplan et al. 2020, section 2.1"),
        "flop_per_first_weight": exact(
            FLOP_PER_FIRST_WEIGHT, "", "the same, without a gradient of the inputs"
        ),
    }
    rows = []
    seconds = 0.0
    total = 0.0
    for name in NETWORKS:
        runs = results[name]
        network, last = network_of(runs), runs.experiment.epochs
        flop = float(training_flop(network, images, last))
        quantities[f"{name}.flop"] = Quantity(
            flop, "FLOP", f"formula: operations per weight · images · epochs of {name}"
        )
        quantities[f"{name}.weights"] = exact(network.weights, "weights", f"formula: layers of {name}")
        quantities[f"{name}.epochs"] = exact(last, "epochs", f"catalogue: {name}")
        quantities[f"{name}.seconds"] = total_seconds(runs)
        rows.append(
            {"key": name, "name": name, "flop": flop, "year": None, "source": "this report", "own": True}
        )
        total += flop * len(runs)
        seconds += sum(float(record["seconds"]) for run in runs for record in run.records)
    for model in MODELS:
        quantities[f"{model.key}.flop"] = Quantity(model.flop, "FLOP", model.source)
        quantities[f"{model.key}.year"] = exact(model.year, "year", model.source)
        rows.append(
            {
                "key": model.key,
                "name": model.name,
                "flop": model.flop,
                "year": model.year,
                "source": model.source,
                "own": False,
            }
        )
    for duration in DURATIONS:
        quantities[f"{duration.key}.days"] = Quantity(duration.days, "days", duration.source)
    rate = total / seconds
    largest = max(NETWORKS, key=lambda name: float(quantities[f"{name}.flop"].value or 0))
    largest_flop = float(quantities[f"{largest}.flop"].value or 0)
    smallest, greatest = min(MODELS, key=lambda model: model.flop), max(MODELS, key=lambda model: model.flop)
    quantities |= {
        "total.flop": Quantity(
            total, "FLOP", "sum over the exercise's networks and seeds", varies_with="seeds"
        ),
        "total.seconds": Quantity(
            seconds, "s", "seconds of training alone, sum over the exercise's networks and seeds"
        ),
        "rate": Quantity(
            total / seconds, "FLOP/s", "operations by formula over seconds of training, all runs"
        ),
        "smallest.ratio": Quantity(
            _rounded(smallest.flop / largest_flop), "times", f"{smallest.name} over {largest}"
        ),
        "greatest.ratio": Quantity(
            _rounded(greatest.flop / largest_flop), "times", f"{greatest.name} over {largest}"
        ),
    }
    for model in MODELS:
        years = model.flop / rate / SECONDS_A_YEAR
        quantities[f"{model.key}.years_here"] = Quantity(
            _rounded(years),
            "years",
            f"{model.source}, at this report's rate",
            varies_with="machine",
        )
    claims = {
        "smaller": counted(
            "smaller",
            "every training here takes less compute than any published one listed",
            largest_flop < smallest.flop,
            (f"{largest}.flop", f"{smallest.key}.flop"),
        )
    }
    facts = {
        "models": rows,
        "largest": largest,
        "smallest": {"key": smallest.key, "name": smallest.name},
        "greatest": {"key": greatest.key, "name": greatest.name},
        "durations": [{"key": one.key, "name": one.name, "source": one.source} for one in DURATIONS],
        "seeds": source(results[largest], "count"),
    }
    return Answer(quantities, claims, facts)


def _rounded(value: float) -> float:
    """To two significant digits: estimates of published compute support no more."""
    return float(f"{value:.2g}") if math.isfinite(value) else value
