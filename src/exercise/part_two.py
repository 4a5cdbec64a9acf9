"""Part two: three networks of ten hidden layers, and why they fail."""

from __future__ import annotations

from collections import Counter
from math import log
from typing import Any

from exercise.catalogue import (
    BACKWARD,
    DEEP,
    DEEP_32,
    DEEP_64,
    DEEP_LONGER,
    FEWER_LAYERS,
    FROZEN,
    GAIN,
    NETWORKS,
    RELU,
    SLOW,
    SMALL,
    WIDE,
)
from exercise.figures import SLOPE, accuracy_parameters, curves_deep, signals
from exercise.measures import EPOCH, LAST, LEARNED, TEST, VALIDATION, labels, question
from labreport import Answer, Measure, Table, at, average, count, difference, fact, mean, number, ranking

MILLION = 1e6


@question(
    "Did any of these networks do better than 20 % on validation or test data?",
    reads=at(EPOCH, *DEEP) + at(30, *DEEP_LONGER),
    figures=curves_deep,
)
def above_20(results: Any) -> Answer:
    """How many deep networks are above 20 %, which digits they name, and what their loss says."""
    deep, longer = [each.name for each in DEEP], [each.name for each in DEEP_LONGER]
    named = [set(array.tolist()) for name in deep for array in results[name].arrays("predictions", EPOCH)]
    tally = Counter(labels("training").tolist())
    commonest = tally.most_common(1)[0][0]
    shares = [number_ / tally.total() for number_ in tally.values()]
    entropy = -sum(share * log(share) for share in shares)
    losses = [value for name in deep for value in results[name].values("training loss", EPOCH)]
    best = max(
        value for name in deep for curve in results[name].curve("validation_accuracy") for value in curve
    )
    tested = [
        {name: average(results, name, measure, epoch=EPOCH).average for name in deep}
        for measure in (VALIDATION, TEST)
    ]
    rows = [
        [name, *(each[name] for each in tested), number(highest, unit="fraction", exact=True)]
        for name in deep
        for highest in [max(TEST.of(run, EPOCH) for run in results[name])]
    ]
    return (
        count(results, DEEP, TEST, above=LEARNED, epoch=EPOCH, name="on_test")
        | count(results, DEEP, VALIDATION, above=LEARNED, epoch=EPOCH, name="on_validation")
        | count(results, DEEP_LONGER, TEST, above=LEARNED, epoch=30, name="longer")
        | Answer(
            guesses=Table(("Network", "Validation", "Test", "Best training, test"), rows),
            trained=number(len(named), exact=True),
            ones=number(sum(one == {commonest} for one in named), exact=True),
            single=fact(
                all(len(one) == 1 for one in named), "every deep network names one digit for all images"
            ),
            commonest=number(commonest, exact=True),
            share=number((labels("test") == commonest).mean(), unit="fraction", exact=True),
            loss=number(sum(losses) / len(losses), unit="nat", method="mean training loss after 10 epochs"),
            entropy=number(entropy, unit="nat", exact=True),
            no_better=fact(
                min(losses) > entropy, "no loss is below that of knowing how often each digit occurs"
            ),
            never=fact(best < LEARNED / 100, "no run is above 20 % on validation data at any epoch"),
            after_30=fact(
                all(
                    (array == commonest).all()
                    for name in longer
                    for array in results[name].arrays("predictions")
                ),
                "after 30 epochs all name the most frequent digit",
            ),
        )
    )


def _left(record: str, towards: str) -> Measure:
    """What is left of a signal at the far end of the hidden layers before training, in millionths."""

    def of(run: Any, _: int | None) -> float:
        layers = run.records[0][record]
        ends = (layers[0], layers[-2]) if record == "first_gradient_norms" else (layers[-1], layers[0])
        return float(MILLION * ends[0] / ends[1])

    return Measure(
        f"share of the {towards} that is left", unit="millionths", scale="ratio", better="", value=of
    )


GRADIENT = _left("first_gradient_norms", "gradient")
IMAGE = _left("image_differences", "difference between images")


