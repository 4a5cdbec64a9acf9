"""What the answers measure: the measures themselves, and the numbers that several answers read in one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from exercise import mnist
from exercise.networks import Network
from labreport.errors import UsageError
from labreport.later import later
from labreport.results import Result, Runs
from labreport.stats import Answer, Measure, Quantity, Source, Unit, VariesWith, exact, mean, sample
from labreport.stats.operations.arithmetic import calculated
from labreport.stats.operations.condition import compare as condition
from labreport.stats.quantity import Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

MARGIN = 0.2
"""Percentage points of accuracy below which a difference does not matter, in the whole report."""
BECAUSE = "about the standard error of an accuracy near 97 % on 10 000 images"
LEARNED = 20.0
"""Test accuracy in per cent above which a network counts as having learned: twice that of guessing."""
GOAL = 92.0
"""Accuracy in per cent that the exercise asks the complex network to exceed."""
EPOCH = 10
"""Parts one and two compare networks after this many epochs."""
LAST = 50
"""Parts three to six compare networks after this many."""
MOMENTS = (5, 20, 50)
"""Epochs at which the exercise compares the complex network with the simple one."""
SEEN, CHECKED = 50, 100
"""More time for the complex network: from the first to the second."""
SPLITS = ("training", "validation", "test")
PREDICTIONS = {"validation": "validation_predictions", "test": "predictions"}
"""The array of a snapshot that holds the class predicted for each image of a split."""


def split(name: str) -> mnist.Split:
    """One of the three splits of the dataset, by name."""
    data = mnist.load()
    return {"training": data.training, "validation": data.validation, "test": data.test}[name]


def right(run: Result, epoch: int | None, split_name: str) -> NDArray[np.bool_]:
    """Which images of a split the model of `run` got right at `epoch`; shape (images,)."""
    correct: NDArray[np.bool_] = run.at(epoch).arrays[PREDICTIONS[split_name]] == split(split_name).labels
    return correct


def _right(split_name: str) -> Callable[[Result, int | None], NDArray[np.bool_]]:
    def of_split(run: Result, epoch: int | None) -> NDArray[np.bool_]:
        return right(run, epoch, split_name)

    return of_split


def _recorded(run: Result, epoch: int | None) -> float:
    """Validation accuracy as recorded at the end of an epoch, for epochs without a snapshot."""
    if epoch is None:
        raise UsageError("recorded validation accuracy needs an epoch")
    return float(run.records[epoch - 1]["validation_accuracy"])


TRAINING = Measure("training accuracy", unit="%", margin=MARGIN, because=BECAUSE)
VALIDATION = Measure(
    "validation accuracy", unit="%", margin=MARGIN, because=BECAUSE, right=_right("validation")
)
TEST = Measure("test accuracy", unit="%", margin=MARGIN, because=BECAUSE, right=_right("test"))
ACCURACIES = {"training": TRAINING, "validation": VALIDATION, "test": TEST}
RECORDED = Measure("recorded validation accuracy", unit="%", margin=MARGIN, because=BECAUSE, value=_recorded)
"""Validation accuracy at any epoch; it knows how many images are right, and not which."""


def network_of(runs: Runs) -> Network:
    """The specification that `runs` trained."""
    network: Network = runs.experiment.specification
    return network


def nodes_in_each(network: Network) -> int | None:
    """The number of nodes of every hidden layer; None where they differ."""
    return network.hidden_layers[0] if len(set(network.hidden_layers)) == 1 else None


def declared(
    value: float | int | None,
    unit: Unit,
    note: str,
    *experiments: str,
    kind: Kind = "declared",
    varies_with: VariesWith = "",
) -> Quantity:
    """A number known exactly: declared, by a formula, or stated by others; `note` says which."""
    return Quantity(value, unit, Source(experiments, kind=kind, note=note), varies_with=varies_with)


def counted(value: float | int | None, unit: Unit, note: str, *experiments: str) -> Quantity:
    """A number counted in results, which other seeds would change."""
    return declared(value, unit, note, *experiments, kind="counted", varies_with="seeds")


def accuracy(runs: Runs, epoch: int, split_name: str) -> Quantity:
    """Accuracy on a split at the snapshot of `epoch`, mean over seeds.

    The interval of training accuracy covers the seeds; those of the other two, whose images stand for
    images that the network has not seen, cover seeds and images.
    """
    measure = ACCURACIES[split_name]
    return mean(sample(runs, measure, epoch), measure)


def loss(runs: Runs, epoch: int, split_name: str) -> Quantity:
    """Mean cross-entropy on a split at the snapshot of `epoch`."""
    measure = Measure(f"{split_name} loss", unit="nat", better="lower")
    return mean(sample(runs, measure, epoch), measure)


def seeds_of(*runs: Runs) -> Quantity:
    """The number of seeds of these networks. Raises `UsageError` where they have different numbers."""
    counts = {len(each) for each in runs}
    if len(counts) != 1:
        names = ", ".join(f"{each.experiment.name}: {len(each)}" for each in runs)
        raise UsageError(f"networks that are compared have different numbers of seeds ({names})")
    return counted(counts.pop(), "seeds", "seeds of each network")


def epochs_of(runs: Runs) -> Quantity:
    """For how many epochs a network was trained."""
    return declared(runs.experiment.epochs, "epochs", "catalogue", runs.experiment.name)


def parameter_counts(runs: Runs) -> Answer:
    """`NAME.parameters`, `.weights`, `.biases` by formula, and whether the stored weights are as many."""
    name, network = runs.experiment.name, network_of(runs)
    formula = {
        "parameters": network.parameters,
        "weights": network.weights,
        "biases": network.biases,
    }
    quantities = {
        f"{name}.{unit}": declared(value, unit, "formula of the layers", name, kind="computed")
        for unit, value in formula.items()
    }
    stored = declared(
        stored_parameters(runs), "parameters", "elements of the stored weights", name, kind="counted"
    )
    quantities[f"{name}.stored_parameters"] = stored
    agree = condition(quantities[f"{name}.parameters"], "=", stored)
    return Answer(quantities) | exact(f"{name}.counts-agree", agree)


def stored_parameters(runs: Runs) -> int:
    """Weights and biases counted in the arrays of the last snapshot of the first seed."""
    run = runs.runs[0]
    arrays = run.at(max(run.snapshots)).arrays
    # a weight may be kept twice, as what was learned and as what training continues from
    found = {name.removeprefix("state."): array for name, array in arrays.items()}
    return sum(
        int(array.size)
        for name, array in found.items()
        if name.startswith("layer-") and name.endswith((".kernel", ".bias"))
    )


def first_and_last(
    name: str, epochs: Sequence[int | None], note: str, experiment: str
) -> dict[str, Quantity]:
    """The earliest and the latest of some epochs, one for each seed; None where a seed has none."""
    known = [epoch for epoch in epochs if epoch is not None]
    whole = len(known) == len(epochs)
    ends = {"first": min(known), "last": max(known)} if whole else dict.fromkeys(("first", "last"))
    return {
        f"{name}_{which}": counted(epoch, "", f"{note}: {which} of all seeds", experiment)
        for which, epoch in ends.items()
    }


def ratio(one: Quantity, other: Quantity, note: str) -> Quantity:
    """How many times the other the one is."""
    found = calculated("quotient", [one, other], "times", Source(kind="computed", note=note))
    return replace(found, varies_with=one.varies_with or other.varies_with)
