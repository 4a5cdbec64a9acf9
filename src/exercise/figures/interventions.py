"""What each change to the deep networks does: one suspected cause changed, all else left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exercise.figures.reading import PERCENT, change, shape
from exercise.groups import DEEP, FEWER_LAYERS, GAIN, LONGER
from exercise.networks import Network
from labreport.charts import (
    SERIES,
    Drawing,
    Margins,
    Mark,
    Panel,
    column_figure,
    panel_title,
    plain_numbers,
    points,
    reference_line,
)
from labreport.claims import Answer
from labreport.results import Results, Runs

KINDS = (DEEP, GAIN, FEWER_LAYERS, LONGER)
"""As usual, then each change; one name a deep network."""

ABOVE_LABEL = 16.0
"""Points above a panel at which its title clears the threshold's label."""


def interventions(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """One panel a deep network, one row a change, one dot a seed."""
    threshold = answers["part-two.above-20"].quantities["threshold"].value
    kinds = [_labels(results, names) for names in zip(*KINDS, strict=True)]
    alike = all(labels == kinds[0] for labels in kinds)
    margins = Margins(left=24, right=4, top=12, between=6 if alike else 24)
    figure, panels = column_figure(45, columns=3, margins=margins)
    rows: list[list[str | int | float | None]] = []
    for panel, names, labels in zip(panels, zip(*KINDS, strict=True), kinds, strict=True):
        base = results[names[0]]
        for height, (name, label) in enumerate(zip(names, labels, strict=True)):
            runs = results[name]
            values = [PERCENT * value for value in runs.metric(runs.experiment.epochs, "test", "accuracy")]
            _row(panel, height, values, Mark(label, SERIES[0] if runs is base else SERIES[1]))
            words = label.replace("\n", ", ")
            rows += [
                [base.experiment.name, words, run.seed, round(value, 2)]
                for run, value in zip(runs, values, strict=True)
            ]
        _finish(panel, base, labels if panel is panels[0] or not alike else None)
        if threshold is not None:
            reference_line(panel, PERCENT * threshold, f"{PERCENT * threshold:g} %", vertical=True)
    return Drawing(
        figure,
        "dot plots, test accuracy of each deep network as usual and after each change",
        ["network", "change", "seed", "test accuracy, %"],
        rows,
    )


def _labels(results: Results, names: Sequence[str]) -> list[str]:
    """`as usual`, then what each of the others changes of the first."""
    base, *changed = (results[name].experiment for name in names)
    return ["as usual", *(change(base, experiment) for experiment in changed)]


def _row(panel: Panel, height: int, values: list[float], mark: Mark) -> None:
    points(panel, values, [float(height)] * len(values), mark, hollow=len(values) > 1)


def _finish(panel: Panel, base: Runs, labels: list[str] | None) -> None:
    network: Network = base.experiment.specification
    panel.set_xlim(0, PERCENT)
    panel.set_ylim(len(KINDS) - 0.5, -0.5)
    panel.set_xlabel("test accuracy, %")
    panel.set_xticks([0, 50, 100])
    panel.set_yticks(range(len(KINDS)), labels or [""] * len(KINDS))
    plain_numbers(panel.xaxis)
    panel_title(panel, shape(network), lift=ABOVE_LABEL)
