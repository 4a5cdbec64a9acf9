"""A measure in every cell of a study."""

from __future__ import annotations

from typing import Any

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.makers.comparisons import rank
from labreport.stats.makers.means import mean
from labreport.stats.quantity import Quantity
from labreport.stats.samples import Epoch, label_of, samples_by_group
from labreport.stats.tables import Column, Table
from labreport.stats.wording import capitalise


def grid(
    results: Any, study: Any, measure: Measure, chosen_by: Measure | None = None, epoch: Epoch = None
) -> Answer:
    """Show a measure in every cell of a study, and find which cell is best by `chosen_by`.

    Gives the table `grid` (rows by the first axis, columns by the others), `mean` by cell, such as
    `mean["0.5 × 0.9"]`, and the ranking `best`, in which the best is compared with each other cell.
    """
    first_point, _ = results.study(study)[0]
    axes = [axis.replace("_", " ") for axis in first_point]
    answer = mean(results, measure, study, epoch)
    means = answer.mean.members.values()
    cells = {}
    for (point, _), cell_mean in zip(results.study(study), means, strict=True):
        cells[tuple(map(label_of, point.values()))] = cell_mean
    answer |= Answer(grid=_table(axes, cells))
    if len(cells) > 1:
        measure = chosen_by or measure
        samples = samples_by_group(results, measure, study, None, epoch)[""]
        answer |= Answer(best=rank(samples, measure, ", ".join(axes), only_best=True))
    return answer


def _table(axes: list[str], cells: dict[tuple[str, ...], Quantity]) -> Table:
    """Cells by their point: a row for each value of the first axis, a column for each point of the others."""
    row_axis, *column_axes = axes
    columns = dict.fromkeys(point[1:] for point in cells)
    heads = [Column("name", capitalise(row_axis))]
    for point in columns:
        title = ", ".join(map(" ".join, zip(column_axes, point, strict=True)))
        heads.append(Column(", ".join(point), title))
    rows: dict[str, list[Any]] = {value: [value] for value, *_ in cells}
    for (value, *_), cell in cells.items():
        rows[value].append(cell)
    return Table(heads, list(rows.values()))
