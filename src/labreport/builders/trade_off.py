"""Two measures against each other, such as time and accuracy, with the Pareto front."""

from __future__ import annotations

from labreport import charts
from labreport.builders.dots import LOGARITHMIC_FROM, axis_title, factor
from labreport.display import capitalized
from labreport.errors import UsageError
from labreport.results import Results
from labreport.stats import Measure, Quantity, mean, sample
from labreport.stats.measure import measured


def trade_off(
    results: Results, cost: Measure, quality: Measure, *, epoch: int | None = None
) -> charts.Drawing:
    """Draw the mean of `quality` of every experiment that the figure reads over its mean `cost`.

    The points on the Pareto front are filled: of no other experiment are both means at least as
    good, and one better, by the directions of the two measures. Thin lines are the intervals of the means. A
    cost that reaches over fifty times as far is on a logarithmic axis. An experiment without a number has no
    point. Raises `UsageError` where there is none, or a measure does not say which direction is better.
    """
    cost, quality = measured(cost), measured(quality)
    for one in (cost, quality):
        if not one.better:
            text = f"the measure {one.name!r} does not say which direction is better"
            raise UsageError(f"trade_off: {text}; give it better='higher' or better='lower'")
    of = [(sample(results[name], cost, epoch), sample(results[name], quality, epoch)) for name in results]
    found = [(one.title or one.name, mean(one, cost), mean(other, quality)) for one, other in of]
    points = [one for one in found if None not in (one[1].value, one[2].value)]
    if not points:
        raise UsageError("trade_off: no experiment has a number of both measures; there is nothing to draw")
    shown = [(title, _drawn(x, cost), _drawn(y, quality)) for title, x, y in points]
    signs = [1 if one.better == "higher" else -1 for one in (cost, quality)]
    scores = [(signs[0] * x[1], signs[1] * y[1]) for _, x, y in shown]
    front = [not any(_beats(other, own) for other in scores) for own in scores]

    ahead, behind = charts.SERIES[1], charts.SERIES[3]
    figure, (axes,) = charts.column_figure(62.0, margins=charts.Margins(left=12, right=30, bottom=12))
    every = [value for _, x, _ in shown for value in x]
    if min(every) > 0 and max(every) >= LOGARITHMIC_FROM * min(every):
        axes.set_xscale("log")
    axes.grid(True, axis="both")
    for title, style, wanted in (("on the front", ahead, True), ("behind it", behind, False)):
        some = sorted((x, y) for (_, x, y), on in zip(shown, front, strict=True) if on is wanted)
        mark = charts.Mark(title, style)
        for (left, x, right), (low, y, high) in some:
            axes.plot([left, right], [y, y], color=style.colour.value, linewidth=0.9, label="_interval")
            charts.interval_bars(axes, [x], [low], [high], mark)
            charts.points(axes, [x], [y], mark, hollow=not wanted)
    charts.plain_numbers(axes.xaxis)
    charts.plain_numbers(axes.yaxis)
    axes.set_xlabel(axis_title(cost))
    charts.y_title(axes, axis_title(quality))
    axes.autoscale_view()
    charts.direct_labels(
        axes,
        [
            charts.Label(title, x[1], y[1], (ahead if on else behind).colour)
            for (title, x, y), on in zip(shown, front, strict=True)
        ],
    )
    caption = (
        f"{capitalized(quality.name)} over {cost.name}. Each point has the means of an experiment, each thin "
        "line is a 95 % interval. Filled points are on the Pareto front: no other is as good in both."
    )
    return charts.Drawing(
        figure,
        f"scatter plot, {quality.name} over {cost.name}",
        ["experiment", axis_title(cost), axis_title(quality), "on the Pareto front"],
        [
            [title, float(f"{x[1]:.6g}"), float(f"{y[1]:.6g}"), "yes" if on else "no"]
            for (title, x, y), on in zip(shown, front, strict=True)
        ],
        caption,
    )


def _drawn(found: Quantity, measure: Measure) -> tuple[float, float, float]:
    """The ends of an interval and the mean between them, as drawn."""
    value, interval = found.value or 0.0, found.interval
    ends = (interval.low, value, interval.high) if interval else (value, value, value)
    low, middle, high = (factor(measure) * end for end in ends)
    return low, middle, high


def _beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether one is at least as good in both scores and not the same."""
    return one != other and one[0] >= other[0] and one[1] >= other[1]
