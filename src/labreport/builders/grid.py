"""A study of any number of axes as a table and as a map: rows by its first axis, columns by the others."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from labreport import charts
from labreport.builders.dots import factor
from labreport.errors import UsageError
from labreport.results import Results, Runs
from labreport.stats import Answer, Measure, Quantity, Sample, Source, VariesWith, mean, ranking, sample
from labreport.stats.measure import measured

Point = dict[str, Any]
ROW_MM, EDGES_MM = 4.6, 19.0
"""Height of a row of the map, and of all around the rows."""
LEAST_SPAN = 10.0
"""Percentage points between the ends of the colours, at least, so that small differences look small."""


def grid(results: Results, measure: Measure, chosen_by: Measure) -> Answer:
    """Show `measure` in every cell of the only study that is read, and find which is best by `chosen_by`.

    The finding `best` says whether the best cell is ahead of every other. `facts` has for each row and
    column the words of its label: names of quantities where they are numbers, else texts. Raises
    `UsageError` unless exactly one study is read.
    """
    measure, chosen_by = measured(measure), measured(chosen_by)
    name, rows, columns, cells = _only_study(results)
    declared = Source(kind="declared", note=name)
    fewest = min(cells.values(), key=len)
    quantities: dict[str, Quantity] = {
        "seeds": Quantity(len(fewest), "seeds", Source(kind="counted", note=name)),
        "epochs": Quantity(fewest.experiment.epochs, "epochs", declared),
        "cells": Quantity(len(cells), "cells", declared),
    }
    of: dict[str, Sample] = {}
    points: dict[str, Point] = {}
    for (row, column), runs in cells.items():
        quantities[f"cell.{row}.{column}"] = mean(_last(runs, measure), measure)
        point = points[runs.experiment.name] = {**rows[row], **columns[column]}
        title = ", ".join(f"{axis.replace('_', ' ')} {_text(value)}" for axis, value in point.items())
        of[runs.experiment.name] = replace(_last(runs, chosen_by), title=title)
    found = ranking(of, chosen_by, name="best", pairs="best") if len(of) > 1 else Answer()
    means = {cell: found.quantities[f"best.{cell}.mean"] for cell in of} if len(of) > 1 else {}
    known = {cell: one.value for cell, one in means.items() if one.value is not None}
    pick = min if chosen_by.better == "lower" else max
    best = pick(known, key=lambda cell: known[cell]) if known else next(iter(of))
    quantities["best"] = means.get(best) or mean(of[best], chosen_by)
    facts = {
        "prose": "answers/grid.html",
        "measure": measure.name,
        "chosen_by": chosen_by.name,
        "rows": [_words(f"row.{number}", point, name, quantities) for number, point in enumerate(rows)],
        "columns": [
            _words(f"column.{number}", point, name, quantities) for number, point in enumerate(columns)
        ],
        "best": _words("best", points[best], name, quantities),
    }
    return found | Answer(quantities, facts=facts)


def grid_map(results: Results, measure: Measure) -> charts.Drawing:
    """Draw the mean of `measure` in every cell of the only study that is read, as a heat map.

    Colours go from the lowest to the highest mean. A cell without one is empty.
    """
    measure = measured(measure)
    _, rows, columns, cells = _only_study(results)
    axes = [axis.replace("_", " ") for axis in (*rows[0], *columns[0])]
    means = {place: mean(_last(runs, measure), measure).value for place, runs in cells.items()}
    values = [
        [math.nan if (middle := means[row, column]) is None else factor(measure) * middle
         for column in range(len(columns))]
        for row in range(len(rows))
    ]  # fmt: skip
    titles = [_text(value) for row in rows for value in row.values()]
    labels = [", ".join(_text(value) for value in column.values()) for column in columns]
    figure, (panel,) = charts.column_figure(
        EDGES_MM + ROW_MM * len(rows), margins=charts.Margins(left=16, right=4, top=8, bottom=11)
    )
    every = [value for line in values for value in line if math.isfinite(value)] or [0.0]
    span = LEAST_SPAN if measure.share else 0.0
    charts.heat_map(
        panel,
        values,
        [[f"{value:.1f}" if measure.share else f"{value:.3g}" for value in line] for line in values],
        rows=titles,
        columns=labels,
        low=min(*every, max(every) - span),
        high=max(every),
        blank=[[math.isnan(value) for value in line] for line in values],
    )
    charts.y_title(panel, axes[0].capitalize())
    panel.set_xlabel(", ".join(axes[1:]))
    return charts.Drawing(
        figure,
        f"heat map, mean {measure.name} by {' and '.join(axes)}",
        [axes[0], *(f"{label}, %" if measure.share else label for label in labels)],
        [
            [title, *(round(value, 2) if math.isfinite(value) else None for value in line)]
            for title, line in zip(titles, values, strict=True)
        ],
    )


def _only_study(results: Results) -> tuple[str, list[Point], list[Point], dict[tuple[int, int], Runs]]:
    """Its name, the points along its rows and along its columns, and the runs of each cell by its place."""
    if len(results.studies) != 1:
        raise UsageError(f"a grid shows one study; it was given {len(results.studies)}")
    (name,) = results.studies
    rows, columns, cells = list[Point](), list[Point](), dict[tuple[int, int], Runs]()
    for point, runs in results.study(name):
        first, *others = point.items()
        row, column = dict([first]), dict(others)
        rows += [] if row in rows else [row]
        columns += [] if column in columns else [column]
        cells[rows.index(row), columns.index(column)] = runs
    return name, rows, columns, cells


def _last(runs: Runs, measure: Measure) -> Sample:
    return sample(runs, measure, runs.experiment.epochs)


def _words(prefix: str, point: Point, name: str, quantities: dict[str, Quantity]) -> list[dict[str, Any]]:
    """What a label says of a point: each field, with its value as a text or as names of quantities.

    Of a tuple it says how many values it has and the largest of them.
    """
    words: list[dict[str, Any]] = []
    source = Source(kind="declared", note=name)
    varies_with: VariesWith = "seeds" if prefix == "best" else ""  # which point is best, not what it is
    for axis, value in point.items():
        key = f"{prefix}.{axis}"
        if isinstance(value, (list, tuple)) and value:
            numbers = {f"{key}.length": len(value), f"{key}.largest": max(value)}
        else:
            numbers = {key: value} if isinstance(value, (int, float)) else {}
        for label, number in numbers.items():
            quantities[label] = Quantity(number, "", source, varies_with=varies_with)
        text = "" if numbers else str(value)
        words.append({"label": axis.replace("_", " "), "numbers": list(numbers), "text": text})
    return words


def _text(value: Any) -> str:
    """A value of an axis in a few characters; equal values as their number times the value."""
    if isinstance(value, (list, tuple)):
        if len(set(value)) == 1:
            return f"{len(value)} × {value[0]}"
        return "-".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
