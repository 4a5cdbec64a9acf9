"""The specification of a network, its parameter counts, and the exercise's rules as checks."""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from msgspec import Meta

from labreport import Experiment

INPUTS = 784
"""Pixels of one image, 28 × 28."""
CLASSES = 10
VARIANCE_SCALING: dict[str, tuple[float, str, str]] = {
    "glorot_uniform": (1.0, "fan_avg", "uniform"),
    "glorot_normal": (1.0, "fan_avg", "truncated_normal"),
    "he_uniform": (2.0, "fan_in", "uniform"),
    "lecun_uniform": (1.0, "fan_in", "uniform"),
}
"""Keras' named initialisers as the variance scalings that they are: scale, fan, distribution."""


ASKED = {"activation": "sigmoid", "loss": "categorical_crossentropy", "optimizer": "sgd"}
"""What the exercise asks for in each of its networks."""


@dataclass(frozen=True)
class Network:
    """A fully connected classifier and how it is trained; all that decides its weights but the seed.

    `initial_gain` multiplies the initialiser's weights; 1 is the initialiser as it comes. Three fields
    take one possible cause away and leave the rest: the first `frozen_layers` hidden layers keep their
    initial weights and biases; `backward_gain` multiplies what each layer passes back to the one before
    it and leaves what is passed forward; without `output_bias` the biases of the output layer stay zero.
    """

    hidden_layers: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=10_000)], ...], Meta(min_length=1, max_length=100)
    ]
    learning_rate: Annotated[float, Meta(ge=1e-6, le=100)] = 0.5
    momentum: Annotated[float, Meta(ge=0, le=0.999)] = 0.0
    batch_size: Annotated[int, Meta(ge=1, le=54_000)] = 128
    activation: Literal["sigmoid", "tanh", "relu"] = "sigmoid"
    initializer: Literal["glorot_uniform", "glorot_normal", "he_uniform", "lecun_uniform"] = "glorot_uniform"
    initial_gain: Annotated[float, Meta(ge=1e-3, le=1_000)] = 1.0
    frozen_layers: Annotated[int, Meta(ge=0, le=100)] = 0
    backward_gain: Annotated[float, Meta(ge=1e-3, le=1_000)] = 1.0
    output_bias: bool = True
    loss: Literal["categorical_crossentropy"] = "categorical_crossentropy"
    optimizer: Literal["sgd"] = "sgd"

    @property
    def layer_shapes(self) -> tuple[tuple[int, int], ...]:
        """(inputs, outputs) of every layer, the output layer last."""
        widths = (INPUTS, *self.hidden_layers, CLASSES)
        return tuple(pairwise(widths))

    @property
    def weights(self) -> int:
        """Number of weights: the sum over layers of inputs times outputs."""
        return sum(inputs * outputs for inputs, outputs in self.layer_shapes)

    @property
    def biases(self) -> int:
        """Number of biases: one for each node of each layer."""
        return sum(outputs for _, outputs in self.layer_shapes)

    @property
    def parameters(self) -> int:
        """Number of weights and biases, those that are not trained included."""
        return self.weights + self.biases


@dataclass(frozen=True)
class Timing:
    """What is timed: epochs of this network, by plain Keras."""

    network: Network


@dataclass(frozen=True)
class Rules:
    """Bounds that the exercise sets one of its networks; `None` where it sets none.

    All bounds are inclusive. `nodes` bounds every hidden layer.
    """

    hidden_layers: tuple[int, int | None] = (1, None)
    nodes: tuple[int, int | None] = (1, None)
    parameters: tuple[int, int | None] = (1, None)
    epochs: tuple[int, int | None] = (10, None)

    def broken(self, experiment: Experiment) -> Iterator[str]:
        """Say each rule that `experiment` breaks: what it has, and what the exercise allows."""
        network: Network = experiment.specification
        for what, number, (low, high) in (
            ("hidden layers", len(network.hidden_layers), self.hidden_layers),
            *(("nodes in a hidden layer", width, self.nodes) for width in network.hidden_layers),
            ("trainable parameters", network.parameters, self.parameters),
            ("epochs", experiment.epochs, self.epochs),
        ):
            if number < low or (high is not None and number > high):
                bounds = f"{low:,} or more" if high is None else f"{low:,}" + f" to {high:,}" * (low < high)
                if what == "trainable parameters" and len(network.hidden_layers) == 1:
                    bounds += f", which is {_nodes(low, high)} in one hidden layer"
                yield f"{number:,} {what}; the exercise allows {bounds}"
        for field, asked in ASKED.items():
            if (found := getattr(network, field)) != asked:
                yield f"the {field} {found!r}; the exercise asks for {asked!r}"


def _nodes(low: int, high: int | None) -> str:
    """How many nodes one hidden layer has in a network of so many parameters: each has weights and a bias."""
    each = INPUTS + CLASSES + 1
    return (
        f"{-((CLASSES - low) // each)} nodes or more"
        if high is None
        else f"at most {(high - CLASSES) // each} nodes"
    )


RULES = {
    "wide": Rules(hidden_layers=(1, 1), parameters=(300_000, None)),
    "small": Rules(hidden_layers=(1, 1), parameters=(1, 49_999), epochs=(50, None)),
    "deep-8": Rules(hidden_layers=(10, None), nodes=(1, 9)),
    "deep-32": Rules(hidden_layers=(10, None), nodes=(10, 50)),
    "deep-64": Rules(hidden_layers=(10, None), nodes=(50, 100)),
    "complex": Rules(hidden_layers=(3, None), epochs=(50, None)),
}


def broken_rules(experiments: Iterable[Experiment]) -> Iterator[str]:
    """Say each rule that the exercise's own networks break, at the line that declares them."""
    for each in experiments:
        for broken in dict.fromkeys(RULES[each.name].broken(each)) if each.name in RULES else ():
            named = f"network {each.name!r} has {broken}"
            yield f"{each.location}: {named}; a network of your own needs another name: this one is taken"


def epoch_cost(network: Network | Timing) -> float:
    """About how many seconds one epoch takes in one of the workers of this machine, all of which are busy: by
    weights, layers, and what is equal for all, and by how fast the machine multiplies.

    Plain Keras, which is timed, spends more around each step, and has to start.
    """
    if isinstance(network, Timing):
        return 1.2 + 1.8 * epoch_cost(network.network) + 0.6 * USUAL_RATE / _multiplications()
    units = network.weights + 4_000.0 * len(network.layer_shapes) + 20_000.0
    return units / 1e6 * USUAL_RATE / _multiplications()


USUAL_RATE = 160e9
"""Floating-point operations a second of a core, as `_multiplications` finds them, where an epoch of a million
units takes a second. Of 40e9 on two threads of one core of an AMD EPYC with AVX2, where all trainings of the
report took four times as many seconds as units.
"""


@functools.cache
def _multiplications() -> float:
    """Floating-point operations a second of a core while all cores multiply matrices of a usual size.

    The median of a few, in processor time, so that it is about the same beside other programs.
    """
    import numpy as np

    images, weights = np.ones((512, INPUTS), np.float32), np.ones((INPUTS, 400), np.float32)
    seconds = []
    for _ in range(9):
        begun = time.process_time()
        _ = images @ weights
        seconds.append(time.process_time() - begun)
    return 2.0 * images.size * 400 / max(statistics.median(seconds), 1e-6)
