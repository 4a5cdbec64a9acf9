"""Part three: three hidden layers, and what makes the difference: layers, size or momentum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    WITH_MOMENTUM,
    WITHOUT_MOMENTUM,
)
from exercise.figures import curves_complex, means, momentum_and_size, shape
from exercise.measures import (
    EPOCH,
    EPOCH_SECONDS,
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
    with_judged_interval,
)
from labreport import (
    Answer,
    Experiment,
    Quantity,
    Table,
    at,
    change,
    count,
    difference,
    fact,
    mean,
    number,
    ranking,
)

if TYPE_CHECKING:
    from labreport import Measure
    from labreport.results import Results
    from labreport.stats import Difference, Fact


@question(
    "Is the network better than 92 % on validation and test data?",
    reads=at((EPOCH, LAST), COMPLEX) + at(EPOCH, RATES),
    figures=curves_complex,
)
def goal(results: Results) -> Answer:
    """`complex` compared with the goal, when it exceeded the goal, and why its loss rises."""
    answer = count(results, [COMPLEX], TEST, above=GOAL, epoch=LAST, name="on_test")
    answer |= count(results, [COMPLEX], VALIDATION, above=GOAL, epoch=LAST, name="on_validation")
    answer |= mean(results[COMPLEX], TEST, epoch=LAST, name="test")
    answer |= _settings(results)
    answer |= _lowest_loss(results)
    curves = results[COMPLEX].curve("validation_accuracy")
    is_soon_above = all(100 * max(curve[:2]) > GOAL for curve in curves)
    answer |= Answer(
        asked=number(GOAL, unit="%", exact=True),
        almost=number(100 * SURE, unit="%", exact=True),
        passed=fact(is_soon_above, "it passes the goal in the first or second epoch"),
    )
    return answer | Answer(
        accuracy=_early_and_late(results, VALIDATION),
        errors=_early_and_late(results, ERRORS),
        sure=_early_and_late(results, SURE_ERRORS),
    )


def _lowest_loss(results: Results) -> Answer:
    """The epoch with the lowest mean validation loss of `complex`, and its rise after that."""
    losses = means(results[COMPLEX].curve("validation_loss"))
    lowest = losses.index(min(losses)) + 1
    return Answer(
        loss=_early_and_late(results, VALIDATION_LOSS),
        lowest=number(lowest, exact=True),
        early_minimum=fact(lowest < LAST / 2, "validation loss is lowest before epoch 25"),
        loss_then=number(min(losses), method="mean validation loss at its lowest"),
        loss_now=number(losses[-1], method="mean validation loss after 50 epochs"),
    )


def _early_and_late(results: Results, measure: Measure) -> Answer:
    """A measure of `complex` after ten epochs and after fifty, and its change."""
    early = mean(results[COMPLEX], measure, epoch=EPOCH, name="early")
    late = mean(results[COMPLEX], measure, epoch=LAST, name="late")
    rise = change(results, measure, EPOCH, LAST, COMPLEX).change
    return early | late | Answer(change=rise)


def _settings(results: Results) -> Answer:
    """The settings among which those of `complex` were chosen, by one run each on validation data."""
    accuracies = _accuracies_by_setting(results)
    rows = []
    for rate in sorted({rate for rate, _ in accuracies}):
        without_momentum = _accuracy_of_one_run(accuracies[rate, 0.0])
        with_momentum = _accuracy_of_one_run(accuracies[rate, 0.9])
        rows.append([number(rate), without_momentum, with_momentum])
    settings = Table(("Learning rate", "No momentum", "Momentum 0.9"), rows)

    chosen = COMPLEX.specification.learning_rate, COMPLEX.specification.momentum
    is_highest = accuracies.get(chosen) == max(accuracies.values())
    is_slow = accuracies[0.1, 0.0] < accuracies[0.5, 0.0] - 0.02
    highest = fact(is_highest, "no other setting has a higher validation accuracy")
    fails = fact(accuracies[1.0, 0.9] < 0.2, "a rate of 1 with momentum 0.9 learns nothing")
    low_is_slow = fact(is_slow, "without momentum, a rate of 0.1 is more than two points behind one of 0.5")
    pairs = number(len(accuracies), exact=True)
    return Answer(settings=settings, pairs=pairs, highest=highest, fails=fails, low_is_slow=low_is_slow)


def _accuracies_by_setting(results: Results) -> dict[tuple[float, float], float]:
    """Validation accuracy of one run of `complex` after ten epochs, by learning rate and momentum."""
    accuracies = {}
    for point, runs in results.study(RATES):
        accuracies[point["learning_rate"], point["momentum"]] = runs.values("validation accuracy")[0]
    return accuracies


def _accuracy_of_one_run(accuracy: float) -> Quantity:
    return number(accuracy, unit="fraction", n=1, method="one run after 10 epochs")


@question(
    "Which network is the most accurate on test data?",
    reads=at(EPOCH, *NETWORKS) + at(LAST, *LEARNING) + tuple(TIMES.values()),
)
def best(results: Results) -> Answer:
    """All six networks after their last epoch, and the three that learn compared on test data."""
    lead = Answer(
        complex_wide=_lead(results, COMPLEX, WIDE, LAST, family=3),
        complex_small=_lead(results, COMPLEX, SMALL, LAST, family=3),
        wide_small=_lead(results, WIDE, SMALL, LAST, family=3),
    )
    test = {network.name: mean(results[network], TEST, epoch=LAST).mean for network in LEARNING}
    return Answer(overview=_overview(results), lead=lead, test=Answer(**test))


def _overview(results: Results) -> Table:
    """All six networks after their last epoch, with the time of an epoch."""
    rows = []
    for network in NETWORKS:
        row = [network.name, str(network.epochs)]
        for measure in (TRAINING, VALIDATION, TEST):
            row.append(mean(results[network], measure, epoch=network.epochs).mean)
        timing = TIMES[network.name]
        row.append(mean(results[timing], EPOCH_SECONDS).mean)
        rows.append(row)
    columns = ("Network", "Epochs", "Training", "Validation", "Test", "Time of an epoch")
    return Table(columns, rows)


def _lead(results: Results, first: Experiment, second: Experiment, epoch: int, family: int = 1) -> Difference:
    """The difference in test accuracy, first minus second, judged as one of `family` comparisons."""
    lead: Difference = difference(results, TEST, first, second, epoch=epoch, family=family).difference
    return lead


@question("Did the networks train for a similar number of epochs?", reads=at((EPOCH, LAST), *LEARNING))
def epochs(results: Results) -> Answer:
    """Who is ahead after the ten epochs of part one, and after fifty."""
    early = ranking(results, TEST, epoch=EPOCH, name="early")
    late = ranking(results, TEST, epoch=LAST, name="late")
    return early | late


@question(
    "What made the difference: layers, size or momentum?",
    reads=at(EPOCH, *WITHOUT_MOMENTUM, *WITH_MOMENTUM)
    + at(LAST, SMALL, WIDE, SMALL_MOMENTUM, ONE_LAYER, COMPLEX)
    + at(EPOCH, RATES),
    figures=momentum_and_size,
)
def layers(results: Results) -> Answer:
    """Four shapes with momentum and without: what each of the three changes when only it is changed."""
    answer = _shapes(results)
    answer |= Answer(
        late_momentum=_lead(results, SMALL_MOMENTUM, SMALL, LAST),
        more_nodes=_lead(results, WIDE, SMALL, LAST),
        plain_lead=_lead(results, COMPLEX_PLAIN, WIDE, EPOCH),
    )
    return answer | Answer(
        three=_three_layers_leads(results),
        comparisons=_comparisons_table(results),
        as_good=_longer_steps_are_as_good(results),
    )


def _shapes(results: Results) -> Answer:
    """A table of the four shapes without and with momentum, after ten and after fifty epochs.

    Also the lead of each shape with momentum over the same without it, after ten epochs.
    """
    names = ("small", "one_layer", "complex", "wide")
    leads = {}
    rows = []
    for name, without, with_momentum in zip(names, WITHOUT_MOMENTUM, WITH_MOMENTUM, strict=True):
        lead = _lead(results, with_momentum, without, EPOCH, family=4)
        leads[name] = lead
        row: list[Any] = [shape(without)]
        row.append(_accuracy_if_trained(results, without, EPOCH))
        row.append(_accuracy_if_trained(results, with_momentum, EPOCH))
        row.append(with_judged_interval(lead))
        row.append(_accuracy_if_trained(results, without, LAST))
        row.append(_accuracy_if_trained(results, with_momentum, LAST))
        rows.append(row)
    columns = (
        "Layers",
        "10 epochs without",
        "10 epochs with",
        "Difference",
        "50 epochs without",
        "50 epochs with",
    )
    return Answer(shapes=Table(columns, rows), momentum=Answer(**leads))


def _three_layers_leads(results: Results) -> Answer:
    """The lead of three layers over one layer with about as many parameters, in three settings."""
    return Answer(
        early=_lead(results, COMPLEX_PLAIN, ONE_LAYER_PLAIN, EPOCH, family=3),
        early_momentum=_lead(results, COMPLEX, ONE_LAYER, EPOCH, family=3),
        late_momentum=_lead(results, COMPLEX, ONE_LAYER, LAST, family=3),
    )


def _comparisons_table(results: Results) -> Table:
    """The differences in test accuracy that the text describes, with the intervals that judge them."""
    rows: list[list[Any]] = []

    def add(networks: str, first: Experiment, second: Experiment, epoch: int, family: int = 1) -> None:
        lead = _lead(results, first, second, epoch, family)
        rows.append([networks, str(epoch), with_judged_interval(lead)])

    add("wide − small", WIDE, SMALL, EPOCH)
    add("wide − small", WIDE, SMALL, LAST)
    add("complex − wide", COMPLEX, WIDE, EPOCH, family=3)
    add("complex without momentum − wide", COMPLEX_PLAIN, WIDE, EPOCH)
    add("small with momentum − small", SMALL_MOMENTUM, SMALL, LAST)
    without_momentum = "complex − one layer of 170 nodes, both without momentum"
    add(without_momentum, COMPLEX_PLAIN, ONE_LAYER_PLAIN, EPOCH, family=3)
    add("complex − one layer of 170 nodes, both with momentum", COMPLEX, ONE_LAYER, EPOCH, family=3)
    return Table(("Networks", "Epochs", "Difference"), rows)


def _longer_steps_are_as_good(results: Results) -> Fact:
    """Whether steps of about equal length give about equal accuracy, with momentum and without."""
    accuracies = _accuracies_by_setting(results)
    gap = accuracies[1.0, 0.0] - accuracies[0.1, 0.9]
    return fact(abs(gap) < 0.005, "rate 1 without momentum and rate 0.1 with it are within half a point")


def _accuracy_if_trained(results: Results, network: Experiment, epoch: int) -> Quantity | str:
    """Test accuracy at an epoch; a dash if the network was trained for fewer epochs."""
    if network.epochs < epoch:
        return "–"
    accuracy: Quantity = mean(results[network], TEST, epoch=epoch).mean
    return accuracy
