"""Part two: three networks of ten hidden layers, and why they fail."""

from __future__ import annotations

from collections import Counter
from math import log
from statistics import correlation as pearson
from typing import TYPE_CHECKING, Any

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
from labreport import (
    Answer,
    Experiment,
    Measure,
    Quantity,
    Table,
    at,
    count,
    difference,
    fact,
    mean,
    number,
    ranking,
)

if TYPE_CHECKING:
    from labreport.results import Results, Run

MILLION = 1e6
ARRIVES = MILLION / 1_000
"""A signal gets through if at least this many millionths of it are left."""
SLOPE = 0.25
"""The largest slope of the sigmoid, at zero."""


@question(
    "Did any of these networks do better than 20 % on validation or test data?",
    reads=at(EPOCH, *DEEP) + at(30, DEEP_32_LONGER),
    figures=curves_deep,
)
def above_20(results: Results) -> Answer:
    """How many runs of deep networks exceed 20 %, which digits they predict, and their accuracies."""
    answer = count(results, DEEP, TEST, above=LEARNED, epoch=EPOCH, name="on_test")
    answer |= count(results, DEEP, VALIDATION, above=LEARNED, epoch=EPOCH, name="on_validation")
    answer |= count(results, DEEP_32_LONGER, TEST, above=LEARNED, epoch=30, name="longer")
    answer |= _single_digits(results)
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
    return answer | Answer(guesses=guesses, never=never)


def _single_digits(results: Results) -> Answer:
    """Which digits the runs of the deep networks predict."""
    digits_by_run = []
    for network in DEEP:
        digits_by_run += _digits_by_run(results, network, EPOCH)
    longer_digits_by_run = _digits_by_run(results, DEEP_32_LONGER, 30)
    commonest = _commonest_digit()
    share = float((labels("test") == commonest).mean())
    single = max(map(len, digits_by_run)) == 1
    longer_single = max(map(len, longer_digits_by_run)) == 1
    answer = Answer(
        trained=number(len(digits_by_run), exact=True),
        ones=number(digits_by_run.count({commonest}), exact=True),
        commonest=number(commonest, exact=True),
        share=number(share, unit="fraction", exact=True),
    )
    return answer | Answer(
        single=fact(single, "every deep network names one digit for all images"),
        longer_single=fact(longer_single, "after 30 epochs, deep-32 names one digit for all images"),
    )


def _digits_by_run(results: Results, network: Experiment, epoch: int) -> list[set[int]]:
    """For each run of a network, the set of digits that it predicts for test images."""
    return [set(predictions.tolist()) for predictions in results[network].arrays("predictions", epoch)]


def _commonest_digit() -> int:
    """The most frequent digit of the training images."""
    ((digit, _),) = Counter(labels("training").tolist()).most_common(1)
    return int(digit)


def _gradient_left(run: Run, _: int | None) -> float:
    """The gradient norm in the first hidden layer, in millionths of that in the last."""
    *hidden_layers, _output_layer = run.records[0]["first_gradient_norms"]
    return float(MILLION * hidden_layers[0] / hidden_layers[-1])


def _image_left(run: Run, _: int | None) -> float:
    """The difference between two images in the last hidden layer, in millionths of that in the first."""
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
def hypothesis(results: Results) -> Answer:
    """What is left of both signals, and the trials that distinguish between the two explanations."""
    answer = count(results, None, TEST, above=LEARNED, epoch=EPOCH, name="learned")
    answer |= mean(results, TEST, epoch=EPOCH, name="test")
    answer |= mean(results, GRADIENT, epoch=EPOCH, name="gradient")
    answer |= mean(results, IMAGE, epoch=EPOCH, name="image")
    answer |= difference(results, TEST, GAIN, FROZEN, epoch=EPOCH, name="damage")
    answer |= _vanishing(answer.gradient, answer.image)
    frozen = [TEST.of(run, EPOCH) for run in results[FROZEN]]
    lowest = number(min(frozen), unit="fraction", method="lowest of the runs of Trial 2")
    highest = number(max(frozen), unit="fraction", method="highest of the runs of Trial 2")
    trials = _trials(answer, frozen_range=f"{100 * min(frozen):.0f} to {100 * max(frozen):.0f}")
    return answer | Answer(trials=trials, frozen=Answer(lowest=lowest, highest=highest))


