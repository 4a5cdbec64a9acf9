"""Part three: three hidden layers, and what makes the difference: layers, size or momentum."""

from __future__ import annotations

from typing import Any

from exercise.catalogue import (
    COMPLEX,
    COMPLEX_PLAIN,
    LEARNING,
    NETWORKS,
    ONE_LAYER,
    ONE_LAYER_PLAIN,
    RATES,
    SMALL,
    SMALL_MOMENTUM,
    TIMES,
    WIDE,
    WIDE_GENTLE,
    WITH_MOMENTUM,
    WITHOUT_MOMENTUM,
)
from exercise.figures import curves_complex, means, momentum_and_size, shape
from exercise.measures import (
    EPOCH,
    EPOCH_TIME,
    ERRORS,
    GOAL,
    LAST,
    SURE,
    SURE_ERRORS,
    TEST,
    TRAINING,
    VALIDATION,
    VALIDATION_LOSS,
    question,
)
from labreport import (
    Answer,
    Experiment,
    Measure,
    Table,
    at,
    average,
    change,
    count,
    difference,
    fact,
    number,
    ranking,
)

NOT_TRAINED = "–"


@question(
    "Is the network better than 92 % on validation and test data?",
    reads=(*at((EPOCH, LAST), COMPLEX), RATES),
    figures=curves_complex,
)
def goal(results: Any) -> Answer:
    """`complex` against the goal, when it passed it, and why its loss rises."""
    runs = results[COMPLEX]
    first_above = [_first_epoch_above_goal(curve) for curve in runs.curve("validation_accuracy")]
    losses = means(runs.curve("validation_loss"))
    lowest = losses.index(min(losses)) + 1
    return (
        _settings(results)
        | count(results, [COMPLEX], TEST, above=GOAL, epoch=LAST, name="on_test")
        | count(results, [COMPLEX], VALIDATION, above=GOAL, epoch=LAST, name="on_validation")
        | average(results, COMPLEX, TEST, epoch=LAST, name="test")
        | Answer(
            accuracy=_early_and_late(results, VALIDATION),
            loss=_early_and_late(results, VALIDATION_LOSS),
            errors=_early_and_late(results, ERRORS),
            sure=_early_and_late(results, SURE_ERRORS),
            asked=number(GOAL, unit="%", exact=True),
            almost=number(100 * SURE, unit="%", exact=True),
            passed=fact(max(first_above) <= 2, "it passes the goal in the first or second epoch"),
            lowest=number(lowest, exact=True),
            early_minimum=fact(lowest < LAST / 2, "validation loss is lowest before epoch 25"),
            loss_then=number(losses[lowest - 1], unit="nat", method="mean validation loss at its lowest"),
            loss_now=number(losses[-1], unit="nat", method="mean validation loss after 50 epochs"),
        )
    )


def _first_epoch_above_goal(accuracies: list[float]) -> int:
    for epoch, accuracy in enumerate(accuracies, 1):
        if 100 * accuracy > GOAL:
            return epoch
    return LAST


def _early_and_late(results: Any, measure: Any) -> Answer:
    """A measure of `complex` after ten epochs and after fifty, and its change."""
    return (
        average(results, COMPLEX, measure, epoch=EPOCH, name="early")
        | average(results, COMPLEX, measure, epoch=LAST, name="late")
        | Answer(change=change(results, measure, EPOCH, LAST, COMPLEX).change)
    )


def _settings(results: Any) -> Answer:
    """The settings of which those of `complex` were chosen, each by one run on validation data."""
    accuracies = {}
    for point, runs in results.study(RATES):
        accuracies[point["learning_rate"], point["momentum"]] = runs.values("validation accuracy")[0]
    rates = sorted({rate for rate, _ in accuracies})
    rows = []
    for rate in rates:
        without, with_momentum = (
            number(accuracies[rate, momentum], unit="fraction", n=1, method="one run after 10 epochs")
            for momentum in (0.0, 0.9)
        )
        rows.append([number(rate), without, with_momentum])
    chosen = COMPLEX.specification.learning_rate, COMPLEX.specification.momentum
    best, second, *_ = sorted(accuracies.values(), reverse=True)
    return Answer(
        settings=Table(("Learning rate", "No momentum", "Momentum 0.9"), rows),
        pairs=number(len(accuracies), exact=True),
        highest=fact(accuracies.get(chosen) == best, "no other setting has a higher validation accuracy"),
        lead=number(best - second, unit="points", n=1, method="the highest less the second highest"),
        fails=fact(accuracies[1.0, 0.9] < 0.2, "a rate of 1 with momentum 0.9 learns nothing"),
        low_is_slow=fact(
            accuracies[0.1, 0.0] < accuracies[0.5, 0.0] - 0.02,
            "without momentum, a rate of 0.1 is more than two points behind one of 0.5",
        ),
    )


