"""Which of several experiments is best, and what a metric does along the axis of a study."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labreport.errors import UsageError
from labreport.experiment import Study
from labreport.results import Results, Runs
from labreport.stats import Answer, Measure, sample, trend
from labreport.stats import ranking as ranked
from labreport.stats.findings import is_ahead
from labreport.stats.measure import measured
from labreport.stats.words import ordered


def ranking(results: Results, measure: Measure, epoch: int | None = None) -> Answer:
    """Rank the experiments that the question reads by the mean of `measure`, the best first.

    The finding `ranking` says who is first, who is level with it and who is behind. Quantities: `NAME.mean`,
    and `FIRST minus SECOND` for each pair. Raises `UsageError` for fewer than two experiments.
    """
    answer = ranked(results, measure, epoch)
    return replace(answer, facts={"prose": "answers/ranking.html", **order_of(answer, measure)})


def order_of(answer: Answer, measure: Measure) -> dict[str, Any]:
    """Facts for a table of a ranking: subjects in order, their titles, by how much each is behind the first.

    One that is ahead of it on the units that both have is not.
    """
    (finding,) = answer.findings.values()
    means = {name: answer.quantities[f"{finding.prefix}{name}.mean"].value for name in finding.subjects}
    lower = measure.better == "lower"
    known = ordered(means, lower=lower)
    order = [*known, *(name for name in finding.subjects if name not in known)]
    behind = {
        (set(part.subjects) - {order[0]}).pop(): part.quantity
        for part in finding.parts
        if order[0] in part.subjects and (not part.judgement.sign or is_ahead(part, order[0], lower))
    }
    titles = dict(zip(finding.subjects, finding.titles, strict=True))
    return {
        "measure": measure.name,
        "order": order,
        "titles": {name: titles[name] or name for name in order},
        "behind": behind,
    }


def effect(results: Results, study: Study | str, measure: Measure, epoch: int | None = None) -> Answer:
    """Find what `measure` does along the axis of a study that has one axis, step by step.

    The finding `trend` gives the difference of each step, and of the last value from the first, on which its
    judgement is. Quantities: `VALUE.mean` by value of the axis, `LATER minus EARLIER`. Raises `UsageError`
    for a study of another shape.
    """
    measure = measured(measure)
    axis, cells = cells_of(results, study)
    of = {
        str(value): replace(sample(runs, measure, epoch), title=str(value)) for value, runs in cells.items()
    }
    answer = trend(of, tuple(of), measure)
    facts = {"measure": measure.name, "axis": axis.replace("_", " "), "order": list(of)}
    return replace(answer, facts={"prose": "answers/effect.html", **facts})


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
