"""Maps of cells: means along two axes, and confusion matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.charts import layout, shades
from labreport.charts.builders.means import means_of_study, means_of_values
from labreport.charts.builders.parts import average_name, axis_title, make_drawing, printed_values
from labreport.charts.drawing import Drawing
from labreport.errors import refuse
from labreport.project import Experiment, Measure, Study
from labreport.results import Results
from labreport.stats.samples import Observations, as_table

if TYPE_CHECKING:
    import pandas


def heat_map(
    source: Observations,
    *what: Study | Measure | str,
    rows: str | None = None,
    columns: str | None = None,
    epoch: int | None = None,
) -> Drawing:
    """Draw means as a map of cells, along two axes of a study or by two columns of a table.

    It is called as `heat_map(results, study, measure)` or `heat_map(table, measure, rows=…, columns=…)`. The
    first axis of a study gives the rows, the others the columns.
    """
    match (source, *what):
        case (_, Measure() | str() as measure) if rows is not None and columns is not None:
            means = means_of_values(source, measure, columns, rows, epoch)
        case (Results() as results, Study() | str() as study, Measure() as measure):
            means = means_of_study(results, study, measure, epoch)
        case _:
            refuse("write heat_map(results, study, measure) or heat_map(table, measure, rows=…, columns=…)")
    frame = means.frame
    cells = frame.pivot(index="outer", columns="inner", values="mean")
    in_order = cells.reindex(index=frame.outer.unique(), columns=frame.inner.unique())
    caption = f"Each cell is the {average_name(means.measure)} of {axis_title(means.measure)}."
    return _draw_map(in_order, means.heads, means.title, caption)


def confusion(
    source: Observations,
    experiment: Experiment | str | None = None,
    truth: str = "truth",
    predicted: str = "predicted",
) -> Drawing:
    """Draw a confusion matrix of all runs together; each row, a true class, is in per cent of its items.

    `truth` and `predicted` are names of arrays of an experiment, shape (items,), or columns of a table.
    """
    import numpy as np
    import pandas

    if isinstance(source, Results):
        name = next(iter(source)) if experiment is None else experiment
        runs = source[name]
        title = f"what {runs.label} takes each class for"
        true = np.concatenate(runs.arrays(truth))
        taken_for = np.concatenate(runs.arrays(predicted))
    else:
        data = as_table(source)
        for column in (truth, predicted):
            data.check_column(column)
        title = "what each class is taken for"
        true = data.frame[truth].to_numpy()
        taken_for = data.frame[predicted].to_numpy()
    classes = np.unique(np.concatenate([true, taken_for]))
    counts = pandas.crosstab(true, taken_for).reindex(index=classes, columns=classes)
    occurring = counts.where(counts > 0)
    shares = 100 * occurring.div(counts.sum(axis=1), axis=0)
    caption = "Rows are the true classes, in per cent of their items; an empty cell never occurs."
    return _draw_map(shares, (truth, predicted), title, caption, low=0.0, high=100.0)


def _draw_map(
    cells: pandas.DataFrame, heads: tuple[str, str], title: str, caption: str, **limits: float
) -> Drawing:
    """Draw cells with their numbers; `heads` are the titles of rows and columns, `limits` those of shades."""
    rows = [str(row) for row in cells.index]
    columns = [str(column) for column in cells.columns]
    values = cells.to_numpy()
    texts = [printed_values(row, values.ravel()) for row in values]
    figure, (axes,) = layout.column_figure(18.5 + 7.5 * len(rows))
    shades.draw_cells(axes, values, texts, rows=rows, columns=columns, **limits)
    row_head, column_head = heads
    layout.y_title(axes, row_head.replace("_", " "))
    axes.set_xlabel(column_head.replace("_", " "))
    numbers = cells.set_axis(columns, axis=1)
    numbers.insert(0, row_head, rows, allow_duplicates=True)
    return make_drawing(figure, "heat map", numbers.reset_index(drop=True), title, caption)
