"""Part two: three networks of ten hidden layers, and why they fail."""

from __future__ import annotations

from collections import Counter
from math import log
from statistics import fmean
from typing import Any

from exercise.catalogue import (
    BACKWARD,
    DEEP,
    DEEP_32,
    DEEP_32_LONGER,
    DEEP_64,
    FOUR_LAYERS,
    FROZEN,
    GAIN,
    NETWORKS,
    RELU,
    SLOW,
    SMALL,
    TRIALS,
    WIDE,
)
from exercise.figures import accuracy_parameters, curves_deep, signals
from exercise.measures import EPOCH, LAST, LEARNED, TEST, VALIDATION, labels, question
from labreport import Answer, Measure, Table, at, average, count, difference, fact, mean, number, ranking

MILLION = 1e6
ARRIVES = MILLION / 1_000
"""Millionths of a signal of which at least so many have to be left, to say that it gets through."""
SLOPE = 0.25
"""Largest slope of the sigmoid, where its input is zero."""


@question(
    "Did any of these networks do better than 20 % on validation or test data?",
    reads=at(EPOCH, *DEEP) + at(30, DEEP_32_LONGER),
    figures=curves_deep,
)
def above_20(results: Any) -> Answer:
    """How many deep networks are above 20 %, which digits they name, and what their loss says."""
    rows = []
    answers = []
    losses = []
    highest = 0.0
    for network in DEEP:
        runs = results[network]
        validation = average(results, network, VALIDATION, epoch=EPOCH).average
        test = average(results, network, TEST, epoch=EPOCH).average
        rows.append([network.name, validation, test])
        answers += [_digits_named(run, EPOCH) for run in runs]
        losses += runs.values("training loss", EPOCH)
        highest = max(highest, *(max(curve) for curve in runs.curve("validation_accuracy")))

    frequencies = Counter(labels("training").tolist())
    commonest, _ = frequencies.most_common(1)[0]
    shares = [frequency / frequencies.total() for frequency in frequencies.values()]
    entropy = -sum(share * log(share) for share in shares)
    longer_answers = [_digits_named(run, 30) for run in results[DEEP_32_LONGER]]
    return (
        count(results, DEEP, TEST, above=LEARNED, epoch=EPOCH, name="on_test")
        | count(results, DEEP, VALIDATION, above=LEARNED, epoch=EPOCH, name="on_validation")
        | count(results, DEEP_32_LONGER, TEST, above=LEARNED, epoch=30, name="longer")
        | Answer(
            guesses=Table(("Network", "Validation", "Test"), rows),
            trained=number(len(answers), exact=True),
            ones=number(answers.count({commonest}), exact=True),
            commonest=number(commonest, exact=True),
            share=number((labels("test") == commonest).mean(), unit="fraction", exact=True),
            single=fact(
                all(len(digits) == 1 for digits in answers),
                "every deep network names one digit for all images",
            ),
            longer_single=fact(
                all(len(digits) == 1 for digits in longer_answers),
                "after 30 epochs, deep-32 still names one digit for all images",
            ),
            loss=number(fmean(losses), unit="nat", method="mean training loss after 10 epochs"),
            entropy=number(entropy, unit="nat", exact=True),
            no_better=fact(
                min(losses) > entropy, "no loss is below that of knowing how often each digit occurs"
            ),
            never=fact(highest < LEARNED / 100, "no run is above 20 % on validation data at any epoch"),
        )
    )


def _digits_named(run: Any, epoch: int) -> set[int]:
    """The digits that a run gives as its answer to any test image."""
    return set(run.at(epoch).arrays["predictions"].tolist())


def _gradient_left(run: Any, _: int | None) -> float:
    norms = run.records[0]["first_gradient_norms"]
    return float(MILLION * norms[0] / norms[-2])  # the last is of the output layer


def _image_left(run: Any, _: int | None) -> float:
    differences = run.records[0]["image_differences"]
    return float(MILLION * differences[-1] / differences[0])


GRADIENT = Measure(
    "share of the gradient that is left in the first hidden layer, before training",
    unit="millionths",
    scale="ratio",
    better="",
    value=_gradient_left,
)
IMAGE = Measure(
    "share of the difference between images that is left in the last hidden layer, before training",
    unit="millionths",
    scale="ratio",
    better="",
    value=_image_left,
)


