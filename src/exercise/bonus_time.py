"""Bonus: what more epochs bring for the simple network, and whether the complex one is worth its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    EPOCH_SECONDS,
    EPOCH_TIME,
    LAST,
    TEST,
    TRAINING,
    VALIDATION,
    question,
    scaled,
    with_judged_interval,
)
from labreport import Answer, Quantity, Table, at, change, difference, fact, mean, number

if TYPE_CHECKING:
    from labreport.results import Results
    from labreport.stats import Fact

LONGER = SMALL_LONGER.epochs
MOMENTS = (10, 20, LAST, LONGER)
"""The epochs at which the simple network is read; the exercise asks for 20 and 50."""
COMPARED = (5, 20, LAST)
"""The epochs at which the complex network is compared with the simple one."""
PALM_DAYS, PALM_CHIPS = (1_200 + 336) / 24, 6_144
"""How many days PaLM was trained, in two stages, and on how many chips most of the time (Chowdhery et al.
2022).
"""


@question("What do 20 and 50 epochs bring, and when do returns diminish?", reads=at(MOMENTS, SMALL_LONGER))
def longer(results: Results) -> Answer:
    """The accuracy of `small` over the epochs, and when its validation loss is lowest."""
    to_20 = change(results, TEST, 10, 20, SMALL_LONGER).change
    to_50 = change(results, TEST, 20, LAST, SMALL_LONGER).change
    to_60 = change(results, TEST, LAST, LONGER, SMALL_LONGER).change
    gain_per_ten_epochs = {10: "", 20: to_20, LAST: scaled(to_50.quantity, 1 / 3), LONGER: to_60}
    rows = []
    for epoch in MOMENTS:
        row: list[Any] = [str(epoch)]
        for measure in (TRAINING, VALIDATION, TEST):
            row.append(mean(results[SMALL_LONGER], measure, epoch=epoch).mean)
        row.append(gain_per_ten_epochs[epoch])
        rows.append(row)
    columns = ("Epochs", "Training", "Validation", "Test", "Test gain per ten epochs")
    answer = Answer(to_20=to_20, to_50=to_50, to_60=to_60, moments=Table(columns, rows))

    runs = results[SMALL_LONGER]
    lowest = [losses.index(min(losses)) + 1 for losses in runs.curve("validation_loss")]
    over = max(lowest) < LONGER
    training = means(runs.curve("accuracy"))
    rises = training[LONGER - 1] > training[LAST - 1]
    return answer | Answer(
        first_low=number(min(lowest), exact=True),
        last_low=number(max(lowest), exact=True),
        over=fact(over, "the validation loss of small is lowest before epoch 60 in all runs"),
        still_training=fact(rises, "training accuracy is higher after 60 epochs than after 50"),
    )


@question(
    "How accurate is complex after 5, 20 and 50 epochs, and how long does it train?",
    reads=at(COMPARED, COMPLEX)
    + at((5, 10, 20, LAST), SMALL)
    + at(10, SMALL_MOMENTUM)
    + at(1, TIMES["complex"], TIMES["small"]),
)
def progress(results: Results) -> Answer:
    """`complex` compared with `small` after equal numbers of epochs, and the seconds of both."""
    complex_time = mean(results[TIMES["complex"]], EPOCH_SECONDS).mean
    small_time = mean(results[TIMES["small"]], EPOCH_SECONDS).mean
    ahead = {}
    reached = {}
    rows = []
    for epoch in COMPARED:
        compared = difference(results, TEST, COMPLEX, SMALL, epoch=epoch, family=len(COMPARED))
        ahead[f"after_{epoch}"] = compared.difference
        reached[f"after_{epoch}"] = compared.mean["complex"]
        row: list[Any] = [str(epoch), compared.mean["complex"], compared.mean["small"]]
        row.append(with_judged_interval(compared.difference))
        row.append(scaled(complex_time, epoch))
        row.append(scaled(small_time, epoch))
        rows.append(row)
    columns = ("Epochs", "complex", "small", "Difference", "complex, time", "small, time")
    longer_epoch = difference(results, EPOCH_TIME, TIMES["complex"], TIMES["small"]).difference
    ratio = longer_epoch.quantity
    times = number(ratio.value, ci=ratio.interval, n=ratio.n, source=ratio.source, null=1)
    early_momentum = difference(results, TEST, SMALL_MOMENTUM, SMALL, epoch=10).difference
    return Answer(
        ahead=Answer(**ahead),
        reached=Answer(**reached),
        times=times,
        shrinks=_is_clearly_less(ahead["after_20"].quantity, ahead["after_5"].quantity),
        compared=Table(columns, rows),
        longer_epoch=longer_epoch,
        early_momentum=early_momentum,
    )


def _is_clearly_less(later: Quantity, earlier: Quantity) -> Fact:
    """Whether the whole interval of the later lead is below that of the earlier; unknown without both."""
    truth = None
    if later.judged_high is not None and earlier.judged_low is not None:
        truth = later.judged_high < earlier.judged_low
    return fact(truth, "the interval of the lead after 20 epochs is below that after 5")


@question(
    "Was the extra complexity worth the additional training time?",
    reads=at((20, LAST), COMPLEX)
    + at(LAST, SMALL, SMALL_MOMENTUM, ONE_LAYER, WIDE)
    + at(LONGER, SMALL_LONGER)
    + at(1, TIMES["complex"], TIMES["small"]),
)
def worth(results: Results) -> Answer:
    """`complex` compared with `small` after about equal time, and with networks that differ in one thing."""
    others = {
        "sooner": (SMALL, LAST, "small, 50 epochs (complex: 20 epochs)"),
        "small_60": (SMALL_LONGER, LONGER, "small, 60 epochs"),
        "small_momentum": (SMALL_MOMENTUM, LAST, "small with momentum, 50 epochs"),
        "one_layer": (ONE_LAYER, LAST, "one layer of 170 nodes with momentum, 50 epochs"),
        "wide": (WIDE, LAST, "wide, 50 epochs"),
    }
    against = {}
    rows = []
    for name, (network, epoch, title) in others.items():
        own_epoch = 20 if name == "sooner" else LAST
        compared = difference(results, TEST, (COMPLEX, own_epoch), (network, epoch), family=len(others))
        against[name] = compared.difference
        complex_accuracy, other_accuracy = compared.mean.members.values()
        gap = with_judged_interval(compared.difference)
        rows.append([title, complex_accuracy, other_accuracy, gap])
    columns = ("Compared with", "complex", "The other", "Difference")
    complex_time = mean(results[TIMES["complex"]], EPOCH_SECONDS).mean
    small_time = mean(results[TIMES["small"]], EPOCH_SECONDS).mean
    share_of_time = 20 * complex_time.value / (LAST * small_time.value)
    about_half = 0.35 < share_of_time < 0.75
    return Answer(
        against=Answer(**against),
        fair=Table(columns, rows),
        sooner=with_judged_interval(against["sooner"]),
        half_time=fact(about_half, "20 epochs of complex take about half the time of 50 of small"),
    )


@question(
    "Would the complex network get even better with more time?",
    reads=at((LAST, COMPLEX_LONGER.epochs), COMPLEX_LONGER),
)
def more_time(results: Results) -> Answer:
    """The change over twenty more epochs, and whether anything was left to learn."""
    runs = results[COMPLEX_LONGER]
    accuracies = runs.values("training accuracy", LAST)
    losses = runs.values("training loss", LAST)
    gain = change(results, TEST, LAST, COMPLEX_LONGER.epochs, COMPLEX_LONGER, name="gain")
    return gain | Answer(
        more=number(COMPLEX_LONGER.epochs - LAST, unit="epochs", exact=True),
        learned=fact(min(accuracies) == 1, "after 50 epochs all training images are classified correctly"),
        tiny=fact(max(losses) < 0.001, "their training loss is below 0.001"),
    )


@question("How does this compare with weeks to months?", reads=TIMES["wide"])
def perspective(results: Results) -> Answer:
    """The training time of PaLM as a multiple of that of `wide` for 50 epochs, to two digits."""
    epoch_seconds = mean(results[TIMES["wide"]], EPOCH_SECONDS).mean
    total = scaled(epoch_seconds, LAST)
    times = PALM_DAYS * 24 * 3600 / float(total.value or 1)
    two_digits = float(f"{times:.2g}")
    first_run = results[TIMES["wide"]].runs[0]
    cores = first_run.provenance.get("cores", 1)
    return Answer(
        seconds=total,
        times=number(two_digits, method="64 days over the seconds of wide, to two digits"),
        days=number(PALM_DAYS, exact=True),
        chips=number(PALM_CHIPS, exact=True),
        cores=number(cores, exact=True),
    )