@question(
    "Why did they perform this way? A hypothesis",
    reads=(*at(EPOCH, *DEEP), *GAIN, *FEWER_LAYERS, BACKWARD, FROZEN, SLOW, RELU),
    figures=signals,
)
def hypothesis(results: Any) -> Answer:
    """What is left of both signals, and the trials that tell the two explanations apart."""
    usual, louder, frozen, both = DEEP_32, BACKWARD, FROZEN, GAIN[1]
    learned = count(results, [*results], TEST, above=LEARNED, epoch=EPOCH, name="learned").learned
    test = mean(results, TEST, epoch=EPOCH, name="test").test
    predicted = (
        (usual, "usual weights", "–", "–"),
        (louder, "gradient × 4 in each layer", "learns", "fails"),
        (frozen, "weights × 4, eight layers not trained", "fails", "learns"),
        (both, "weights × 4", "learns", "learns"),
    )
    rows = [
        [change, backward, forward, f"{learned[one].quantity.value} of {learned[one].of.value}", test[one]]
        for one, change, backward, forward in predicted
    ]
    columns = (
        "Change to deep-32",
        "If the gradient decides",
        "If the image decides",
        "Above 20 %",
        "Test accuracy",
    )
    steps = len(usual.specification.hidden_layers) - 1
    left = mean(results, GRADIENT, epoch=EPOCH, name="gradient") | mean(
        results, IMAGE, epoch=EPOCH, name="image"
    )
    back, forth = ([float(left[what][deep].value or 0) for deep in DEEP] for what in ("gradient", "image"))
    larger = count(results, GAIN, TEST, above=LEARNED, epoch=EPOCH, name="larger_weights")
    rescued, tried = (
        int(one.value or 0) for one in (larger.larger_weights.quantity, larger.larger_weights.of)
    )
    more = [left[what][both].value / left[what][usual].value for what in ("gradient", "image")]
    return (
        left
        | larger
        | count(results, FEWER_LAYERS, TEST, above=LEARNED, epoch=EPOCH, name="four_layers")
        | difference(results, TEST, both, frozen, epoch=EPOCH, name="damage")
        | Answer(
            learned=learned,
            test=test,
            expected=number(MILLION * SLOPE**steps, unit="millionths", exact=True),
            least_gradient=number(min(back), method="millionths, smallest of the three networks"),
            most_gradient=number(max(back), method="millionths, largest of the three networks"),
            least_image=number(min(forth), method="millionths, smallest of the three networks"),
            most_image=number(max(forth), method="millionths, largest of the three networks"),
            vanish=fact(max(back + forth) < 20, "less than 20 millionths of both signals are left"),
            louder=fact(min(more) > 1_000, "with larger weights more than a thousand times as much is left"),
            rescued=number(rescued, exact=True),
            tried=number(tried, exact=True),
            few_fail=fact(rescued >= tried - 1, "larger weights rescue all trainings but one, or all"),
            trials=Table(columns, rows),
        )
    )


@question("How many trainable parameters do they have?", reads=DEEP)
def deep_parameters(results: Any) -> Answer:
    """How many of the parameters are in the first layer."""
    shares = {}
    for name, runs in results.items():
        inputs, nodes = runs.experiment.specification.layer_shapes[0]
        share = (inputs + 1) * nodes / runs.experiment.specification.parameters
        shares[name] = number(share, unit="fraction", exact=True)
    first = all(float(share.value or 0) > 0.5 for share in shares.values())
    return Answer(
        first_layer=Answer(**shares),
        most=fact(first, "more than half of the parameters are in the first layer"),
    )


@question(
    "Is there a clear correlation between parameters and accuracy?",
    reads=at(EPOCH, *NETWORKS) + at(LAST, WIDE, SMALL),
    figures=accuracy_parameters,
)
def correlation(results: Any) -> Answer:
    """All six networks on validation data after ten epochs, and the two of part one after fifty."""
    sizes = {each.name: each.specification.parameters for each in NETWORKS}
    from scipy.stats import pearsonr

    ranked = ranking(results, VALIDATION, epoch=EPOCH)
    found = pearsonr([log(size) for size in sizes.values()], [ranked.mean[name].value for name in sizes])
    return (
        ranked
        | difference(results, TEST, WIDE, SMALL, epoch=EPOCH, name="early")
        | difference(results, TEST, WIDE, SMALL, epoch=LAST, name="late")
        | Answer(
            deep_64=number(sizes[DEEP_64.name] / sizes[SMALL.name], unit="times", exact=True),
            deep=number(sizes[DEEP_64.name] / sizes["deep-8"], unit="times", exact=True),
            shallow=number(sizes[WIDE.name] / sizes[SMALL.name], unit="times", exact=True),
            overall=number(found.statistic, method="Pearson, of the means with the logarithm of the number"),
            chance=number(found.pvalue, method="two-sided, SciPy's pearsonr"),
            weak=fact(found.pvalue > 0.05, "six networks could show this correlation by chance"),
        )
    )