def _trials(answer: Answer, frozen_range: str) -> Table:
    """A row for each trial: which signals get through, how many runs learn, and the test accuracy.

    The accuracies of Trial 2 vary too much between runs for an interval: its row has their range.
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
        gradient = _arrives(answer.gradient[network])
        image = _arrives(answer.image[network])
        accuracy: Quantity | str = answer.test[network]
        if network is FROZEN:
            gradient = "layers fixed"
            accuracy = frozen_range
        learned = answer.learned[network]
        runs_that_learn = f"{learned.quantity.value} of {learned.of.value}"
        rows.append([title, gradient, image, runs_that_learn, accuracy])
    columns = ("Trial", "Gradient gets through", "Image gets through", "Runs that learn", "Test accuracy")
    return Table(columns, rows)


def _arrives(signal_left: Quantity) -> str:
    """ "yes" or "no": whether enough of a signal is left, for a cell of a table."""
    return "yes" if float(signal_left.value or 0) > ARRIVES else "no"


def _vanishing(gradient: Any, image: Any) -> Answer:
    """What is left of both signals in the deep networks: least and most of the three, and by the formula.

    `gradient` and `image` have the mean of each network, in millionths.
    """
    gradients = [gradient[network].value for network in DEEP]
    images = [image[network].value for network in DEEP]
    steps = len(DEEP_32.specification.hidden_layers) - 1
    most_left = max(*gradients, *images)
    least_growth = min(
        gradient[GAIN].value / gradient[DEEP_32].value,
        image[GAIN].value / image[DEEP_32].value,
    )
    answer = Answer(expected=number(MILLION * SLOPE**steps, unit="millionths", exact=True))
    for signal, values in (("gradient", gradients), ("image", images)):
        least = number(min(values), method="millionths, smallest of the three networks")
        most = number(max(values), method="millionths, largest of the three networks")
        answer |= Answer(**{f"least_{signal}": least, f"most_{signal}": most})
    return answer | Answer(
        vanish=fact(most_left < 20, "less than 20 millionths of both signals are left"),
        louder=fact(least_growth > 1_000, "with larger weights more than a thousand times as much is left"),
    )


@question("How many trainable parameters do they have?", reads=DEEP)
def deep_parameters(results: Results) -> Answer:
    """The numbers of parameters by layer, and whether most are in the first layer."""
    shares = []
    for network in DEEP:
        parameters_of_first_layer = _parameters_by_layer(network.specification)[0]
        shares.append(parameters_of_first_layer / network.specification.parameters)
    first, hidden, *_, output = _parameters_by_layer(DEEP_8.specification)
    return Answer(
        first=number(first),
        hidden=number(hidden),
        output=number(output),
        most=fact(min(shares) > 0.5, "more than half of the parameters are in the first layer"),
    )


def _parameters_by_layer(network: Network) -> list[int]:
    """Weights and biases of each layer: a node has a weight for each input, and a bias."""
    return [(inputs + 1) * outputs for inputs, outputs in network.layer_shapes]


@question(
    "Is there a clear correlation between parameters and accuracy?",
    reads=at(EPOCH, *NETWORKS) + at(LAST, WIDE, SMALL),
    figures=accuracy_parameters,
)
def correlation(results: Results) -> Answer:
    """All six networks on validation data after ten epochs, and the two of part one after fifty."""
    ranked = ranking(results, VALIDATION, epoch=EPOCH)
    early = difference(results, TEST, WIDE, SMALL, epoch=EPOCH, name="early")
    late = difference(results, TEST, WIDE, SMALL, epoch=LAST, name="late")
    sizes = [log(network.specification.parameters) for network in NETWORKS]
    accuracies = [ranked.mean[network].value for network in NETWORKS]
    overall = number(pearson(sizes, accuracies), method="Pearson, of means and logarithms of parameters")
    return ranked | early | late | Answer(overall=overall)
