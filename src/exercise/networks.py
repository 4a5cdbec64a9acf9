"""The specification of a network, its numbers of parameters, and the rules of the exercise as checks."""

from __future__ import annotations

import functools
import math
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

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
"""The scale, fan and distribution of Keras' named initialisers, all of which are variance scalings."""


ASKED = {"activation": "sigmoid", "loss": "categorical_crossentropy", "optimizer": "sgd"}
"""What the exercise asks for in all its networks."""


@dataclass(frozen=True)
class Network:
    """A fully connected classifier and its training: all that determines its weights, except the seed.

    `initial_gain` multiplies the initial weights; 1 leaves them as the initialiser gives them. Three fields
    each remove one possible cause of failure: the first `frozen_layers` hidden layers keep their initial
    weights and biases; `backward_gain` multiplies the gradient between layers, without any change to the
    forward pass; without `output_bias`, the biases of the output layer stay zero.
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
        """Number of weights and biases, including those that are not trained."""
        return self.weights + self.biases


@dataclass(frozen=True)
class Timing:
    """The specification of a measurement of time: epochs of this network, in plain Keras."""

    network: Network


Bounds: TypeAlias = tuple[int, int | None]
"""The least and the greatest allowed number, both inclusive; None means no bound."""


@dataclass(frozen=True)
class Rules:
    """The rules of the exercise for one of its networks. `nodes` are the bounds for each hidden layer."""

    hidden_layers: Bounds = (1, None)
    nodes: Bounds = (1, None)
    parameters: Bounds = (1, None)
    epochs: Bounds = (10, None)

    def broken(self, experiment: Experiment) -> list[str]:
        """A text for each rule that `experiment` breaks: what it has, and what the exercise allows."""
        network: Network = experiment.specification
        hint = ""
        if len(network.hidden_layers) == 1:
            hint = f", which is {_nodes_of_one_layer(self.parameters)} in one hidden layer"
        broken = _outside("hidden layers", len(network.hidden_layers), self.hidden_layers)
        for nodes in network.hidden_layers:
            broken += _outside("nodes in a hidden layer", nodes, self.nodes)
        broken += _outside("trainable parameters", network.parameters, self.parameters, hint)
        broken += _outside("epochs", experiment.epochs, self.epochs)
        for field, asked in ASKED.items():
            value = getattr(network, field)
            if value != asked:
                broken.append(f"the {field} {value!r}; the exercise asks for {asked!r}")
        return broken


def _outside(name: str, number: int, bounds: Bounds, hint: str = "") -> list[str]:
    """A text about a number that is outside its bounds, in a list that is empty if it is inside."""
    low, high = bounds
    if low <= number and (high is None or number <= high):
        return []
    if high is None:
        allowed = f"{low:,} or more"
    elif low == high:
        allowed = f"{low:,}"
    else:
        allowed = f"{low:,} to {high:,}"
    return [f"{number:,} {name}; the exercise allows {allowed}{hint}"]


def _nodes_of_one_layer(parameters: Bounds) -> str:
    """The numbers of nodes in a single hidden layer that these bounds of parameters allow, as text.

    Each node has a weight for each input, a weight for each class, and a bias; each class has a bias.
    """
    low, high = parameters
    of_a_node = INPUTS + CLASSES + 1
    if high is None:
        return f"{math.ceil((low - CLASSES) / of_a_node)} nodes or more"
    return f"at most {(high - CLASSES) // of_a_node} nodes"


RULES: dict[str, Rules] = {}
"""The rules of each of the exercise's own networks, by its name."""
RULES["wide"] = Rules(hidden_layers=(1, 1), parameters=(300_000, None))
RULES["small"] = Rules(hidden_layers=(1, 1), parameters=(1, 49_999), epochs=(50, None))
RULES["deep-8"] = Rules(hidden_layers=(10, None), nodes=(1, 9))
RULES["deep-32"] = Rules(hidden_layers=(10, None), nodes=(10, 50))
RULES["deep-64"] = Rules(hidden_layers=(10, None), nodes=(50, 100))
RULES["complex"] = Rules(hidden_layers=(3, None), epochs=(50, None))


def broken_rules(experiments: Iterable[Experiment]) -> Iterator[str]:
    """A message for each rule that a network of the exercise breaks, with the line that declares it."""
    for experiment in experiments:
        if experiment.name not in RULES:
            continue
        broken = RULES[experiment.name].broken(experiment)
        for text in dict.fromkeys(broken):
            named = f"{experiment.location}: network {experiment.name!r} has {text}"
            yield f"{named}; a network of your own needs another name: this one is taken"


USUAL_RATE = 160e9
"""The floating-point operations per second of a core on the machine where costs were measured.

On it, an epoch of a million units takes a second. Measured at 40e9 on two threads of one core of an AMD EPYC
with AVX2, where all training runs of the report took four times as many seconds as units.
"""


def epoch_cost(specification: Network | Timing) -> float:
    """An estimate of the seconds of one epoch in a worker of this machine, while all workers are busy.

    It depends on the number of weights, on the number of layers, and on how fast the machine multiplies.
    Plain Keras, which is timed, takes longer for each step, and has to start.
    """
    slowness = USUAL_RATE / _multiplications_per_second()
    if isinstance(specification, Timing):
        return 1.2 + 0.6 * slowness + 1.8 * epoch_cost(specification.network)
    units = specification.weights + 4_000.0 * len(specification.layer_shapes) + 20_000.0
    return slowness * units / 1e6


@functools.cache
def _multiplications_per_second() -> float:
    """Floating-point operations per second of a core while all cores multiply matrices of a usual size.

    It is the median of a few, in processor time, so that other programs hardly affect it.
    """
    import numpy as np

    images = np.ones((512, INPUTS), np.float32)
    weights = np.ones((INPUTS, 400), np.float32)
    seconds = []
    for _ in range(9):
        begun = time.process_time()
        _ = images @ weights
        seconds.append(time.process_time() - begun)
    operations = 2.0 * images.size * weights.shape[1]
    return operations / max(statistics.median(seconds), 1e-6)
