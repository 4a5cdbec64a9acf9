"""A report on runs that were made elsewhere: three settings of a classifier, four seeds each."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import mean

from labreport.builders.pairs import compare

from labreport import Answer, Project, Results, Words, figure, question, section
from labreport.builders.compare import ranked
from labreport.charts import Drawing
from labreport.recorded import curves, facts, final_values, recorded_groups

RUNS = recorded_groups("runs/{name}-{seed}.csv", parameters=("learning_rate",))
METRIC = "test/accuracy"
HALF = 10
"""The epoch with which the last one is compared."""


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
    """The last values, compared pair by pair; settings whose runs all diverged are left out."""
    finals = {name: final_values(runs, METRIC) for name, runs in results.items()}
    finals = {name: values for name, values in finals.items() if values}
    titles = {name: f"{name} setting" for name in finals}
    answer = ranked(finals, "test accuracy", "fraction", titles, "answers/ranking.html")
    return replace(answer, facts={**answer.facts, "uneven": facts(*results.values())})


@question("Do longer trainings help?", reads=RUNS.values(), template="questions/longer.html")
def longer(results: Results) -> Answer:
    """What the second half of the training brings, over the runs that have one."""
    samples: dict[str, dict[int, float]] = {}
    settings: dict[str, str] = {}
    for name, runs in results.items():
        points = {seed: dict(found) for seed, found in curves(runs, METRIC).items()}
        both = {seed: found for seed, found in points.items() if HALF in found and max(found) > HALF}
        if both:
            settings[f"{name} minus half of {name}"] = name
            samples[name] = {seed: found[max(found)] for seed, found in both.items()}
            samples[f"half of {name}"] = {seed: found[HALF] for seed, found in both.items()}
    pairs = [(name, f"half of {name}") for name in settings.values()]
    quantities, claims = compare(samples, pairs, "fraction", METRIC)
    helped = [key for key in settings if claims[key].supported]
    uneven = facts(*results.values())
    return Answer(quantities, claims, {"settings": settings, "helped": helped, "uneven": uneven})


project = Project(
    "Recorded runs",
    subtitle="Learning rates, read from files",
    sections=(section("Settings", best, longer),),
    words=Words(run="setting", item="image", category="digit"),
)
