"""The compute of these runs beside that of models that train for weeks to months."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from exercise.bonus_complex.published import CHIPS, DURATIONS, MODELS
from exercise.catalogue import COMPLEX, DEEP, NETWORKS, TIMES, names
from exercise.expressions import FIRST_WEIGHTS, WEIGHTS
from exercise.measuring.measures import declared, network_of, split
from exercise.measuring.seconds import in_total
from exercise.networks import Network
from labreport import charts
from labreport.outline import figure, question
from labreport.results import Results
from labreport.stats import Answer, Quantity

FLOP_PER_WEIGHT = 6
"""A multiplication and an addition for each weight going forward, and twice that going back: the counting
of Kaplan et al. (Scaling Laws for Neural Language Models, 2020, section 2.1) and of the OpenAI post."""
FLOP_PER_FIRST_WEIGHT = 4
"""The first layer needs no gradient of its inputs, which is one of the two going back."""
SECONDS_A_DAY = 24 * 3600
SECONDS_A_YEAR = 365.25 * SECONDS_A_DAY


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
        "images.training": declared(images, "images", "MNIST, training split"),
        "flop_per_weight": declared(FLOP_PER_WEIGHT, "", "Kaplan et al. 2020, section 2.1", kind="stated"),
        "palm.chips": declared(CHIPS, "chips", "Chowdhery et al. 2022", kind="stated"),
        "flop_per_first_weight": declared(FLOP_PER_FIRST_WEIGHT, "", "the same, no gradient of its inputs"),
    }
    rows: list[dict[str, Any]] = []
    for name in names(NETWORKS):
        network, last = network_of(results[name]), results[name].experiment.epochs
        flop = float(training_flop(network, images, last))
        quantities[f"{name}.flop"] = declared(
            flop, "FLOP", "weights · images · epochs", name, kind="computed"
        )
        quantities[f"{name}.seconds"] = in_total(results, name, last)
        if name not in names(DEEP):
            rows.append({"name": name, "flop": flop, "year": None, "source": "this report", "own": True})
    for model in MODELS:
        quantities[f"{model.key}.flop"] = declared(model.flop, "FLOP", model.source, kind="stated")
        rows.append(
            {"name": model.name, "flop": model.flop, "year": model.year, "source": model.source, "own": False}
        )
    for duration in DURATIONS:
        quantities[f"{duration.key}.days"] = declared(duration.days, "days", duration.source, kind="stated")
    largest = max(names(NETWORKS), key=lambda name: float(quantities[f"{name}.flop"].value or 0))
    network, epochs = network_of(results[largest]), results[largest].experiment.epochs
    inputs, outputs = network.layer_shapes[0]
    quantities |= {
        f"{largest}.{name}": declared(value, unit, "formula", largest, kind="computed")
        for name, value, unit in (
            ("first_weights", inputs * outputs, "weights"),
            ("other_weights", network.weights - inputs * outputs, "weights"),
            ("epochs", epochs, "epochs"),
        )
    }
    flop, seconds = (float(quantities[f"{largest}.{what}"].value or 0) for what in ("flop", "seconds"))
    for model in MODELS:
        years = _rounded(model.flop / (flop / seconds) / SECONDS_A_YEAR)
        quantities[f"{model.key}.years_here"] = declared(
            years,
            "years",
            f"{model.source}, at the rate of {largest}",
            kind="computed",
            varies_with="machine",
        )
    days = float(quantities["palm.days"].value or 0)
    quantities["times"] = declared(
        _rounded(days * SECONDS_A_DAY / seconds),
        "times",
        f"the time of PaLM over that of {largest}",
        kind="computed",
        varies_with="machine",
    )
    facts = {
        "models": rows,
        "largest": largest,
        "durations": [{"key": one.key, "name": one.name, "source": one.source} for one in DURATIONS],
    }
    return Answer(quantities, facts=facts)


def _rounded(value: float) -> float:
    """To two significant digits: estimates of published compute support no more."""
    return float(f"{value:.2g}") if math.isfinite(value) else value


ROW = 3.7
"""Millimetres a model."""


def _name(model: Mapping[str, Any]) -> str:
    year = model.get("year")
    return f"{model['name']} ({year})" if year and not model.get("own") else str(model["name"])
