"""A measure at every point of a study, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.cells import NO_GROUP
from labreport.stats.makers.comparisons import rank
from labreport.stats.makers.means import mean
from labreport.stats.quantity import Quantity
from labreport.stats.samples import By, Epoch, as_results, label_of_value, samples
from labreport.stats.tables import Column, Entry, Table
from labreport.stats.wording import capitalise

if TYPE_CHECKING:
    from labreport.results import Results


def grid(
    results: Results, study: By, measure: Measure, chosen_by: Measure | None = None, epoch: Epoch = None
) -> Answer:
    """Tabulate a measure at every point of a study, and rank the points by `chosen_by`.

    Returns an answer with the table `grid` (rows by the first axis, columns by the others), `mean` by point,
    such as `mean["0.5 × 0.9"]`, and the ranking `best`, in which the best point is compared with each other
    one. By default, `chosen_by` is the measure itself.
    """
    points = [point for point, _ in as_results(results).study(study)]
    axes = [axis.replace("_", " ") for axis in points[0]]
    best = {}
    if len(points) > 1:
        by_point = samples(results, chosen_by or measure, study, epoch=epoch)[NO_GROUP]
        best["best"] = rank(by_point, chosen_by or measure, ", ".join(axes), only_best=True)
    are_ranked = best and chosen_by is None
    means = best["best"].mean if are_ranked else mean(results, measure, study, epoch).mean
    cells = {}
    for point, cell_mean in zip(points, means.members.values(), strict=True):
        cells[tuple(map(label_of_value, point.values()))] = cell_mean
    return Answer(mean=means, grid=_table(axes, cells), **best)


def _table(axes: list[str], cells: dict[tuple[str, ...], Quantity]) -> Table:
    """A table with a row for each value of the first axis and a column for each point of the others."""
    row_axis, *column_axes = axes
    heads = [Column("name", capitalise(row_axis))]
    for point in dict.fromkeys(point[1:] for point in cells):
        title = ", ".join(map(" ".join, zip(column_axes, point, strict=True)))
        heads.append(Column(", ".join(point), title))
    rows: dict[str, list[Entry]] = {}
    for point, cell_mean in cells.items():
        row = rows.setdefault(point[0], [point[0]])
        row.append(cell_mean)
    return Table(heads, list(rows.values()))
