"""The simple network for 20 and 50 epochs, and what each ten epochs bring."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from exercise.catalogue import SMALL, SMALL_LONGER
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.curves import small_curves
from exercise.measuring.measures import (
    RECORDED,
    SPLITS,
    TEST,
    accuracy,
    declared,
    loss,
    seeds_of,
)
from exercise.measuring.reading import PERCENT
from labreport import charts
from labreport.experiment import required
from labreport.outline import figure, question
from labreport.results import Results
from labreport.stats import Answer, exact, trend
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.condition import every

MOMENTS = (10, 20, 50)
"""Epochs after which the simple network is looked at."""
WINDOW = 10
"""Epochs over which a gain is measured; single epochs jitter."""
STEPS = tuple(range(WINDOW, SMALL_LONGER.epochs + 1, WINDOW))
AFTER = {"early": 20, "late": 50}
"""Epochs after which the exercise asks whether returns have diminished."""


@question(
    "What do 20 and 50 epochs bring the simple network over 10?",
    slug="bonus.longer",
    reads=SMALL,
    requires=required(SMALL, *MOMENTS),
    figures=(small_curves,),
    checks=[(f"{epoch}.mean", checked_accuracy(SMALL, epoch)) for epoch in MOMENTS],
)
def longer(results: Results) -> Answer:
    """Accuracy and loss of the simple network after 10, 20 and 50 epochs."""
    runs = results[SMALL.name]
    quantities = {"seeds": seeds_of(runs)}
    for epoch in MOMENTS:
        quantities[f"at-{epoch}.epochs"] = declared(epoch, "epochs", "exercise")
        for name in SPLITS:
            quantities[f"at-{epoch}.{name}_accuracy"] = accuracy(runs, epoch, name)
        quantities[f"at-{epoch}.validation_loss"] = loss(runs, epoch, "validation")
    answer = Answer(quantities, facts={"rows": [f"at-{epoch}" for epoch in MOMENTS]})
    losses = [quantities[f"at-{epoch}.validation_loss"] for epoch in MOMENTS]
    answer |= exact("loss-falls", every(*(condition(one, "<", before) for before, one in pairwise(losses))))
    return answer | trend(results, MOMENTS, TEST, of=SMALL)


@figure(answers=("bonus.diminishing",))
def gain_per_epoch(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """A bar for what each ten epochs add to validation accuracy."""
    answer = answers["bonus.diminishing"]
    gains = [answer.quantities[name] for name in answer.facts["gains"]]
    ends = [float(end) for end in STEPS[1:]]
    means = [PERCENT * float(gain.value or 0) for gain in gains]
    figure, (panel,) = charts.column_figure(38, margins=charts.Margins(left=11, right=4, top=8))
    gained = charts.Mark(f"gain over {WINDOW} epochs", charts.SERIES[1])
    charts.bars(panel, ends, means, gained, standing_out=gained, at=None, width=0.6 * WINDOW)
    limits = [gain.interval for gain in gains]
    ink = charts.Mark("interval", charts.SERIES[3])
    known = [(PERCENT * one.low, PERCENT * one.high) for one in limits if one is not None]
    if len(known) == len(ends):
        charts.interval_bars(panel, ends, [low for low, _ in known], [high for _, high in known], ink)
    panel.set_xlim(ends[0] - WINDOW, ends[-1] + 1.8 * WINDOW)
    panel.axhline(0.0, color=charts.Colour.INK.value, linewidth=0.6)
    charts.plain_numbers(panel.yaxis)
    panel.set_xticks(ends, [f"{end - WINDOW + 1:.0f}–{end:.0f}" for end in ends])
    panel.set_xlabel("epochs")
    charts.y_title(panel, "Gain in validation accuracy, percentage points")
    return charts.Drawing(
        figure,
        "bar chart, gain in validation accuracy by ranges of epochs",
        ["up to epoch", f"gain over {WINDOW} epochs, points", "low", "high"],
        [
            [int(end), round(mean, 3), *(_ends(one) if one else (None, None))]
            for end, mean, one in zip(ends, means, limits, strict=True)
        ],
    )


def _ends(interval: object) -> tuple[float, float]:
    low, high = (PERCENT * getattr(interval, end) for end in ("low", "high"))
    return round(low, 3), round(high, 3)


@question(
    "Have returns diminished after 20 epochs, and after 50?",
    slug="bonus.diminishing",
    reads=SMALL_LONGER,
    requires=required(SMALL_LONGER, epochs=SMALL_LONGER.epochs),
    figures=(gain_per_epoch,),
    checks=[
        (
            "20 minus 10",
            " - ".join(checked_accuracy(SMALL_LONGER, epoch, "validation") for epoch in (20, 10)),
        )
    ],
)
def diminishing(results: Results) -> Answer:
    """What each ten epochs add to validation accuracy, and whether that is less than the first of them added.

    It is clearly less where the intervals are apart.
    """
    answer = trend(results, STEPS, RECORDED, of=SMALL_LONGER)
    names = [f"{later} minus {earlier}" for earlier, later in pairwise(STEPS)]
    first, *others = (answer.quantities[name] for name in names)
    after = {far: f"{epoch + WINDOW} minus {epoch}" for far, epoch in AFTER.items()}
    more = {
        "window": declared(WINDOW, "epochs", "chosen"),
        "seeds": seeds_of(results[SMALL_LONGER.name]),
        **{far: declared(epoch, "epochs", "exercise") for far, epoch in AFTER.items()},
        **{
            f"{name}.{end}": declared(epoch, "", "chosen")
            for name, (earlier, later) in zip(names, pairwise(STEPS), strict=True)
            for end, epoch in (("first", earlier + 1), ("last", later))
        },
    }
    answer |= Answer(more, facts={"gains": names, "first": names[0], **after})
    for far, name in after.items():
        later = answer.quantities[name]
        if later.interval is not None and first.interval is not None:
            less = condition(later.interval.high, "<", first.interval.low)
        else:
            less = condition(later, "<", first)
        answer |= exact(f"after-{far}", less)
    return answer | exact("diminish", every(*(condition(one, "<", first) for one in others)))
