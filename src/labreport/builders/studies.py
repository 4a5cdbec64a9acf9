"""The effect of one axis of a study."""

from __future__ import annotations

from typing import Any

from labreport.builders.pairs import between, compare, mean
from labreport.claims import Answer, Quantity
from labreport.errors import UsageError
from labreport.experiment import Study
from labreport.results import Results, Runs


def effect(
    results: Results, study: Study | str, metric: str = "test accuracy", *, unit: str = "fraction"
) -> Answer:
    """What `metric` does along the axis of a study that has one axis, from its first value to its last.

    Claims: `rises`, that it is higher at the last value than at the first, and `still`, the same of the last
    value and the one before, so that a reader knows whether the effect continues; both compared seed by
    seed and corrected together. Quantities: `VALUE.mean` by value of the axis, and the differences.
    Raises `UsageError` for a study of another shape.
    """
    axis, cells = cells_of(results, study)
    samples = {
        str(value): dict(zip(runs.seeds, runs.values(metric), strict=True)) for value, runs in cells.items()
    }
    order = list(samples)
    first, before, last = order[0], order[-2], order[-1]
    pairs = list(dict.fromkeys([(last, first), (last, before)]))
    quantities, claims = compare(samples, pairs, unit, metric)
    means = {f"{value}.mean": mean(samples[value], unit, f"{axis}={value}, {metric}") for value in order}
    return Answer(
        {
            **means,
            **quantities,
            "seeds": Quantity(min(map(len, samples.values())), "seeds", metric),
        },
        {
            "rises": claims[between(last, first)],
            **({"still": claims[between(last, before)]} if before != first else {}),
        },
        {
            "prose": "answers/effect.html",
            "metric": metric,
            "axis": axis.replace("_", " "),
            "order": order,
            "first": first,
            "before": before,
            "last": last,
        },
    )


def cells_of(results: Results, study: Study | str) -> tuple[str, dict[Any, Runs]]:
    """The only axis of a study, and its cells by value."""
    points = results.study(study)
    name = study if isinstance(study, str) else study.name
    axes = list(points[0][0])
    if len(axes) != 1 or len(points) < 2:
        raise UsageError(
            f"study {name!r} has {len(axes)} axes and {len(points)} cells; the effect of an axis needs one "
            "axis with at least two values"
        )
    return axes[0], {point[axes[0]]: runs for point, runs in points}
