"""What each change to the deep networks does: one suspected cause changed, all else left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exercise.catalogue import DEEP, FEWER_LAYERS, GAIN, LONGER
from exercise.measuring.reading import PERCENT, change
from exercise.part_two.above_20 import above_20
from labreport import charts
from labreport.experiment import LAST, Experiment, required
from labreport.outline import figure
from labreport.results import Results, Runs
from labreport.stats import Answer

KINDS = (DEEP, GAIN, FEWER_LAYERS, LONGER)
"""As usual, then each change; one experiment a deep network."""

ABOVE_LABEL = 16.0
"""Points above a panel at which its title clears the threshold's label."""


@figure(
    reads=(*DEEP, *GAIN, *FEWER_LAYERS, *LONGER),
    requires=required((*DEEP, *GAIN, *FEWER_LAYERS, *LONGER), LAST),
    answers=(above_20,),
)
def interventions(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """One panel a deep network, one row a change, one dot a seed."""
    threshold = answers[above_20.slug].quantities["test.threshold"].value
    kinds = [_labels(results, group) for group in zip(*KINDS, strict=True)]
    alike = all(labels == kinds[0] for labels in kinds)
    margins = charts.Margins(left=24, right=4, top=12, between=6 if alike else 24)
    figure, panels = charts.column_figure(45, columns=3, margins=margins)
    rows: list[list[str | int | float | None]] = []
    for panel, group, labels in zip(panels, zip(*KINDS, strict=True), kinds, strict=True):
        base = results[group[0]]
        for height, (network, label) in enumerate(zip(group, labels, strict=True)):
            runs = results[network]
            values = [PERCENT * value for value in runs.metric(runs.experiment.epochs, "test", "accuracy")]
            _row(
                panel,
                height,
                values,
                charts.Mark(label, charts.SERIES[0] if runs is base else charts.SERIES[1]),
            )
            words = label.replace("\n", ", ")
            rows += [
                [base.experiment.name, words, run.seed, round(value, 2)]
                for run, value in zip(runs, values, strict=True)
            ]
        _finish(panel, base, labels if panel is panels[0] or not alike else None)
        if threshold is not None:
            charts.reference_line(panel, PERCENT * threshold, f"{PERCENT * threshold:g} %", vertical=True)
    return charts.Drawing(
        figure,
        "dot plots, test accuracy of each deep network as usual and after each change",
        ["network", "change", "seed", "test accuracy, %"],
        rows,
    )


def _labels(results: Results, group: Sequence[Experiment]) -> list[str]:
    """`as usual`, then what each of the others changes of the first."""
    base, *changed = (results[one].experiment for one in group)
    return ["as usual", *(change(base, experiment) for experiment in changed)]


def _row(panel: charts.Panel, height: int, values: list[float], mark: charts.Mark) -> None:
    charts.points(panel, values, [float(height)] * len(values), mark, hollow=len(values) > 1)


def _finish(panel: charts.Panel, base: Runs, labels: list[str] | None) -> None:
    panel.set_xlim(0, PERCENT)
    panel.set_ylim(len(KINDS) - 0.5, -0.5)
    panel.set_xlabel("test accuracy, %")
    panel.set_xticks([0, 50, 100])
    panel.set_yticks(range(len(KINDS)), labels or [""] * len(KINDS))
    charts.plain_numbers(panel.xaxis)
    charts.panel_title(panel, base.experiment.name, lift=ABOVE_LABEL)
