"""Bonus: what more epochs bring the simple network, and whether the complex one is worth its time."""

from __future__ import annotations

from typing import Any

from exercise.catalogue import (
    COMPLEX,
    COMPLEX_LONGER,
    ONE_LAYER,
    SMALL,
    SMALL_LONGER,
    SMALL_MOMENTUM,
    TIMES,
    WIDE,
)
from exercise.figures import means
from exercise.measures import (
    LAST,
    TEST,
    TRAINING,
    VALIDATION,
    cores,
    epoch_seconds,
    question,
    range_of_seconds,
    seconds,
    total_seconds,
)
from labreport import Answer, Table, at, change, difference, fact, mean, number

MOMENTS = (10, 20, 50, 60)
"""Epochs at which the simple network is looked at; the exercise asks for 20 and 50."""
COMPARED = (5, 20, 50)
"""Epochs after which the exercise compares the complex network with the simple one."""
PALM_DAYS, PALM_CHIPS = (1_200 + 336) / 24, 6_144
"""How long PaLM was trained, in two stages, and on how many chips for most of it (Chowdhery et al. 2022)."""


@question("What do 20 and 50 epochs bring, and when do returns diminish?", reads=at(MOMENTS, SMALL_LONGER))
def longer(results: Any) -> Answer:
    """Accuracy of `small` from epoch to epoch, and when its validation loss is lowest."""
    name, runs = SMALL_LONGER.name, results[SMALL_LONGER]
    gains = {
        "to_20": change(results, TEST, 10, 20, name).change,
        "to_50": change(results, TEST, 20, 50, name).change,
        "to_60": change(results, TEST, 50, 60, name).change,
    }
    rows = [
        [
            str(epoch),
            *(mean(results, one, epoch=epoch).mean[name] for one in (TRAINING, VALIDATION, TEST)),
            gain,
        ]
        for epoch, gain in zip(MOMENTS, ("", *gains.values()), strict=True)
    ]
    columns = ("Epochs", "Training", "Validation", "Test", "Gain on test data")
    first, second, _ = (float(gain.quantity.value or 0) for gain in gains.values())
    lowest = [curve.index(min(curve)) + 1 for curve in runs.curve("validation_loss")]
    training = means(runs.curve("accuracy"))
    return Answer(
        **gains,
        moments=Table(columns, rows),
        slower=fact(second < first, "thirty epochs after the twentieth bring less than the ten before them"),
        first_low=number(min(lowest), exact=True),
        last_low=number(max(lowest), exact=True),
        over=fact(max(lowest) < 60, "the validation loss of small is lowest before epoch 60 in every run"),
        still_training=fact(
            training[59] > training[49], "training accuracy is higher after 60 epochs than after 50"
        ),
    )


@question(
    "How accurate is complex after 5, 20 and 50 epochs, and how long does it train?",
    reads=(
        *at(COMPARED, COMPLEX),
        *at((5, 10, 20, 50), SMALL),
        *at(10, SMALL_MOMENTUM),
        TIMES["complex"],
        TIMES["small"],
    ),
)
def progress(results: Any) -> Answer:
    """`complex` against `small` after as many epochs, and the seconds of both."""
    found, rows = {}, []
    for epoch in COMPARED:
        both = difference(results, TEST, COMPLEX, SMALL, epoch=epoch, family=len(COMPARED))
        time = {name: total_seconds(results, name, epoch) for name in ("complex", "small")}
        found[f"after_{epoch}"] = Answer(ahead=both.difference, **time)
        rows.append(
            [
                str(epoch),
                both.mean["complex"],
                both.mean["small"],
                both.difference,
                *(range_of_seconds(results, each, epoch) for each in time),
            ]
        )
    columns = ("Epochs", "complex", "small", "Difference", "Seconds, complex", "Seconds, small")
    middle = {name: float(epoch_seconds(results, name).value or 0) for name in ("complex", "small")}
    return Answer(
        **found,
        compared=Table(columns, rows),
        ratio=number(
            middle["complex"] / middle["small"], unit="times", method="median epoch over median epoch"
        ),
        slower=fact(middle["complex"] > middle["small"], "the median epoch of complex is the longer one"),
        early_momentum=difference(results, TEST, SMALL_MOMENTUM, SMALL, epoch=10).difference,
        timed=number(len(seconds(results, "complex")), exact=True),
    )


@question(
    "Was the extra complexity worth the additional training time?",
    reads=(
        *at((20, LAST), COMPLEX),
        *at((LAST, 60), SMALL_LONGER),
        *at(LAST, SMALL_MOMENTUM, ONE_LAYER, WIDE),
        *(TIMES[name] for name in ("complex", "small", "wide", "one-layer")),
    ),
)
def worth(results: Any) -> Answer:
    """`complex` against `small` with more and with less time, and against what differs in one thing."""
    total = {name: total_seconds(results, name, LAST) for name in ("complex", "small", "wide", "one-layer")}
    less, more = total_seconds(results, "complex", 20), total_seconds(results, "small", 60)

    def ahead(other: Any, mine: int = LAST, theirs: int = LAST, family: int = 1) -> Answer:
        return difference(results, TEST, (COMPLEX, mine), (other, theirs), family=family)

    others = {
        SMALL_MOMENTUM: "small, equal momentum",
        ONE_LAYER: "one layer of 170, equal momentum and size",
        WIDE: "wide",
    }
    against = {one.name: ahead(one, family=len(others)) for one in others}
    early, late = ahead(SMALL_LONGER, mine=20), ahead(SMALL_LONGER, theirs=60)
    compared = [(early, "small (complex: 20 epochs)"), (late, "small, 60 epochs")]
    compared += [(against[one.name], words) for one, words in others.items()]
    rows = [[words, *found.mean.members.values(), found.difference] for found, words in compared]
    columns = ("Compared with", "complex", "The other", "Difference")
    before = float(less.value or 0) < float(total["small"].value or 0)
    return Answer(
        early=early.difference,
        late=late.difference,
        against=Answer(**{name: found.difference for name, found in against.items()}),
        fair=Table(columns, rows),
        seconds=Answer(**total),
        less=less,
        more=more,
        quicker=fact(
            float(total["complex"].value or 0) < float(total["wide"].value or 0),
            "the median epoch of complex is shorter than that of wide",
        ),
        sooner=fact(before, "20 epochs of complex take less time than 50 of small"),
    )


@question("Would the complex network get even better with more time?", reads=at((LAST, 100), COMPLEX_LONGER))
def more_time(results: Any) -> Answer:
    """What the second fifty epochs change, and what there was left to learn."""
    runs = results[COMPLEX_LONGER]
    trained = runs.values("training accuracy", LAST)
    return change(results, TEST, LAST, 100, COMPLEX_LONGER, name="gain") | Answer(
        learned=fact(min(trained) == 1, "after 50 epochs every run reads all training images"),
        tiny=fact(max(runs.values("training loss", LAST)) < 0.001, "their training loss is below 0.001"),
    )


@question("How does this compare with weeks to months?", reads=TIMES["wide"])
def perspective(results: Any) -> Answer:
    """How many times as long as `wide` for 50 epochs PaLM was trained, to two digits."""
    total = total_seconds(results, "wide", LAST)
    times = PALM_DAYS * 24 * 3600 / float(total.value or 1)
    return Answer(
        seconds=total,
        times=number(float(f"{times:.2g}"), method="64 days over the seconds of wide, to two digits"),
        days=number(PALM_DAYS, exact=True),
        chips=number(PALM_CHIPS, exact=True),
        cores=cores(results),
    )
