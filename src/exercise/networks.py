"""The specification of a network, its parameter counts, and the exercise's rules as checks."""

from __future__ import annotations

import functools
import statistics
import time
from dataclasses import dataclass
from itertools import pairwise

from labreport.errors import RuleBroken
from labreport.experiment import Experiment

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
CHOICES: dict[str, tuple[str, ...]] = {
    "activation": ("sigmoid", "tanh", "relu"),
    "initializer": tuple(VARIANCE_SCALING),
    "loss": ("categorical_crossentropy",),
    "optimizer": ("sgd",),
}
"""Fields of a network that name something, and the names that training knows."""


@dataclass(frozen=True)
class Network:
    """A fully connected classifier and how it is trained; all that decides its weights but the seed.

    `initial_gain` multiplies the initialiser's weights; 1 is the initialiser as it comes. Three fields
    take one possible cause away and leave the rest: the first `frozen_layers` hidden layers keep their
    initial weights and biases; `backward_gain` multiplies what each layer passes back to the one before
    it and leaves what is passed forward; without `output_bias` the biases of the output layer stay zero.
    """

    hidden_layers: tuple[int, ...]
    learning_rate: float = 0.5
    momentum: float = 0.0
    batch_size: int = 128
    activation: str = "sigmoid"
    initializer: str = "glorot_uniform"
    initial_gain: float = 1.0
    frozen_layers: int = 0
    backward_gain: float = 1.0
    output_bias: bool = True
    loss: str = "categorical_crossentropy"
    optimizer: str = "sgd"

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


def timing_of(name: str) -> str:
    """What the experiment is called that times the network `name`."""
    return f"times/{name}"


@dataclass(frozen=True)
class Rules:
    """Bounds that the exercise sets one of its networks; `None` where it sets none.

    All bounds are inclusive. `nodes` bounds every hidden layer.
    """

    hidden_layers: tuple[int, int | None] = (1, None)
    nodes: tuple[int, int | None] = (1, None)
    parameters: tuple[int, int | None] = (1, None)
    epochs: tuple[int, int | None] = (10, None)

    def check(self, experiment: Experiment) -> None:
        """Raise `RuleBroken`, naming network, rule and number, unless `experiment` keeps them all."""
        network: Network = experiment.specification
        _within(experiment.name, "hidden layers", len(network.hidden_layers), self.hidden_layers)
        for width in network.hidden_layers:
            _within(experiment.name, "nodes in a hidden layer", width, self.nodes)
        _within(experiment.name, "trainable parameters", network.parameters, self.parameters)
        _within(experiment.name, "epochs", experiment.epochs, self.epochs)
        for field, allowed in (
            ("activation", "sigmoid"),
            ("loss", "categorical_crossentropy"),
            ("optimizer", "sgd"),
        ):
            found = getattr(network, field)
            if found != allowed:
                raise RuleBroken(
                    f"network {experiment.name!r}: {field} is {found!r}; the exercise asks for {allowed!r}"
                )


def check_values(experiment: Experiment) -> None:
    """Raise `RuleBroken` unless every field holds a value that training can use."""
    network: Network = experiment.specification
    name = experiment.name
    if not all(type(width) is int for width in network.hidden_layers):
        raise RuleBroken(
            f"network {name!r}: hidden_layers is {network.hidden_layers!r}; whole numbers are allowed"
        )
    _within(name, "hidden layers", len(network.hidden_layers), (1, 100))
    for width in network.hidden_layers:
        _within(name, "nodes in a hidden layer", width, (1, 10_000))
    for field, low, high in (
        ("learning_rate", 1e-6, 100.0),
        ("momentum", 0.0, 0.999),
        ("initial_gain", 1e-3, 1e3),
        ("backward_gain", 1e-3, 1e3),
        ("frozen_layers", 0, len(network.hidden_layers)),
        ("batch_size", 1, 54_000),
    ):
        value = getattr(network, field)
        if type(value) not in (int, float) or not low <= value <= high:
            raise RuleBroken(f"network {name!r}: {field} is {value!r}; allowed is {low:g} to {high:g}")
    if type(network.batch_size) is not int:
        raise RuleBroken(f"network {name!r}: batch_size is {network.batch_size!r}; allowed is a whole number")
    for field, choices in CHOICES.items():
        found = getattr(network, field)
        if found not in choices:
            raise RuleBroken(f"network {name!r}: {field} is {found!r}; allowed: {', '.join(choices)}")


def _within(name: str, what: str, value: int, bounds: tuple[int, int | None]) -> None:
    low, high = bounds
    if value < low or (high is not None and value > high):
        allowed = f"{low:,} or more" if high is None else f"{low:,} to {high:,}"
        raise RuleBroken(f"network {name!r}: {value:,} {what}; allowed: {allowed}")


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


def program_name(network: Network | Timing) -> str:
    """Equal for networks whose training compiles to the same program."""
    if isinstance(network, Timing):
        return f"timing {program_name(network.network)}"
    return f"{network.hidden_layers} {network.activation} {network.momentum > 0} {network.batch_size}"
