"""The compute of these networks' training beside that of published models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from labreport.charts import (
    SERIES,
    Drawing,
    Margins,
    Mark,
    column_figure,
    points,
    powers_of_ten,
    stems,
)
from labreport.claims import Answer
from labreport.results import Results

OWN = Mark("this report", SERIES[1])
PUBLISHED = Mark("published", SERIES[0])
ROW = 4.1
"""Millimetres a model."""


def compute_in_perspective(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """One row a model, sorted by floating-point operations of its training, on a logarithmic axis."""
    models: list[Mapping[str, Any]] = sorted(
        answers["bonus.perspective"].facts["models"], key=lambda model: float(model["flop"])
    )
    figure, (panel,) = column_figure(ROW * len(models) + 16, margins=Margins(left=50, right=4, top=5))
    panel.set_xscale("log")
    flops = [float(model["flop"]) for model in models]
    left = 10.0 ** (math.floor(math.log10(flops[0])) - 1)
    stems(panel, left, flops)
    for mark, own in ((OWN, True), (PUBLISHED, False)):
        rows = [row for row, model in enumerate(models) if bool(model.get("own", False)) is own]
        points(panel, [flops[row] for row in rows], [float(row) for row in rows], mark, size=5.0)
    panel.set_xlim(left, 10.0 ** (math.ceil(math.log10(flops[-1])) + 0.3))
    panel.set_ylim(len(models) - 0.5, -0.5)
    panel.set_yticks(range(len(models)), [_name(model) for model in models])
    powers_of_ten(panel.xaxis)
    panel.set_xlabel("floating-point operations of the whole training (logarithmic)")
    return Drawing(
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


def _name(model: Mapping[str, Any]) -> str:
    year = model.get("year")
    return f"{model['name']} ({year})" if year and not model.get("own") else str(model["name"])
