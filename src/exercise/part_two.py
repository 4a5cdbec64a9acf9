"""Part two: three networks of ten hidden layers, and why they fail."""

from __future__ import annotations

from collections import Counter
from math import log
from statistics import correlation as pearson
from typing import Any

from exercise.catalogue import (
    BACKWARD,
    DEEP,
    DEEP_8,
    DEEP_32,
    DEEP_32_LONGER,
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
from exercise.networks import Network
from labreport import Answer, Measure, Table, at, count, difference, fact, mean, number, ranking

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
    on_test = count(results, DEEP, TEST, above=LEARNED, epoch=EPOCH, name="on_test")
    on_validation = count(results, DEEP, VALIDATION, above=LEARNED, epoch=EPOCH, name="on_validation")
    longer = count(results, DEEP_32_LONGER, TEST, above=LEARNED, epoch=30, name="longer")
    rows = []
    highest = 0.0
    for network in DEEP:
        validation = mean(results[network], VALIDATION, epoch=EPOCH).mean
        test = mean(results[network], TEST, epoch=EPOCH).mean
        rows.append([network.name, validation, test])
        for curve in results[network].curve("validation_accuracy"):
            highest = max(highest, *curve)
    guesses = Table(("Network", "Validation", "Test"), rows)
    never = fact(highest < LEARNED / 100, "no run is above 20 % on validation data at any epoch")
    more = Answer(guesses=guesses, never=never)
    return on_test | on_validation | longer | _single_digits(results) | more


def _single_digits(results: Any) -> Answer:
    """Which digits the runs of the deep networks name."""
    digits_by_run = []
    for network in DEEP:
        digits_by_run += [_digits_named(run, EPOCH) for run in results[network]]
    longer_digits_by_run = [_digits_named(run, 30) for run in results[DEEP_32_LONGER]]
    commonest = Counter(labels("training").tolist()).most_common(1)[0][0]
    share = float((labels("test") == commonest).mean())
    all_single = all(len(digits) == 1 for digits in digits_by_run)
    all_longer_single = all(len(digits) == 1 for digits in longer_digits_by_run)
    return Answer(
        trained=number(len(digits_by_run), exact=True),
        ones=number(digits_by_run.count({commonest}), exact=True),
        commonest=number(commonest, exact=True),
        share=number(share, unit="fraction", exact=True),
        single=fact(all_single, "every deep network names one digit for all images"),
        longer_single=fact(all_longer_single, "after 30 epochs, deep-32 names one digit for all images"),
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
    learned = count(results, None, TEST, above=LEARNED, epoch=EPOCH, name="learned")
    test = mean(results, TEST, epoch=EPOCH, name="test")
    gradient = mean(results, GRADIENT, epoch=EPOCH, name="gradient")
    image = mean(results, IMAGE, epoch=EPOCH, name="image")
    damage = difference(results, TEST, GAIN, FROZEN, epoch=EPOCH, name="damage")
    frozen = sorted(TEST.of(run, EPOCH) for run in results[FROZEN])
    lowest = number(frozen[0], unit="fraction", method="lowest of the runs of Trial 2")
    highest = number(frozen[-1], unit="fraction", method="highest of the runs of Trial 2")
    answer = learned | test | gradient | image
    answer |= damage
    answer |= _vanishing(answer)
    return answer | Answer(
        trials=_trials(answer, frozen),
        frozen=Answer(lowest=lowest, highest=highest),
    )


def _trials(answer: Answer, frozen: list[float]) -> Table:
    """For each trial: which signal gets through, how many runs learn, and the test accuracy.

    The runs of Trial 2, with accuracies `frozen`, differ too much for an interval: the row has their range.
    """
    trials = {
        "usual weights, no change": DEEP_32,
        "1: gradient × 4": BACKWARD,
        "2: weights × 4, eight layers fixed": FROZEN,
        "3: weights × 4": GAIN,
        "4: four hidden layers": FOUR_LAYERS,
        "5: ReLU, learning rate 0.05": RELU,
        "6: sigmoid, learning rate 0.05": SLOW,
    }
    rows = []
    for title, network in trials.items():
        gradient_left = answer.gradient[network].value
        image_left = answer.image[network].value
        gradient = "layers fixed" if network is FROZEN else _yes_or_no(gradient_left > ARRIVES)
        image = _yes_or_no(image_left > ARRIVES)
        learned = answer.learned[network]
        runs_that_learn = f"{learned.quantity.value} of {learned.of.value}"
        accuracy: Any = answer.test[network]
        if network is FROZEN:
            accuracy = f"{100 * frozen[0]:.0f} to {100 * frozen[-1]:.0f}"
        rows.append([title, gradient, image, runs_that_learn, accuracy])
    columns = ("Trial", "Gradient gets through", "Image gets through", "Runs that learn", "Test accuracy")
    return Table(columns, rows)


def _yes_or_no(truth: bool) -> str:
    return "yes" if truth else "no"


def _vanishing(answer: Answer) -> Answer:
    """What is left of both signals in the deep networks: least and most of the three, and by the formula."""
    gradient = [float(answer.gradient[network].value) for network in DEEP]
    image = [float(answer.image[network].value) for network in DEEP]
    gradient_growth = answer.gradient[GAIN].value / answer.gradient[DEEP_32].value
    image_growth = answer.image[GAIN].value / answer.image[DEEP_32].value
    steps = len(DEEP_32.specification.hidden_layers) - 1
    vanishes = max(gradient) < 20 and max(image) < 20
    grows = gradient_growth > 1_000 and image_growth > 1_000
    return Answer(
        expected=number(MILLION * SLOPE**steps, unit="millionths", exact=True),
        least_gradient=number(min(gradient), method="millionths, smallest of the three networks"),
        most_gradient=number(max(gradient), method="millionths, largest of the three networks"),
        least_image=number(min(image), method="millionths, smallest of the three networks"),
        most_image=number(max(image), method="millionths, largest of the three networks"),
        vanish=fact(vanishes, "less than 20 millionths of both signals are left"),
        louder=fact(grows, "with larger weights more than a thousand times as much is left"),
    )


@question("How many trainable parameters do they have?", reads=DEEP)
def deep_parameters(results: Any) -> Answer:
    """How many of the parameters are in the first layer."""
    smallest_share = 1.0
    for runs in results.values():
        network = runs.experiment.specification
        share = _parameters_by_layer(network)[0] / network.parameters
        smallest_share = min(smallest_share, share)
    first, hidden, *_, output = _parameters_by_layer(DEEP_8.specification)
    return Answer(
        first=number(first),
        hidden=number(hidden),
        output=number(output),
        most=fact(smallest_share > 0.5, "more than half of the parameters are in the first layer"),
    )


def _parameters_by_layer(network: Network) -> list[int]:
    """Weights and biases of each layer: a node has a weight for each input, and a bias."""
    return [(inputs + 1) * outputs for inputs, outputs in network.layer_shapes]


@question(
    "Is there a clear correlation between parameters and accuracy?",
    reads=at(EPOCH, *NETWORKS) + at(LAST, WIDE, SMALL),
    figures=accuracy_parameters,
)
def correlation(results: Any) -> Answer:
    """All six networks on validation data after ten epochs, and the two of part one after fifty."""
    ranked = ranking(results, VALIDATION, epoch=EPOCH)
    early = difference(results, TEST, WIDE, SMALL, epoch=EPOCH, name="early")
    late = difference(results, TEST, WIDE, SMALL, epoch=LAST, name="late")
    sizes = [log(network.specification.parameters) for network in NETWORKS]
    accuracies = [ranked.mean[network].value for network in NETWORKS]
    overall = number(pearson(sizes, accuracies), method="Pearson, of means and logarithms of parameters")
    return ranked | early | late | Answer(overall=overall)
