"""What several answers measure in the same way: accuracies, differences, who got which image right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exercise import mnist
from exercise.networks import Network
from labreport.claims import Quantity, Unit, VariesWith
from labreport.claims.comparison import Comparison, independent, mcnemar, paired
from labreport.claims.statistics import over_seeds, wilson
from labreport.results import Result, Runs

SPLITS = ("training", "validation", "test")
PREDICTIONS = {"validation": "validation_predictions", "test": "predictions"}
"""The array of a snapshot that holds the class predicted for each image of a split."""


def split(name: str) -> mnist.Split:
    """One of the three splits of the dataset, by name."""
    data = mnist.load()
    return {"training": data.training, "validation": data.validation, "test": data.test}[name]


def network_of(runs: Runs) -> Network:
    """The specification that `runs` trained."""
    network: Network = runs.experiment.specification
    return network


def exact(value: float | int, unit: Unit, source: str, varies_with: VariesWith = "") -> Quantity:
    """A number known exactly: counted, declared or fixed in advance.

    `varies_with` says that another honest run would count something else.
    """
    return Quantity(value, unit, source, varies_with=varies_with)


def source(runs: Runs, what: str) -> str:
    """Which results a number comes from, as text: `wide, seeds 0, 1, 2, test accuracy at epoch 10`."""
    seeds = ", ".join(str(seed) for seed in runs.seeds)
    return f"{runs.experiment.name}, {'seeds' if len(runs) > 1 else 'seed'} {seeds}: {what}"


def accuracy(runs: Runs, epoch: int, split_name: str) -> Quantity:
    """Accuracy on a split at the snapshot of `epoch`: mean over seeds; of one seed, Wilson's interval."""
    values = runs.metric(epoch, split_name, "accuracy")
    origin = source(runs, f"{split_name} accuracy at epoch {epoch}")
    if len(values) > 1:
        return over_seeds(values, "fraction", origin)
    return of_one_model(values[0], split_name, origin)


def recorded_accuracy(runs: Runs, epoch: int) -> Quantity:
    """Validation accuracy as recorded at the end of `epoch`, for epochs without a snapshot."""
    values = [curve[epoch - 1] for curve in runs.curve("validation_accuracy", epoch)]
    origin = source(runs, f"validation accuracy recorded at epoch {epoch}")
    if len(values) > 1:
        return over_seeds(values, "fraction", origin)
    return of_one_model(values[0], "validation", origin)


def of_one_model(value: float, split_name: str, origin: str) -> Quantity:
    """The accuracy of a single model, with Wilson's interval for the images of the split."""
    images = len(split(split_name))
    return wilson(round(value * images), images, origin)


def loss(runs: Runs, epoch: int, split_name: str) -> Quantity:
    """Mean cross-entropy on a split at the snapshot of `epoch`."""
    origin = source(runs, f"{split_name} loss at epoch {epoch}")
    return over_seeds(runs.metric(epoch, split_name, "loss"), "nat", origin)


def between_splits(runs: Runs, epoch: int, first: str, second: str) -> Comparison:
    """Accuracy on `first` minus accuracy on `second`, of the same models.

    Paired by seed; with one seed, the two splits are compared as separate draws of images.
    """
    origin = source(runs, f"{first} minus {second} accuracy at epoch {epoch}")
    a, b = (runs.metric(epoch, name, "accuracy") for name in (first, second))
    if len(runs) > 1:
        return paired(a, b, "points", origin)
    images_a, images_b = len(split(first)), len(split(second))
    return independent(round(a[0] * images_a), images_a, round(b[0] * images_b), images_b, origin)


def right(run: Result, epoch: int, split_name: str) -> NDArray[np.bool_]:
    """Which images of a split the model of `run` got right at `epoch`; shape (images,)."""
    correct: NDArray[np.bool_] = run.at(epoch).arrays[PREDICTIONS[split_name]] == split(split_name).labels
    return correct


def common(a: Runs, b: Runs) -> list[tuple[Result, Result]]:
    """The runs of both that share a seed."""
    others = {run.seed: run for run in b}
    return [(run, others[run.seed]) for run in a if run.seed in others]


def by_image(a: Runs, epoch_a: int, b: Runs, epoch_b: int, split_name: str = "test") -> list[Comparison]:
    """McNemar's comparison of two networks on the same images, one a seed."""
    what = f"{a.experiment.name} at epoch {epoch_a} minus {b.experiment.name} at epoch {epoch_b}"
    return [
        mcnemar(
            right(first, epoch_a, split_name),
            right(second, epoch_b, split_name),
            f"{what}, seed {first.seed}: {split_name} accuracy",
        )
        for first, second in common(a, b)
    ]


def compare(a: Runs, epoch_a: int, b: Runs, epoch_b: int, split_name: str = "test") -> Comparison:
    """Accuracy of `a` minus that of `b`: paired by seed; with one seed, the two models by McNemar."""
    pairs = common(a, b)
    if len(pairs) == 1:
        return by_image(a, epoch_a, b, epoch_b, split_name)[0]
    values = [
        (
            float(first.at(epoch_a).metrics[split_name]["accuracy"]),
            float(second.at(epoch_b).metrics[split_name]["accuracy"]),
        )
        for first, second in pairs
    ]
    origin = source(
        a, f"{split_name} accuracy at epoch {epoch_a}, minus {b.experiment.name} at epoch {epoch_b}"
    )
    return paired([first for first, _ in values], [second for _, second in values], "points", origin)


def compare_recorded(a: Runs, b: Runs, epoch: int, epoch_b: int | None = None) -> Comparison:
    """Recorded validation accuracy of `a` at `epoch` minus that of `b` at `epoch_b` (default the same).

    Paired by seed; with one seed, the two models are compared as if on separate draws of images,
    which is cautious: the images are the same.
    """
    last = epoch if epoch_b is None else epoch_b
    origin = source(
        a, f"validation accuracy recorded at epoch {epoch}, minus {b.experiment.name} at epoch {last}"
    )
    values = [
        (
            float(first.records[epoch - 1]["validation_accuracy"]),
            float(second.records[last - 1]["validation_accuracy"]),
        )
        for first, second in common(a, b)
    ]
    if len(values) == 1:
        images = len(split("validation"))
        return independent(round(values[0][0] * images), images, round(values[0][1] * images), images, origin)
    return paired([first for first, _ in values], [second for _, second in values], "points", origin)
