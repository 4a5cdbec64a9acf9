"""Part one: a wide and a small network of one hidden layer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from exercise.catalogue import COMPLEX, NETWORKS, SMALL, TIMES, WIDE
from exercise.figures import curves_shallow, shape
from exercise.measures import (
    EPOCH,
    EPOCH_SECONDS,
    EPOCH_TIME,
    FIRST_HALF,
    LAST,
    MARGIN,
    SECOND_HALF,
    TEST,
    TRAINING,
    VALIDATION,
    question,
    stored_parameters,
    with_judged_interval,
)
from exercise.networks import RULES
from labreport import Answer, Quantity, Table, at, change, difference, fact, mean, number

if TYPE_CHECKING:
    from labreport.results import Results, Runs


@question("Which networks are these, and do they keep to the rules?", reads=NETWORKS)
def networks(results: Results) -> Answer:
    """The six networks as a table, and whether the trained runs keep to the rules of the exercise."""
    rows = []
    for name, runs in results.items():
        experiment = runs.experiment
        network = experiment.specification
        momentum = number(network.momentum)
        rows.append([name, shape(experiment), network.parameters, momentum, experiment.epochs])
    keep_to_rules = all(_keeps_to_its_rules(runs) for runs in results.values())
    columns = ("Name", "Hidden layers × nodes", "Parameters", "Momentum", "Epochs")
    example = mean(results[COMPLEX], TEST, name="example")
    return example | Answer(
        networks=Table(columns, rows),
        rules=fact(keep_to_rules, "all six networks keep to the rules"),
        seeds=number(len(results[WIDE]), exact=True),
        margin=number(MARGIN / 100, unit="points", exact=True),
    )


def _keeps_to_its_rules(runs: Runs) -> bool:
    """Whether a network breaks no rule of the exercise, and all its runs reached their last epoch."""
    experiment = runs.experiment
    trained_epochs = min(len(run.records) for run in runs)
    return trained_epochs >= experiment.epochs and not RULES[experiment.name].broken(experiment)


@question("How many trainable parameters does each have: weights, biases?", reads=(WIDE, SMALL))
def parameters(results: Results) -> Answer:
    """Whether the formula gives the number of stored parameters, and whether `small` could be larger."""
    by_formula = [WIDE.specification.parameters, SMALL.specification.parameters]
    stored = [stored_parameters(results[WIDE]), stored_parameters(results[SMALL])]
    (wide_nodes,) = WIDE.specification.hidden_layers
    (small_nodes,) = SMALL.specification.hidden_layers
    one_node_more = replace(SMALL.specification, hidden_layers=(small_nodes + 1,))
    broken_rules = RULES["small"].broken(replace(SMALL, specification=one_node_more))
    return Answer(
        nodes=Answer(wide=number(wide_nodes), small=number(small_nodes)),
        counted=fact(by_formula == stored, "the stored weights and biases are as many as the formula says"),
        largest=fact(len(broken_rules) > 0, "one more node would be too many for small"),
    )


@question(
    "How accurate are they after 10 epochs, on validation, training and test data?",
    reads=at((EPOCH, LAST), WIDE, SMALL),
    figures=curves_shallow,
)
def accuracy(results: Results) -> Answer:
    """Both networks on the three sets of images, after ten epochs and after fifty."""
    early = _accuracies(results, EPOCH)
    late = _accuracies(results, LAST)
    rows = []
    for epoch, answer in ((EPOCH, early), (LAST, late)):
        for name in results:
            rows.append(_row_of_accuracies(answer, name, epoch))
    columns = (
        "Network, epochs",
        "Training",
        "Validation",
        "Test",
        "Training − validation",
        "Validation − test",
    )
    gain = change(results, VALIDATION, EPOCH, LAST, name="gain")
    return gain | Answer(early=early, late=late, accuracies=Table(columns, rows))


def _row_of_accuracies(answer: Answer, name: str, epoch: int) -> list[Any]:
    """The row of one network at one epoch: three accuracies, and the differences between them."""
    row: list[Any] = [f"{name}, {epoch}"]
    for accuracies in (answer.training, answer.validation, answer.test, answer.training_gap):
        row.append(accuracies[name])
    row.append(with_judged_interval(answer.test_gap[name]))
    return row


def _accuracies(results: Results, epoch: int) -> Answer:
    """The accuracies of each network on the three sets of images at an epoch, and their differences."""
    answer = mean(results, TRAINING, epoch=epoch, name="training")
    answer |= mean(results, VALIDATION, epoch=epoch, name="validation")
    answer |= mean(results, TEST, epoch=epoch, name="test")
    answer |= mean(results, FIRST_HALF, epoch=epoch, name="first_half")
    answer |= mean(results, SECOND_HALF, epoch=epoch, name="second_half")
    answer |= difference(results, VALIDATION - TEST, epoch=epoch, name="test_gap")
    answer |= difference(results, SECOND_HALF - FIRST_HALF, epoch=epoch, name="halves")
    answer |= difference(results, TEST, WIDE, SMALL, epoch=epoch, name="lead")
    gaps = {name: _training_gap(answer.training[name], answer.validation[name]) for name in results}
    return answer | Answer(training_gap=Answer(**gaps))


def _training_gap(training: Quantity, validation: Quantity) -> Quantity:
    """Training accuracy minus validation accuracy, with the interval of the latter.

    It is not stored which training images are right, but there are nine times as many of them, so that chance
    affects the difference mostly by the validation accuracy.
    """
    value = float(training.value or 0)
    gap = value - float(validation.value or 0)
    ends = None
    if validation.interval and validation.n > 1:
        low, high = validation.interval
        ends = (value - high, value - low)
    source = replace(validation.source, measure="training accuracy minus validation accuracy")
    return number(gap, ci=ends, unit="points", n=validation.n, source=source, null=0)


@question("About how long did each epoch take?", reads=(TIMES["wide"], TIMES["small"], TIMES["deep-8"]))
def epoch_time(results: Results) -> Answer:
    """Seconds of an epoch, and the ratio of `wide` to `small`.

    `deep-8` has the fewest parameters: the time of its epoch is mostly the part that does not depend on size.
    """
    slower = difference(results, EPOCH_TIME, TIMES["wide"], TIMES["small"], name="slower")
    mean_seconds = mean(results, EPOCH_SECONDS).mean
    wide = mean_seconds["time-wide"]
    small = mean_seconds["time-small"]
    rounds = len(results[TIMES["wide"]])
    return slower | Answer(
        times=number(wide.value / small.value, method="seconds of wide over seconds of small"),
        seconds=Answer(wide=wide, small=small, deep_8=mean_seconds["time-deep-8"]),
        rounds=number(rounds, unit="rounds", exact=True),
    )