@question(
    "Why did they perform this way? A hypothesis",
    reads=at(EPOCH, *DEEP, *TRIALS),
    figures=signals,
)
def hypothesis(results: Any) -> Answer:
    """What is left of both signals, and the trials that tell the two explanations apart."""
    learned = count(results, None, TEST, above=LEARNED, epoch=EPOCH, name="learned").learned
    test = mean(results, TEST, epoch=EPOCH, name="test").test
    gradient = mean(results, GRADIENT, epoch=EPOCH, name="gradient").gradient
    image = mean(results, IMAGE, epoch=EPOCH, name="image").image

    trials = {
        "usual weights, no change": DEEP_32,
        "1: gradient × 4": BACKWARD,
        "2: weights × 4, eight layers frozen": FROZEN,
        "3: weights × 4": GAIN,
        "4: four hidden layers": FOUR_LAYERS,
        "5: ReLU, learning rate 0.05": RELU,
        "6: sigmoid, learning rate 0.05": SLOW,
    }
    rows = []
    for title, network in trials.items():
        gradient_arrives = gradient[network].value > ARRIVES and not network.specification.frozen_layers
        image_arrives = image[network].value > ARRIVES
        runs_that_learn = f"{learned[network].quantity.value} of {learned[network].of.value}"
        arrivals = ["yes" if arrives else "no" for arrives in (gradient_arrives, image_arrives)]
        rows.append([title, *arrivals, runs_that_learn, test[network]])
    columns = ("Trial", "Gradient gets through", "Image gets through", "Runs that learn", "Test accuracy")

    usual_gradient = [float(gradient[network].value) for network in DEEP]
    usual_image = [float(image[network].value) for network in DEEP]
    gradient_growth = gradient[GAIN].value / gradient[DEEP_32].value
    image_growth = image[GAIN].value / image[DEEP_32].value
    frozen = [f"{100 * TEST.of(run, EPOCH):.1f}" for run in results[FROZEN]]
    steps = len(DEEP_32.specification.hidden_layers) - 1
    return Answer(
        learned=learned,
        test=test,
        gradient=gradient,
        image=image,
        trials=Table(columns, rows),
        frozen_runs=sorted(frozen),
        expected=number(MILLION * SLOPE**steps, unit="millionths", exact=True),
        least_gradient=number(min(usual_gradient), method="millionths, smallest of the three networks"),
        most_gradient=number(max(usual_gradient), method="millionths, largest of the three networks"),
        least_image=number(min(usual_image), method="millionths, smallest of the three networks"),
        most_image=number(max(usual_image), method="millionths, largest of the three networks"),
        vanish=fact(
            max(usual_gradient + usual_image) < 20, "less than 20 millionths of both signals are left"
        ),
        louder=fact(
            min(gradient_growth, image_growth) > 1_000,
            "with larger weights more than a thousand times as much is left",
        ),
    )


@question("How many trainable parameters do they have?", reads=DEEP)
def deep_parameters(results: Any) -> Answer:
    """How many of the parameters are in the first layer."""
    shares = {}
    for name, runs in results.items():
        network = runs.experiment.specification
        inputs, nodes = network.layer_shapes[0]
        in_first_layer = (inputs + 1) * nodes
        shares[name] = in_first_layer / network.parameters
    quantities = {name: number(share, unit="fraction", exact=True) for name, share in shares.items()}
    return Answer(
        first_layer=Answer(**quantities),
        most=fact(min(shares.values()) > 0.5, "more than half of the parameters are in the first layer"),
    )


@question(
    "Is there a clear correlation between parameters and accuracy?",
    reads=at(EPOCH, *NETWORKS) + at(LAST, WIDE, SMALL),
    figures=accuracy_parameters,
)
def correlation(results: Any) -> Answer:
    """All six networks on validation data after ten epochs, and the two of part one after fifty."""
    from scipy.stats import pearsonr

    ranked = ranking(results, VALIDATION, epoch=EPOCH)
    sizes = [log(network.specification.parameters) for network in NETWORKS]
    accuracies = [ranked.mean[network].value for network in NETWORKS]
    pearson = pearsonr(sizes, accuracies)
    deep_64, small = DEEP_64.specification.parameters, SMALL.specification.parameters
    return (
        ranked
        | difference(results, TEST, WIDE, SMALL, epoch=EPOCH, name="early")
        | difference(results, TEST, WIDE, SMALL, epoch=LAST, name="late")
        | Answer(
            deep_64=number(deep_64 / small, unit="times", exact=True),
            overall=number(pearson.statistic, method="Pearson, of means and logarithms of parameters"),
            chance=number(pearson.pvalue, method="two-sided, SciPy's pearsonr"),
            chance_of_100=number(100 * pearson.pvalue, method="two-sided, SciPy's pearsonr, in 100 cases"),
            weak=fact(pearson.pvalue > 0.05, "six networks could show this correlation by chance"),
        )
    )
