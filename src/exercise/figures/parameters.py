"""Accuracy against the number of trainable parameters, the deep networks apart."""

from __future__ import annotations

from collections.abc import Mapping

from exercise.figures.reading import PERCENT
from exercise.groups import DEEP, NETWORKS
from labreport.charts import (
    SERIES,
    Drawing,
    Label,
    Margins,
    Mark,
    column_figure,
    direct_labels,
    plain_numbers,
    points,
    thousands,
    y_title,
)
from labreport.claims import Answer
from labreport.results import Results

FEW_LAYERS = Mark("few hidden layers", SERIES[1])
TEN_LAYERS = Mark("ten hidden layers", SERIES[0])


def accuracy_against_parameters(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """One labelled mark a network: mean validation accuracy after equally many epochs."""
    answer = answers["part-two.correlation"]
    epoch = answer.quantities["epochs"].value
    figure, (panel,) = column_figure(56, margins=Margins(left=9, right=20, top=8))
    labels = []
    rows: list[list[str | int | float | None]] = []
    for mark, names in ((FEW_LAYERS, [name for name in NETWORKS if name not in DEEP]), (TEN_LAYERS, DEEP)):
        places = [
            (
                float(answer.quantities[f"{name}.parameters"].value or 0),
                PERCENT * float(answer.quantities[f"{name}.validation_accuracy"].value or 0),
            )
            for name in names
        ]
        points(panel, [x for x, _ in places], [y for _, y in places], mark, size=6.0)
        labels += [Label(name, x, y, mark.colour) for name, (x, y) in zip(names, places, strict=True)]
        rows += [[name, int(x), round(y, 2)] for name, (x, y) in zip(names, places, strict=True)]
    panel.set_xscale("log")
    panel.set_ylim(0, PERCENT)
    panel.margins(x=0.05)
    thousands(panel.xaxis)
    plain_numbers(panel.yaxis)
    panel.set_xlabel("trainable parameters (logarithmic)")
    y_title(panel, f"Validation accuracy after {epoch} epochs, %")
    direct_labels(panel, labels)
    return Drawing(
        figure,
        "scatter plot on a logarithmic axis, accuracy of every network against its parameters",
        ["network", "parameters", "mean validation accuracy, %"],
        rows,
    )
