"""A measure in every cell of a study."""

from __future__ import annotations

from typing import Any

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.makers.comparisons import rank
from labreport.stats.makers.means import mean
from labreport.stats.quantity import Quantity
from labreport.stats.sample import Epoch, label_of, samples_by_group
from labreport.stats.tables import Column, Table


def grid(
    results: Any, study: Any, measure: Measure, chosen_by: Measure | None = None, epoch: Epoch = None
) -> Answer:
    """Show a measure in every cell of a study, and find which cell is best by `chosen_by`.

    Gives the table `grid` (rows by the first axis, columns by the others), `mean` by cell, such as
    `mean["0.5 × 0.9"]`, and the ranking `best`, in which the best is compared with each other cell.
    """
    points = results.study(study)
    axes = [axis.replace("_", " ") for axis in points[0][0]]
    answer = mean(results, measure, study, epoch)
    means: dict[tuple[str, ...], Quantity] = {}
    for (point, _), cell_mean in zip(points, answer.mean.members.values(), strict=True):
        means[tuple(map(label_of, point.values()))] = cell_mean
    answer |= Answer(grid=_table(axes, means))
    if len(means) == 1:
        return answer
    samples = samples_by_group(results, chosen_by or measure, study, None, epoch)[""]
    return answer | Answer(best=rank(samples, chosen_by or measure, ", ".join(axes), only_best=True))


def _table(axes: list[str], means: dict[tuple[str, ...], Quantity]) -> Table:
    """Means by cell: a row for each value of the first axis, a column for each point of the others."""
    rows = list(dict.fromkeys(cell[0] for cell in means))
    points = list(dict.fromkeys(cell[1:] for cell in means))
    columns = [Column("name", axes[0].capitalize())]
    for point in points:
        title = ", ".join(f"{axis} {value}" for axis, value in zip(axes[1:], point, strict=True))
        columns.append(Column(", ".join(point), title))
    body = [[row, *(means[row, *point] for point in points)] for row in rows]
    return Table(columns, body)
