"""Maps of cells: means by two axes, and what is taken for what."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from labreport.charts import layout, shades
from labreport.charts.builders.groups import Observations, groups_of_study, groups_of_values
from labreport.charts.builders.parts import (
    average_name,
    axis_title,
    drawing,
    label_room,
    printed_value,
    rounded,
)
from labreport.charts.svg import Drawing
from labreport.errors import refuse
from labreport.project import Data, Experiment, table


def heat_map(
    source: Observations,
    *what: Any,
    rows: str | None = None,
    columns: str | None = None,
    epoch: int | None = None,
) -> Drawing:
    """Draw means as a map of cells, of `results, study, measure` or `table, measure, rows=…, columns=…`.

    The first axis of a study gives the rows, all others the columns.
    """
    if rows is not None and columns is not None and len(what) == 1:
        groups = groups_of_values(source, what[0], columns, rows, epoch)
    elif len(what) == 2 and isinstance(source, Mapping):
        groups = groups_of_study(source, *what, epoch)
    else:
        refuse("write heat_map(results, study, measure) or heat_map(table, measure, rows=…, columns=…)")
    down, along = groups.names(0), groups.names(1)
    values = []
    for row in down:
        means = {column: group.mean for column, group in groups.along(row).items()}
        values.append([means.get(column, math.nan) for column in along])
    heads = [head for head in groups.heads if head]
    title = f"{groups.measure.label} by {' and '.join(heads)}"
    note = f"Each cell is the {average_name(groups.measure)} of {axis_title(groups.measure)}."
    return _draw_map(values, down, along, groups.heads, title, note)


def confusion(
    source: Observations,
    experiment: Experiment | str | None = None,
    truth: str = "truth",
    predicted: str = "predicted",
) -> Drawing:
    """Draw what is taken for what, in per cent of the items of each class (row), all runs together.

    `truth` and `predicted` are arrays of an experiment, shape (items,), or columns of a table.
    """
    import numpy as np
    import pandas

    if isinstance(source, Mapping):
        runs = source[next(iter(source)) if experiment is None else experiment]
        title = f"what {runs.label} takes each class for"
        true = np.concatenate(runs.arrays(truth))
        taken_for = np.concatenate(runs.arrays(predicted))
    else:
        data = source if isinstance(source, Data) else table(source)
        for column in (truth, predicted):
            data.check_column(column)
        title = "what each class is taken for"
        true = data.frame[truth].to_numpy()
        taken_for = data.frame[predicted].to_numpy()
    classes = np.unique(np.concatenate([true, taken_for]))
    counts = pandas.crosstab(true, taken_for).reindex(index=classes, columns=classes)
    occurring = counts.where(counts > 0)
    shares = 100 * occurring.div(counts.sum(axis=1), axis=0)
    names = [str(name) for name in classes]
    note = "Rows are the true classes, in per cent of their items; an empty cell never occurs."
    values = shares.to_numpy().tolist()
    return _draw_map(values, names, names, (truth, predicted), title, note, low=0.0, high=100.0)


def _draw_map(
    values: Sequence[Sequence[float]],
    rows: list[str],
    columns: list[str],
    heads: Sequence[str],
    title: str,
    note: str,
    **limits: float,
) -> Drawing:
    """Draw `values` (rows × columns) with their numbers; `limits` are those of the shades."""
    margins = layout.Margins(left=label_room(rows))
    height = 18.5 + 7.5 * len(rows)
    figure, (axes,) = layout.column_figure(height, margins=margins)
    finite = [value for line in values for value in line if math.isfinite(value)]
    texts = []
    table_rows: list[list[Any]] = []
    for row, line in zip(rows, values, strict=True):
        texts.append([printed_value(value, finite) for value in line])
        numbers = [rounded(value) for value in line]
        table_rows.append([row, *numbers])
    shades.heat_map(axes, values, texts, rows=rows, columns=columns, **limits)
    y_name, x_name = (head.replace("_", " ") for head in heads)
    layout.y_title(axes, y_name)
    axes.set_xlabel(x_name)
    return drawing(figure, "heat map", [heads[0], *columns], table_rows, title, note)
