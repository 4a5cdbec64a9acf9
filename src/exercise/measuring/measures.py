"""What several answers measure in the same way: accuracies, differences, who got which image right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from exercise import mnist
from exercise.networks import Network
from labreport.claims import Quantity, Unit, VariesWith, Verdict
from labreport.claims.comparison import mcnemar, separate_items
from labreport.claims.decision import decide
from labreport.claims.derivation import Derivation
from labreport.claims.estimate import Estimate
from labreport.claims.resolve import common
from labreport.claims.statistics import over_seeds, share_over_seeds
from labreport.later import later
from labreport.results import Result, Results, Runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

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


def nodes_in_each(network: Network) -> int | None:
    """The number of nodes of every hidden layer; None where they differ."""
    return network.hidden_layers[0] if len(set(network.hidden_layers)) == 1 else None


def exact(value: float | int | None, unit: Unit, source: str, varies_with: VariesWith = "") -> Quantity:
    """A number known exactly: counted, declared or fixed in advance.

    `varies_with` says that another honest run would count something else.
    """
    return Quantity(value, unit, source, varies_with=varies_with)


def first_and_last(name: str, epochs: Sequence[int | None], origin: str) -> dict[str, Quantity]:
    """The earliest and the latest of some epochs, one for each seed; None where a seed has none."""
    known = [epoch for epoch in epochs if epoch is not None]
    whole = len(known) == len(epochs)
    ends = {"first": min(known), "last": max(known)} if whole else dict.fromkeys(("first", "last"))
    return {
        f"{name}_{which}": exact(epoch, "", f"{origin}: {which} of all seeds", "seeds")
        for which, epoch in ends.items()
    }


def source(runs: Runs, what: str) -> str:
    """Which results a number comes from, as text: `wide, seeds 0, 1, 2, test accuracy at epoch 10`."""
    seeds = ", ".join(str(seed) for seed in runs.seeds)
    return f"{runs.experiment.name}, {'seeds' if len(runs) > 1 else 'seed'} {seeds}: {what}"


def accuracy(runs: Runs, epoch: int, split_name: str) -> Quantity:
    """Accuracy on a split at the snapshot of `epoch`, mean over seeds.

    The interval of training accuracy covers the seeds; those of the other two, whose images stand for
    images that the network has not seen, cover seeds and images.
    """
    values = runs.metric(epoch, split_name, "accuracy")
    return _accuracy(values, split_name, source(runs, f"{split_name} accuracy at epoch {epoch}"))


def recorded_accuracy(runs: Runs, epoch: int) -> Quantity:
    """Validation accuracy as recorded at the end of `epoch`, for epochs without a snapshot."""
    values = [curve[epoch - 1] for curve in runs.curve("validation_accuracy", epoch)]
    return _accuracy(values, "validation", source(runs, f"validation accuracy recorded at epoch {epoch}"))


def accuracy_over_seeds(runs: Runs, epoch: int, split_name: str) -> Quantity:
    """The same as `accuracy`, with the interval that covers the seeds only, on these very images."""
    origin = source(runs, f"{split_name} accuracy at epoch {epoch}, these images only")
    return over_seeds(runs.metric(epoch, split_name, "accuracy"), "fraction", origin)


def _accuracy(values: Sequence[float], split_name: str, origin: str) -> Quantity:
    if split_name == "training" and len(values) > 1:
        return over_seeds(values, "fraction", origin)
    return share_over_seeds(values, len(split(split_name)), origin)


def loss(runs: Runs, epoch: int, split_name: str) -> Quantity:
    """Mean cross-entropy on a split at the snapshot of `epoch`."""
    origin = source(runs, f"{split_name} loss at epoch {epoch}")
    return over_seeds(runs.metric(epoch, split_name, "loss"), "nat", origin)


def between_splits(runs: Runs, epoch: int, first: str, second: str) -> Estimate:
    """Accuracy on `first` minus accuracy on `second`, of the same models, over seeds and images."""
    origin = source(runs, f"{first} minus {second} accuracy at epoch {epoch}")
    a, b = (runs.metric(epoch, name, "accuracy") for name in (first, second))
    return separate_items(a, len(split(first)), b, len(split(second)), origin)


def right(run: Result, epoch: int, split_name: str) -> NDArray[np.bool_]:
    """Which images of a split the model of `run` got right at `epoch`; shape (images,)."""
    correct: NDArray[np.bool_] = run.at(epoch).arrays[PREDICTIONS[split_name]] == split(split_name).labels
    return correct


def by_image(a: Runs, epoch_a: int, b: Runs, epoch_b: int, split_name: str = "test") -> list[Estimate]:
    """McNemar's comparison of two networks on the same images, one for each seed that both have."""
    what = f"{a.experiment.name} at epoch {epoch_a} minus {b.experiment.name} at epoch {epoch_b}"
    return [
        mcnemar(
            right(first, epoch_a, split_name),
            right(second, epoch_b, split_name),
            f"{what}, seed {first.seed}: {split_name} accuracy",
        )
        for first, second in common(a, b)
    ]


def seeds_differing(a: Runs, epoch_a: int, b: Runs, epoch_b: int) -> Quantity:
    """In how many seeds the two models differ on test images, Holm-corrected over the seeds."""
    decisions = decide(by_image(a, epoch_a, b, epoch_b))
    differing = sum(decision.verdict is not Verdict.INCONCLUSIVE for decision in decisions)
    return exact(differing, "seeds", "McNemar's exact test of each seed, Holm-corrected")


def seeds_of(networks: Iterable[Runs]) -> dict[str, Quantity]:
    """How many seeds these have: `seeds` the most, `seeds.fewest` the fewest of any."""
    counts = [len(runs) for runs in networks]
    return {
        "seeds": exact(max(counts), "seeds", "most seeds of any network that is read"),
        "seeds.fewest": exact(min(counts), "seeds", "fewest seeds of any network that is read"),
    }


def shared_seeds(a: Runs, b: Runs) -> Quantity:
    """The number of seeds that both networks were trained with."""
    return exact(len(list(common(a, b))), "seeds", "seeds that both share")


def negated(quantity: Quantity) -> Quantity:
    """The difference seen from the other side."""
    interval = quantity.interval
    if interval is not None:
        interval = replace(interval, low=-interval.high, high=-interval.low)
    value = None if quantity.value is None else -quantity.value
    origin, derivation = f"minus ({quantity.source})", Derivation("negation", {"of": quantity})
    return replace(quantity, value=value, interval=interval, source=origin, derivation=derivation)


def differ_in_layers(results: Results, original: str, changed: str, other: str) -> bool:
    """Whether `changed` is `original` with the momentum of `other`, from which only its layers differ."""
    before, after, against = (network_of(results[name]) for name in (original, changed, other))
    return (
        before != after == replace(before, momentum=against.momentum)
        and replace(after, hidden_layers=against.hidden_layers) == against
    )
