"""The compute of these runs beside that of models that train for weeks to months."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from exercise.bonus_complex.published import DURATIONS, MODELS
from exercise.catalogue import COMPLEX, NETWORKS, TIMES
from exercise.expressions import FIRST_WEIGHTS, WEIGHTS
from exercise.measuring.measures import exact, network_of, source, split
from exercise.measuring.seconds import epoch_seconds, in_total, of_timings
from exercise.networks import Network
from labreport import charts
from labreport.claims import Answer, Quantity
from labreport.claims.decide import counted
from labreport.outline import figure, question
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


@figure(answers=("bonus.perspective",), slug="compute")
def compute_in_perspective(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """One row for each model, sorted by floating-point operations of its training, on a logarithmic axis."""
    models: list[Mapping[str, Any]] = sorted(
        answers["bonus.perspective"].facts["models"], key=lambda model: float(model["flop"])
    )
    figure, (panel,) = charts.column_figure(
        ROW * len(models) + 16, margins=charts.Margins(left=50, right=4, top=5)
    )
    panel.set_xscale("log")
    flops = [float(model["flop"]) for model in models]
    left = 10.0 ** (math.floor(math.log10(flops[0])) - 1)
    charts.stems(panel, left, flops)
    here, elsewhere = charts.Mark("this report", charts.SERIES[1]), charts.Mark("published", charts.SERIES[0])
    for mark, own in ((here, True), (elsewhere, False)):
        rows = [row for row, model in enumerate(models) if bool(model.get("own", False)) is own]
        charts.points(panel, [flops[row] for row in rows], [float(row) for row in rows], mark, size=5.0)
    panel.set_xlim(left, 10.0 ** (math.ceil(math.log10(flops[-1])) + 0.3))
    panel.set_ylim(len(models) - 0.5, -0.5)
    panel.set_yticks(range(len(models)), [_name(model) for model in models])
    charts.powers_of_ten(panel.xaxis)
    panel.set_xlabel("floating-point operations of the whole training (logarithmic)")
    return charts.Drawing(
        figure,
        "dot plot on a logarithmic axis, compute of training these networks and published models",
        ["model", "year", "floating-point operations", "source"],
        [
            [
                str(model["name"]),
                model.get("year"),
                float(f"{float(model['flop']):.3g}"),
                str(model.get("source", "")),
            ]
            for model in models
        ],
    )


@question(
    "How do these trainings compare with those of weeks to months?",
    slug="bonus.perspective",
    reads=(*NETWORKS, *TIMES.values()),
    figures=(compute_in_perspective,),
    checks=[("complex.flop", f"cut * {COMPLEX.epochs} * (6 * {WEIGHTS} - 2 * {FIRST_WEIGHTS})")],
)
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
    names = [name for name in results if isinstance(results[name].experiment.specification, Network)]
    for name in names:
        runs = results[name]
        network, last = network_of(runs), runs.experiment.epochs
        flop = float(training_flop(network, images, last))
        quantities[f"{name}.flop"] = Quantity(
            flop, "FLOP", f"formula: operations per weight · images · epochs of {name}"
        )
        quantities[f"{name}.weights"] = exact(network.weights, "weights", f"formula: layers of {name}")
        quantities[f"{name}.epochs"] = exact(last, "epochs", f"catalogue: {name}")
        quantities[f"{name}.seconds"] = in_total(results, name, last)
        rows.append(
            {"key": name, "name": name, "flop": flop, "year": None, "source": "this report", "own": True}
        )
        total += flop * len(runs)
        seconds += epoch_seconds(results, name) * last * len(runs)
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
    largest = max(names, key=lambda name: float(quantities[f"{name}.flop"].value or 0))
    largest_flop = float(quantities[f"{largest}.flop"].value or 0)
    smallest, greatest = min(MODELS, key=lambda model: model.flop), max(MODELS, key=lambda model: model.flop)
    quantities |= {
        "total.flop": Quantity(
            total, "FLOP", "sum over the exercise's networks and seeds", varies_with="seeds"
        ),
        "total.seconds": of_timings(
            Quantity(seconds, "s", "epochs times seconds of an epoch, over the exercise's networks and seeds")
        ),
        "rate": of_timings(
            Quantity(rate, "FLOP/s", "operations by formula over seconds by plain model.fit, all runs")
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


ROW = 3.6
"""Millimetres a model."""


def _name(model: Mapping[str, Any]) -> str:
    year = model.get("year")
    return f"{model['name']} ({year})" if year and not model.get("own") else str(model["name"])
