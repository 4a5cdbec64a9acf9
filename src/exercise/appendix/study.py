"""Any study of the catalogue, as a table and as a heat map: rows by its first axis, columns by the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from exercise.catalogue import STUDIES
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import accuracy, exact
from exercise.measuring.reading import PERCENT
from labreport import charts
from labreport.claims import Answer, Claim, Quantity, VariesWith
from labreport.claims.comparison import paired
from labreport.claims.decide import all_of
from labreport.claims.decision import decide
from labreport.claims.resolve import common
from labreport.errors import UsageError
from labreport.outline import figure, question
from labreport.required import LAST, required
from labreport.results import Results, Runs

Point = dict[str, Any]


def study(results: Results) -> Answer:
    """Test accuracy of every cell, and the cell that leads on validation data.

    `facts` has the title of the first axis, and for each row and column the words of its label:
    names of quantities where they are numbers, else texts.
    """
    if len(results.studies) != 1:
        raise UsageError(f"the answer to a study reads one study; it was given {len(results.studies)}")
    (name,) = results.studies
    cells = results.study(name)
    rows = unique([_row(point) for point, _ in cells])
    columns = unique([_column(point) for point, _ in cells])
    quantities: dict[str, Quantity] = {}
    for point, runs in cells:
        place = f"{rows.index(_row(point))}.{columns.index(_column(point))}"
        quantities[f"cell.{place}"] = accuracy(runs, runs.experiment.epochs, "test")
    best = max(cells, key=lambda cell: validation(cell[1]))
    quantities["best"] = accuracy(best[1], best[1].experiment.epochs, "validation")
    fewest = min((runs for _, runs in cells), key=len)
    quantities["seeds"] = exact(len(fewest), "seeds", f"study {name}: the fewest of all points")
    quantities["epochs"] = exact(fewest.experiment.epochs, "epochs", f"study {name}")
    quantities["cells"] = exact(len(cells), "cells", f"study {name}: count")
    labels = {
        "rows": [_words(f"row.{number}", point, name, quantities) for number, point in enumerate(rows)],
        "columns": [
            _words(f"column.{number}", point, name, quantities) for number, point in enumerate(columns)
        ],
        "best": _words("best", best[0], name, quantities),
    }
    others = [runs for _, runs in cells if runs is not best[1]]
    claims = {"leads": _leads(best[1], others)} if others else {}
    return Answer(quantities, claims, labels)


def _leads(best: Runs, others: list[Runs]) -> Claim:
    """The best point is more accurate than every other on validation data, Holm-corrected over them."""
    estimates = [
        paired(*_paired_values(best, runs), "points", "best point minus another, validation accuracy")
        for runs in others
    ]
    claims = [decision.claim("leads", "", ("best",)) for decision in decide(estimates)]
    joint = all_of("leads", "the best point > every other, on validation data", claims)
    return replace(joint, test=f"paired Student tests against {len(others)} others, Holm-corrected")


def _paired_values(first: Runs, second: Runs) -> tuple[list[float], list[float]]:
    pairs = [
        [float(run.at(runs.experiment.epochs).metrics["validation"]["accuracy"]) for run, runs in both]
        for both in (((a, first), (b, second)) for a, b in common(first, second))
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def validation(runs: Runs) -> float:
    """Mean validation accuracy over seeds, after the last epoch."""
    values = runs.metric(runs.experiment.epochs, "validation", "accuracy")
    return sum(values) / len(values)


def unique(points: list[Point]) -> list[Point]:
    """Each point once, in the order of first appearance."""
    found: list[Point] = []
    for point in points:
        if point not in found:
            found.append(point)
    return found


def _row(point: Point) -> Point:
    return dict(list(point.items())[:1])


def _column(point: Point) -> Point:
    return dict(list(point.items())[1:])


def _words(prefix: str, point: Point, name: str, quantities: dict[str, Quantity]) -> list[dict[str, Any]]:
    """What a label says of a point: each field, with its value as a text or as names of quantities."""
    words: list[dict[str, Any]] = []
    varies_with: VariesWith = "seeds" if prefix == "best" else ""  # which point is best, not what it is
    for axis, value in point.items():
        label = axis.replace("_", " ")
        key = f"{prefix}.{axis}"
        if isinstance(value, (list, tuple)):
            quantities[f"{key}.layers"] = exact(len(value), "", f"study {name}", varies_with)
            quantities[f"{key}.nodes"] = exact(
                max(value), "", f"study {name}: nodes of the widest", varies_with
            )
            words.append({"label": label, "numbers": [f"{key}.layers", f"{key}.nodes"], "text": ""})
        elif isinstance(value, (int, float)):
            quantities[key] = exact(value, "", f"study {name}", varies_with)
            words.append({"label": label, "numbers": [key], "text": ""})
        else:
            words.append({"label": label, "numbers": [], "text": str(value)})
    return words


ROW_MM = 4.6
EDGES_MM = 19.0


def heat_map(results: Results) -> charts.Drawing:
    """Mean validation accuracy by the first axis (rows) and all the others (columns)."""
    (name,) = results.studies
    cells = results.study(name)
    axes = list(cells[0][0])
    rows = [point[axes[0]] for point in unique([{axes[0]: point[axes[0]]} for point, _ in cells])]
    columns = unique([{axis: point[axis] for axis in axes[1:]} for point, _ in cells])
    values = [[0.0] * len(columns) for _ in rows]
    for point, runs in cells:
        column = columns.index({axis: point[axis] for axis in axes[1:]})
        values[rows.index(point[axes[0]])][column] = PERCENT * validation(runs)
    figure, (panel,) = charts.column_figure(
        EDGES_MM + ROW_MM * len(rows), margins=charts.Margins(left=16, right=4, top=8, bottom=11)
    )
    labels = [", ".join(_text(value) for value in column.values()) for column in columns]
    charts.heat_map(
        panel,
        values,
        [[f"{value:.1f}" for value in row] for row in values],
        rows=[_text(value) for value in rows],
        columns=labels,
        low=0.0,
        high=PERCENT,
    )
    charts.y_title(panel, axes[0].replace("_", " ").capitalize())
    panel.set_xlabel(", ".join(axis.replace("_", " ") for axis in axes[1:]))
    return charts.Drawing(
        figure,
        f"heat map, mean validation accuracy by {' and '.join(axis.replace('_', ' ') for axis in axes)}",
        [axes[0].replace("_", " "), *(f"{label}, %" for label in labels)],
        [[_text(row), *(round(value, 2) for value in line)] for row, line in zip(rows, values, strict=True)],
    )


def _text(value: Any) -> str:
    """A value of an axis in a few characters; layers of equal width as their number times the width."""
    if isinstance(value, (list, tuple)):
        if len(set(value)) == 1:
            return f"{len(value)} × {value[0]}"
        return "-".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


QUESTIONS = tuple(
    question(
        f"The study of {grid.title}: which point does best on validation data?",
        slug=f"study.{grid.name}",
        reads=grid,
        requires=required(grid, LAST),
        figures=(figure(reads=grid, requires=required(grid, LAST), slug=f"study-{grid.name}")(heat_map),),
        template="questions/study.html",
        checks=[("cell.0.0", checked_accuracy(grid.experiments()[0]))],
    )(study)
    for grid in STUDIES
)
