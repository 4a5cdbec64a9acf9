"""A study of any number of axes as a table and as a map: rows by its first axis, columns by the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from labreport import charts
from labreport.builders.pairs import mean
from labreport.claims import Answer, Claim, Quantity, VariesWith
from labreport.errors import UsageError
from labreport.results import Results, Runs

Point = dict[str, Any]
ROW_MM, EDGES_MM = 4.6, 19.0
"""Height of a row of the map, and of all around the rows."""


def grid(
    results: Results,
    metric: str = "test accuracy",
    chosen_by: str = "validation accuracy",
    *,
    unit: str = "fraction",
    measured: Callable[[Runs, str], Quantity] | None = None,
) -> Answer:
    """`metric` in every cell of the only study that is read, and which cell leads by `chosen_by`.

    The claim `leads` says that the best cell is better than every other, compared seed by seed and corrected
    for all of them. `measured` makes a quantity of the runs of a cell and a metric; by default it is the mean
    over seeds. `facts` has for each row and column the words of its label: names of quantities where they
    are numbers, else texts. Raises `UsageError` unless exactly one study is read.
    """
    name, cells = _only_study(results)
    quantity = measured or (
        lambda runs, which: mean(_by_seed(runs, which), unit, f"{runs.experiment.name}, {which}")
    )
    rows, columns = (
        _unique([_row(point) for point, _ in cells]),
        _unique([_column(point) for point, _ in cells]),
    )
    quantities: dict[str, Quantity] = {}
    for point, runs in cells:
        place = f"{rows.index(_row(point))}.{columns.index(_column(point))}"
        quantities[f"cell.{place}"] = quantity(runs, metric)
    best = max(cells, key=lambda cell: _mean(cell[1], chosen_by))
    quantities["best"] = quantity(best[1], chosen_by)
    fewest = min((runs for _, runs in cells), key=len)
    quantities["seeds"] = Quantity(len(fewest), "seeds", f"study {name}: the fewest of all points")
    quantities["epochs"] = Quantity(fewest.experiment.epochs, "epochs", f"study {name}")
    quantities["cells"] = Quantity(len(cells), "cells", f"study {name}: count")
    facts = {
        "prose": "answers/grid.html",
        "metric": metric,
        "chosen_by": chosen_by,
        "rows": [_words(f"row.{number}", point, name, quantities) for number, point in enumerate(rows)],
        "columns": [
            _words(f"column.{number}", point, name, quantities) for number, point in enumerate(columns)
        ],
        "best": _words("best", best[0], name, quantities),
    }
    others = [runs for _, runs in cells if runs is not best[1]]
    claims = {"leads": _leads(best[1], others, chosen_by, unit)} if others else {}
    return Answer(quantities, claims, facts)


def grid_map(
    results: Results, metric: str = "validation accuracy", *, unit: str = "fraction"
) -> charts.Drawing:
    """The mean of `metric` over seeds in every cell of the only study that is read, as a heat map."""
    _, cells = _only_study(results)
    factor = 100.0 if unit == "fraction" else 1.0
    axes = [axis.replace("_", " ") for axis in cells[0][0]]
    rows, columns = (
        _unique([_row(point) for point, _ in cells]),
        _unique([_column(point) for point, _ in cells]),
    )
    found = {(rows.index(_row(point)), columns.index(_column(point))): runs for point, runs in cells}
    values = [
        [factor * _mean(found[row, column], metric) for column in range(len(columns))]
        for row in range(len(rows))
    ]
    titles = [_text(value) for row in rows for value in row.values()]
    labels = [", ".join(_text(value) for value in column.values()) for column in columns]
    figure, (panel,) = charts.column_figure(
        EDGES_MM + ROW_MM * len(rows), margins=charts.Margins(left=16, right=4, top=8, bottom=11)
    )
    every = [value for line in values for value in line]
    charts.heat_map(
        panel,
        values,
        [[f"{value:.1f}" if factor == 100.0 else f"{value:.3g}" for value in line] for line in values],
        rows=titles,
        columns=labels,
        low=0.0 if factor == 100.0 else min(every),
        high=100.0 if factor == 100.0 else max(every),
    )
    charts.y_title(panel, axes[0].capitalize())
    panel.set_xlabel(", ".join(axes[1:]))
    return charts.Drawing(
        figure,
        f"heat map, mean {metric} by {' and '.join(axes)}",
        [axes[0], *(f"{label}, %" if factor == 100.0 else label for label in labels)],
        [[title, *(round(value, 2) for value in line)] for title, line in zip(titles, values, strict=True)],
    )


def _only_study(results: Results) -> tuple[str, list[tuple[Point, Runs]]]:
    if len(results.studies) != 1:
        raise UsageError(f"a grid shows one study; it was given {len(results.studies)}")
    (name,) = results.studies
    return name, results.study(name)


def _leads(best: Runs, others: list[Runs], metric: str, unit: str) -> Claim:
    """The best cell is better than every other, Holm-corrected over them."""
    from labreport.claims.comparison import paired
    from labreport.claims.decide import all_of
    from labreport.claims.decision import decide

    estimates = []
    for runs in others:
        mine, theirs = _by_seed(best, metric), _by_seed(runs, metric)
        seeds = sorted(mine.keys() & theirs.keys())
        estimates.append(
            paired(
                [mine[seed] for seed in seeds],
                [theirs[seed] for seed in seeds],
                "points" if unit == "fraction" else unit,
                f"best point minus another, {metric}",
            )
        )
    decisions = decide(estimates)
    claims = [decision.claim("leads", "", ("best",)) for decision in decisions]
    joint = all_of("leads", f"the best point > every other, in {metric}", claims)
    tests = " or ".join(dict.fromkeys(decision.test for decision in decisions))
    return replace(joint, test=f"all of {len(others)} comparisons: {tests}")


def _by_seed(runs: Runs, metric: str) -> dict[int, float]:
    return dict(zip(runs.seeds, runs.values(metric, runs.experiment.epochs), strict=True))


def _mean(runs: Runs, metric: str) -> float:
    values = runs.values(metric, runs.experiment.epochs)
    return sum(values) / len(values)


def _unique(points: list[Point]) -> list[Point]:
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
    """What a label says of a point: each field, with its value as a text or as names of quantities.

    Of a tuple it says how many values it has and the largest of them.
    """
    words: list[dict[str, Any]] = []
    varies_with: VariesWith = "seeds" if prefix == "best" else ""  # which point is best, not what it is
    for axis, value in point.items():
        key = f"{prefix}.{axis}"
        if isinstance(value, (list, tuple)) and value:
            numbers = {f"{key}.length": len(value), f"{key}.largest": max(value)}
        else:
            numbers = {key: value} if isinstance(value, (int, float)) else {}
        for label, number in numbers.items():
            quantities[label] = Quantity(number, "", f"study {name}", varies_with=varies_with)
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
