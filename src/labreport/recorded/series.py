"""Metrics that each have steps of their own, as rows: one for each step at which any was measured."""

from __future__ import annotations

from collections.abc import Mapping

from labreport.recorded.raw import Options, Row, bad
from labreport.suggest import did_you_mean

Series = Mapping[str, Mapping[int, float]]
"""Values by metric and step."""


def rows(where: str, series: Series, options: Options) -> tuple[Row, ...]:
    """The rows of a run by step, of the chosen metrics. Raises `UsageError` for one that it lacks."""
    if options.step:
        raise bad(where, f"step={options.step!r} is for tables; here the steps are in the files")
    chosen = list(series) if options.metrics is None else list(options.metrics)
    missing = [metric for metric in chosen if metric not in series]
    if missing:
        raise bad(
            where,
            f"the run never records {missing[0]!r}{did_you_mean(missing[0], series)} Leave the run out with "
            "where=, or the metric with metrics=",
        )
    steps = sorted({step for metric in chosen for step in series[metric]})
    return tuple(
        Row(where, {metric: series[metric][step] for metric in chosen if step in series[metric]}, step)
        for step in steps
    )


def by_step(entries: list[tuple[int, float]]) -> dict[int, float]:
    """Values by step, of entries in order of time; of two with one step, the later counts.

    Where all entries have one step, nobody gave them any: they are then numbered in order from 0.
    """
    steps = {step for step, _ in entries}
    if len(steps) == 1 and len(entries) > 1:
        return {position: value for position, (_, value) in enumerate(entries)}
    return dict(entries)
