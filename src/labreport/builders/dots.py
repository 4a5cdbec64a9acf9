"""One dot for each seed of each experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.builders.pairs import axis_title
from labreport.results import Results

if TYPE_CHECKING:
    from labreport.charts import Drawing

ROW_MM = 9.0
"""Height of an experiment's row."""


def dots(
    results: Results, metric: str = "test accuracy", *, unit: str = "fraction", epoch: int | None = None
) -> Drawing:
    """`metric` of every experiment that the figure reads: a dot for each seed, a line at the mean.

    At the snapshot of `epoch`, or else at the last one.
    """
    from labreport.charts import SERIES, Drawing, Margins, column_figure, plain_numbers

    names = results.experiments
    titles = [results[name].experiment.title or name for name in names]
    room = 6.0 + 1.75 * max(map(len, titles))
    figure, (axes,) = column_figure(
        14.0 + ROW_MM * len(names), margins=Margins(left=min(room, 50.0), top=4.0, bottom=10.0)
    )
    factor = 100.0 if unit == "fraction" else 1.0
    rows: list[list[str | int | float | None]] = []
    for place, name in enumerate(names):
        runs = results[name]
        values = [factor * value for value in runs.values(metric, epoch)]
        for seed, value in zip(runs.seeds, values, strict=True):
            rows.append([titles[place], seed, round(value, 4)])
        spread = [place + 0.5 * (index / max(len(values) - 1, 1) - 0.5) for index in range(len(values))]
        axes.plot(
            values,
            spread,
            linestyle="none",
            marker="o",
            markersize=3.4,
            alpha=0.6,
            color=SERIES[1].colour.value,
            label=f"_{titles[place]}",
            clip_on=False,
        )
        middle = sum(values) / len(values)
        axes.plot([middle, middle], [place - 0.36, place + 0.36], color=SERIES[0].colour.value, linewidth=1.6)
    axes.set_yticks(range(len(names)), titles)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    plain_numbers(axes.xaxis)
    axes.set_xlabel(axis_title(metric, unit))
    return Drawing(
        figure,
        "dot plot",
        ["experiment", "seed", metric],
        rows,
        f"{metric.capitalize()}, seed by seed. Each dot is a seed, each upright line the mean of its row.",
    )