@question(
    "Which network is the most accurate on test data?",
    reads=(*at(EPOCH, *NETWORKS), *at(LAST, *LEARNING), *TIMES.values()),
)
def best(results: Any) -> Answer:
    """All six networks after their last epoch, and how far the answers of two of them can be trusted."""
    rows = []
    for network in NETWORKS:
        epoch = network.epochs
        accuracies = [
            average(results, network, measure, epoch=epoch).average
            for measure in (TRAINING, VALIDATION, TEST)
        ]
        seconds = average(results, TIMES[network.name], EPOCH_TIME).average
        rows.append([network.name, str(epoch), *accuracies, seconds])
    columns = ("Network", "Epochs", "Training", "Validation", "Test", "Time of an epoch")
    return Answer(
        overview=Table(columns, rows),
        test=_averages(results, TEST, LEARNING),
        errors=_averages(results, ERRORS, (WIDE, COMPLEX)),
        sure=_averages(results, SURE_ERRORS, (WIDE, COMPLEX)),
        surer=difference(results, SURE_ERRORS, COMPLEX, WIDE, epoch=LAST).difference,
        lead=Answer(
            complex_wide=_lead(results, COMPLEX, WIDE, LAST, family=3),
            complex_small=_lead(results, COMPLEX, SMALL, LAST, family=3),
            wide_small=_lead(results, WIDE, SMALL, LAST, family=3),
        ),
        almost=number(100 * SURE, unit="%", exact=True),
    )


def _averages(results: Any, measure: Measure, networks: tuple[Experiment, ...]) -> Answer:
    """A measure of some networks after fifty epochs, by name."""
    averages = {}
    for network in networks:
        averages[network.name] = average(results, network, measure, epoch=LAST).average
    return Answer(**averages)


def _lead(results: Any, first: Any, second: Any, epoch: int, family: int) -> Any:
    """How far the first is ahead of the second on test data, judged as one of a family of comparisons."""
    return difference(results, TEST, first, second, epoch=epoch, family=family).difference


@question("Did the networks train for a similar number of epochs?", reads=at((EPOCH, LAST), *LEARNING))
def epochs(results: Any) -> Answer:
    """Who is ahead after the ten epochs of part one, and after fifty."""
    return ranking(results, TEST, epoch=EPOCH, name="early") | ranking(results, TEST, epoch=LAST, name="late")


@question(
    "What made the difference: layers, size or momentum?",
    reads=(
        *at(EPOCH, *WITHOUT_MOMENTUM, *WITH_MOMENTUM, WIDE_GENTLE),
        *at(LAST, SMALL, WIDE, SMALL_MOMENTUM, ONE_LAYER, COMPLEX),
    ),
    figures=momentum_and_size,
)
def layers(results: Any) -> Answer:
    """Four shapes with momentum and without: what each of the three changes when only it is changed."""
    rows = []
    momentum = {}
    names = ("small", "one_layer", "complex", "wide")
    for name, plain, moved in zip(names, WITHOUT_MOMENTUM, WITH_MOMENTUM, strict=True):
        row: list[Any] = [shape(plain), f"{plain.specification.parameters:,}"]
        for epoch in (EPOCH, LAST):
            for network in (plain, moved):
                trained = epoch <= network.epochs
                row.append(average(results, network, TEST, epoch=epoch).average if trained else NOT_TRAINED)
        rows.append(row)
        momentum[name] = _lead(results, moved, plain, EPOCH, family=5)
    columns = (
        "Hidden layers",
        "Parameters",
        "10 epochs",
        "10, with momentum",
        "50 epochs",
        "50, with momentum",
    )
    return Answer(
        shapes=Table(columns, rows),
        momentum=Answer(**momentum),
        gentle=_lead(results, WIDE_GENTLE, WIDE, EPOCH, family=5),
        rate=number(WIDE_GENTLE.specification.learning_rate),
        late_momentum=_lead(results, SMALL_MOMENTUM, SMALL, LAST, family=1),
        more_nodes=_lead(results, WIDE, SMALL, LAST, family=2),
        more_nodes_momentum=_lead(results, ONE_LAYER, SMALL_MOMENTUM, LAST, family=2),
        three=Answer(
            early=_lead(results, COMPLEX_PLAIN, ONE_LAYER_PLAIN, EPOCH, family=3),
            early_momentum=_lead(results, COMPLEX, ONE_LAYER, EPOCH, family=3),
            late_momentum=_lead(results, COMPLEX, ONE_LAYER, LAST, family=3),
        ),
    )
