"""How accurate the networks of one hidden layer are, on the three splits, and which is better."""

from __future__ import annotations

from dataclasses import replace

from exercise.catalogue import SMALL, WIDE, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.curves import part_one_curves
from exercise.measuring.measures import (
    ACCURACIES,
    BECAUSE,
    EPOCH,
    LAST,
    MARGIN,
    SPLITS,
    TEST,
    accuracy,
    declared,
    loss,
    seeds_of,
    split,
)
from exercise.part_one.parameters import BOTH
from labreport.experiment import required
from labreport.outline import question
from labreport.results import Results, Runs
from labreport.stats import Answer, Measure, difference, sample

ACCURACY = Measure("accuracy", unit="%", margin=MARGIN, because=BECAUSE)
"""Of one network on several sets of images."""


@question(
    "How accurate are they after ten epochs?",
    slug="part-one.accuracy",
    reads=BOTH,
    requires=required(BOTH, EPOCH),
    figures=(part_one_curves,),
    checks=[
        (f"{network.name}.{kind}_accuracy", checked_accuracy(network, EPOCH, kind))
        for network in BOTH
        for kind in ("validation", "test")
    ],
)
def accuracies(results: Results) -> Answer:
    """Accuracy of each network on the three splits, and the differences from validation accuracy."""
    quantities = {
        "epochs": declared(EPOCH, "epochs", "exercise"),
        "seeds": seeds_of(*results.values()),
        **{f"images.{kind}": declared(len(split(kind)), "images", f"MNIST, {kind}") for kind in SPLITS},
    }
    answer = Answer(quantities, facts={"networks": names(BOTH), "splits": list(SPLITS)})
    for name in names(BOTH):
        runs = results[name]
        for kind in SPLITS:
            answer |= Answer(
                {
                    f"{name}.{kind}_accuracy": accuracy(runs, EPOCH, kind),
                    f"{name}.{kind}_loss": loss(runs, EPOCH, kind),
                }
            )
        for kind in ("training", "test"):
            answer |= between_splits(runs, kind, f"{name}.{kind}")
    return answer


def between_splits(runs: Runs, kind: str, name: str) -> Answer:
    """Accuracy on a split minus accuracy on validation images, of the same models."""
    samples = {
        each: replace(
            sample(runs, ACCURACIES[each], EPOCH),
            name=f"{runs.experiment.name}, {each} images",
            title=f"{runs.experiment.name} on {each} images",
            items=each,
        )
        for each in (kind, "validation")
    }
    return difference(samples, kind, "validation", ACCURACY, name=name)


@question(
    "Which of them is better on test data?",
    slug="part-one.comparison",
    reads=BOTH,
    requires=required(BOTH, EPOCH, LAST),
    checks=[
        ("early.wide minus small", f"{checked_accuracy(WIDE, EPOCH)} - {checked_accuracy(SMALL, EPOCH)}"),
        ("late.wide minus small", f"{checked_accuracy(WIDE, LAST)} - {checked_accuracy(SMALL, LAST)}"),
    ],
)
def comparison(results: Results) -> Answer:
    """The wide against the small network on test data, after ten epochs and at the end."""
    early = difference(results, WIDE, SMALL, TEST, EPOCH, name="early")
    return early | difference(results, WIDE, SMALL, TEST, LAST, name="late")
