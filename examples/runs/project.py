"""A report on runs that were made elsewhere: three settings of a classifier, four seeds each."""

from __future__ import annotations

import math
from statistics import mean

from labreport import Answer, Measure, Project, Results, Words, figure, question, ranking, section
from labreport.charts import Drawing
from labreport.recorded import curves, facts, recorded_groups
from labreport.stats import difference

RUNS = recorded_groups("runs/{name}-{seed}.csv", parameters=("learning_rate",))
METRIC = "test/accuracy"
ACCURACY = Measure("test accuracy", unit="%", margin=1, because="less is not worth another setting")
HALF, LAST = 10, 20
"""The epochs that are compared."""


@figure(reads=RUNS.values(), slug="curves")
def by_epoch(results: Results) -> Drawing:
    """Accuracy by epoch, the mean over the seeds that got so far."""
    from labreport.charts import (
        SERIES,
        Margins,
        Mark,
        column_figure,
        curve,
        label_line_ends,
        named_curves,
        note_truncated,
        whole_numbers,
        y_title,
    )

    drawing, (panel,) = column_figure(50.0, margins=Margins(left=9, right=17, top=7))
    rows: list[list[str | int | float]] = []
    lowest = 100.0
    for position, (name, runs) in enumerate(results.items()):
        measured: dict[int, list[float]] = {}
        for points in curves(runs, METRIC).values():
            for epoch, value in points:
                measured.setdefault(epoch, []).append(100 * value)
        means = {epoch: mean(values) for epoch, values in sorted(measured.items())}
        lowest = min(lowest, *means.values())
        curve(panel, list(means), list(means.values()), Mark(name, SERIES[position]))
        rows += [[name, epoch, round(value, 2)] for epoch, value in means.items()]
    panel.set_ylim(10 * math.floor(lowest / 10), 100)
    panel.set_xlabel("Epoch")
    y_title(panel, "Test accuracy, %")
    whole_numbers(panel.xaxis)
    label_line_ends(panel, named_curves(panel))
    note_truncated(panel)
    caption = "Accuracy on test images by epoch. Mean over the seeds of each setting."
    return Drawing(drawing, "line chart", ["setting", "epoch", "accuracy, %"], rows, caption)


@question("Which setting is the best?", reads=RUNS.values(), figures=(by_epoch,))
def best(results: Results) -> Answer:
    """The last values, compared pair by pair; runs that diverged are counted."""
    return ranking(results, ACCURACY) | Answer(facts={"uneven": facts(*results.values())})


@question("Do longer trainings help?", reads=RUNS.values(), template="questions/longer.html")
def longer(results: Results) -> Answer:
    """What the second half of the training brings."""
    answer = Answer(facts={"settings": list(results), "uneven": facts(*results.values())})
    for name in results:
        answer |= difference(results, name, name, ACCURACY, LAST, HALF, name=name)
    return answer


project = Project(
    "Recorded runs",
    subtitle="Learning rates, read from files",
    sections=(section("Settings", best, longer),),
    words=Words(run="training", item="image", category="digit"),
)
