"""Part one: a wide and a small network of one hidden layer."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan
from typing import Any

from exercise.catalogue import NETWORKS, SMALL, TIMES, WIDE
from exercise.figures import curves_shallow
from exercise.measures import (
    EPOCH,
    FIRST_HALF,
    LAST,
    MARGIN,
    MIXED,
    SECOND_HALF,
    TEST,
    TRAINING,
    VALIDATION,
    cores,
    epoch_seconds,
    question,
    seconds,
    stored_parameters,
)
from exercise.networks import RULES
from labreport import Answer, Table, at, change, difference, fact, mean, number

BOTH = (WIDE, SMALL)


@question("Which networks are these, and do they keep to the rules?", reads=NETWORKS)
def networks(results: Any) -> Answer:
    """The six networks as a table, and whether what was trained keeps to the rules of the exercise."""
    rows = []
    for name, runs in results.items():
        network = runs.experiment.specification
        shape = f"{len(network.hidden_layers)} × {network.hidden_layers[0]}"
        momentum = number(network.momentum)
        rows.append([name, shape, number(network.parameters), momentum, number(runs.experiment.epochs)])
    kept = not any(any(RULES[name].broken(runs.experiment)) for name, runs in results.items())
    long = all(len(run.records) >= runs.experiment.epochs for runs in results.values() for run in runs)
    columns = ("Name", "Hidden layers × nodes", "Parameters", "Momentum", "Epochs")
    return Answer(
        networks=Table(columns, rows),
        rules=fact(kept and long, "all six networks keep to the rules"),
        seeds=number(len(results[WIDE]), exact=True),
        margin=number(MARGIN / 100, unit="points", exact=True),
    )


@question("How many trainable parameters does each have: weights, biases?", reads=BOTH)
def parameters(results: Any) -> Answer:
    """Whether the formula counts what is stored, and whether `small` could be larger."""
    formula = {name: runs.experiment.specification.parameters for name, runs in results.items()}
    counted = {name: stored_parameters(runs) for name, runs in results.items()}
    most = RULES["small"].parameters[1] or 0
    each = WIDE.specification.weights // WIDE.specification.hidden_layers[0] + 1
    return Answer(
        counted=fact(formula == counted, "the stored weights and biases are as many as the formula says"),
        largest=fact(formula["small"] + each > most, "one more node would be too many for small"),
        times=number(formula["wide"] / formula["small"], unit="times", exact=True),
    )


def _after(results: Any, epoch: int) -> Answer:
    """Accuracies on the three sets of images after an epoch, and what lies between them."""
    found = (
        mean(results, TRAINING, epoch=epoch, name="training")
        | mean(results, VALIDATION, epoch=epoch, name="validation")
        | mean(results, TEST, epoch=epoch, name="test")
        | mean(results, FIRST_HALF, epoch=epoch, name="first_half")
        | mean(results, SECOND_HALF, epoch=epoch, name="second_half")
        | mean(results, MIXED, epoch=epoch, name="mixed")
        | difference(results, VALIDATION - TEST, epoch=epoch, name="test_below")
        | difference(results, SECOND_HALF - FIRST_HALF, epoch=epoch, name="halves")
        | difference(results, TEST, WIDE, SMALL, epoch=epoch, name="lead")
    )
    wide = {name: float(found[name].wide.value or 0) for name in ("validation", "test", "mixed")}
    lost = wide["validation"] - wide["test"]
    closed = (wide["mixed"] - wide["test"]) / lost if lost else 0.0
    return found | Answer(
        above_validation=_less(found.training, found.validation),
        below_validation=Answer(
            **{
                name: number(
                    -float(one.value or 0), unit="points", n=one.n, method="validation less training"
                )
                for name, one in _less(found.training, found.validation).members.items()
            }
        ),
        above_test=_less(found.training, found.test),
        mixed_below=_less(found.mixed, found.validation),
        closed=number(closed, unit="fraction", exact=True, method="of what wide loses on test data"),
    )


def _less_plain(found: Any, name: str) -> Any:
    """Validation accuracy less training accuracy, as a sentence has it."""
    less = float(found.validation[name].value or 0) - float(found.training[name].value or 0)
    return number(less, unit="points", method="validation less training accuracy")


def _less(one: Any, other: Any) -> Answer:
    """Accuracies less those of other images, with the interval of the latter, which is the wider."""
    found = {}
    for name, accuracy in one.members.items():
        value, (low, high) = float(accuracy.value or 0), other[name].interval or (nan, nan)
        ends = None if isnan(low) else (value - high, value - low)
        less = value - float(other[name].value or 0)
        second = other[name].source
        source = replace(second, measure=f"{accuracy.source.measure} less {second.measure}")
        found[name] = number(less, ci=ends, unit="points", n=accuracy.n, source=source)
    return Answer(**found)


@question(
    "How accurate are they after 10 epochs, on validation, training and test data?",
    reads=at((EPOCH, LAST), *BOTH),
    figures=curves_shallow,
)
def accuracy(results: Any) -> Answer:
    """Both networks on the three sets of images, after ten epochs and after fifty."""
    early, late = _after(results, EPOCH), _after(results, LAST)
    rows = [
        [
            f"{name}, {epoch}",
            found.training[name],
            found.validation[name],
            found.test[name],
            found.above_validation[name],
            found.test_below[name],
        ]
        for found, epoch in ((early, EPOCH), (late, LAST))
        for name in results
    ]
    columns = ("Network, epochs", "Training", "Validation", "Test", "Tr. − val.", "Val. − test")
    gain = Answer(**{name: change(results, VALIDATION, EPOCH, LAST, name).change for name in results})
    return Answer(early=early, late=late, gain=gain, accuracies=Table(columns, rows))


@question("About how long did each epoch take?", reads=[TIMES[name] for name in ("wide", "small")])
def epoch_time(results: Any) -> Answer:
    """Seconds of the median epoch, and how they grow with the parameters."""
    found = {name: epoch_seconds(results, name) for name in ("wide", "small")}
    ends = {
        end: Answer(**{name: number(choose(seconds(results, name)), unit="s") for name in found})
        for end, choose in (("fastest", min), ("slowest", max))
    }
    wide, small = (float(each.value or 0) for each in found.values())
    sizes = WIDE.specification.parameters, SMALL.specification.parameters
    fixed = small - (wide - small) / (sizes[0] - sizes[1]) * sizes[1]
    return Answer(
        seconds=Answer(**found),
        **ends,
        sizes=number(sizes[0] / sizes[1], unit="times", exact=True),
        ratio=number(wide / small, unit="times", method="median epoch of wide over that of small"),
        slower=fact(wide > small, "the median epoch of wide is the longer one"),
        fixed=number(fixed, unit="s", method="the line through both epochs, at no parameters"),
        mostly=fact(fixed > small / 2, "more than half of an epoch of small does not depend on its size"),
        cores=cores(results),
    )
