"""Part one: a wide and a small network of one hidden layer."""

from __future__ import annotations

from math import nan
from typing import Any

from exercise.catalogue import DEEP_8, NETWORKS, SMALL, TIMES, WIDE
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
        | mean(results, VALIDATION - TRAINING, epoch=epoch, name="training_below")
        | mean(results, TRAINING - VALIDATION, epoch=epoch, name="training_ahead")
        | difference(results, VALIDATION - TEST, epoch=epoch, name="test_below")
        | difference(results, SECOND_HALF - FIRST_HALF, epoch=epoch, name="halves")
        | difference(results, TEST, WIDE, SMALL, epoch=epoch, name="lead")
    )
    ends = [found.validation[name].interval or (nan, nan) for name in results]
    training, mixed = ([found[what][name].value for name in results] for what in ("training", "mixed"))

    def inside(values: list[float]) -> bool:
        return all(low <= value <= high for value, (low, high) in zip(values, ends, strict=True))

    above = all(value > high for value, (_, high) in zip(training, ends, strict=True))
    return found | Answer(
        inside=fact(inside(training), "training accuracy lies in the interval of validation accuracy"),
        above=fact(above, "training accuracy lies above the interval of validation accuracy"),
        mix_inside=fact(inside(mixed), "test accuracy of the same mix of writers lies in it as well"),
    )


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
            found.test_below[name],
        ]
        for found, epoch in ((early, EPOCH), (late, LAST))
        for name in results
    ]
    columns = ("Network, epochs", "Training", "Validation", "Test", "Validation minus test")
    gain = Answer(**{name: change(results, VALIDATION, EPOCH, LAST, name).change for name in results})
    return Answer(early=early, late=late, gain=gain, accuracies=Table(columns, rows))


@question("About how long did each epoch take?", reads=[TIMES[name] for name in ("wide", "small", "deep-8")])
def epoch_time(results: Any) -> Answer:
    """Seconds of the median epoch, and how they grow with the parameters."""
    found = {name: epoch_seconds(results, name) for name in ("wide", "small", "deep-8")}
    ends = {
        end: Answer(**{name: number(choose(seconds(results, name)), unit="s") for name in found})
        for end, choose in (("fastest", min), ("slowest", max))
    }
    wide, small, deep = (float(each.value or 0) for each in found.values())
    times = WIDE.specification.parameters / SMALL.specification.parameters
    return Answer(
        seconds=Answer(**found),
        **ends,
        ratio=number(wide / small, unit="times", method="median epoch of wide over that of small"),
        slower=fact(wide > small, "the median epoch of wide is the longer one"),
        cheap=fact(wide / small < times / 2, "time grows less than half as fast as the number of parameters"),
        overhead=fact(deep > wide / 2, "an epoch of deep-8 takes more than half as long as one of wide"),
        least=number(DEEP_8.specification.parameters, exact=True),
        cores=cores(results),
    )
