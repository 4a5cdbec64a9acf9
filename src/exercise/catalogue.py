"""Which networks are trained. To change the report's networks, change the values here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from exercise.networks import Network, Timing
from labreport import Experiment, study

START = "exercise.training:start"
MNIST = "data/mnist.npz"

# The exercise's own networks
WIDE = Experiment("wide", Network((400,)), 50, START)
SMALL = Experiment("small", Network((62,)), 50, START)
DEEP_8 = Experiment("deep-8", Network((8,) * 10), 10, START)
DEEP_32 = Experiment("deep-32", Network((32,) * 10), 10, START)
DEEP_64 = Experiment("deep-64", Network((64,) * 10), 10, START)
COMPLEX = Experiment("complex", Network((128,) * 3, momentum=0.9), 50, START)

DEEP = (DEEP_8, DEEP_32, DEEP_64)
LEARNING = (WIDE, SMALL, COMPLEX)
NETWORKS = (WIDE, SMALL, *DEEP, COMPLEX)


def _variant(base: Experiment, name: str, title: str, epochs: int = 0, **changes: Any) -> Experiment:
    """A copy of `base` with another name, and with changes of its network or of its number of epochs."""
    network = replace(base.specification, **changes)
    return Experiment(name, network, epochs or base.epochs, START, title=title)


# Layers, size and momentum separated: each shape without momentum and with it
ONE_LAYER = _variant(COMPLEX, "one-layer", "one layer of 170 nodes, momentum 0.9", hidden_layers=(170,))
SMALL_MOMENTUM = _variant(SMALL, "small-momentum", "small, momentum 0.9", momentum=0.9)
WIDE_MOMENTUM = _variant(WIDE, "wide-momentum", "wide, momentum 0.9", epochs=10, momentum=0.9)
COMPLEX_PLAIN = _variant(COMPLEX, "complex-no-momentum", "complex, no momentum", epochs=10, momentum=0.0)
ONE_LAYER_PLAIN = _variant(
    ONE_LAYER, "one-layer-no-momentum", "one layer of 170 nodes, no momentum", epochs=10, momentum=0.0
)
WITHOUT_MOMENTUM = (SMALL, ONE_LAYER_PLAIN, COMPLEX_PLAIN, WIDE)
WITH_MOMENTUM = (SMALL_MOMENTUM, ONE_LAYER, COMPLEX, WIDE_MOMENTUM)
"""The same shapes in the same order."""

# What more epochs bring: the same runs, continued
SMALL_LONGER = _variant(SMALL, "small-60", "small, ten epochs longer", epochs=60)
COMPLEX_LONGER = _variant(COMPLEX, "complex-70", "complex, twenty epochs longer", epochs=70)
DEEP_32_LONGER = _variant(DEEP_32, "deep-32-30-epochs", "deep-32, 30 epochs", epochs=30)

# Why ten layers fail: each trial removes one suspected cause, and changes nothing else
BACKWARD = _variant(DEEP_32, "deep-32-backward-4", "gradient × 4", backward_gain=4.0)
FROZEN = _variant(
    DEEP_32, "deep-32-frozen", "weights × 4, eight layers frozen", initial_gain=4.0, frozen_layers=8
)
GAIN = _variant(DEEP_32, "deep-32-gain-4", "weights × 4", initial_gain=4.0)
FOUR_LAYERS = _variant(DEEP_32, "deep-32-4-layers", "four hidden layers", hidden_layers=(32,) * 4)
RELU = _variant(DEEP_32, "deep-32-relu", "ReLU, learning rate 0.05", learning_rate=0.05, activation="relu")
SLOW = _variant(DEEP_32, "deep-32-slow", "sigmoid, learning rate 0.05", learning_rate=0.05)
TRIALS = (BACKWARD, FROZEN, GAIN, FOUR_LAYERS, RELU, SLOW)
"""Trials 1 to 6 of the report."""

# The settings from which those of `complex` were chosen, by validation accuracy in one run each
RATES = study(
    "rates",
    replace(COMPLEX, epochs=10),
    title="learning rate and momentum",
    seeds=1,
    learning_rate=(0.1, 0.2, 0.5, 1.0),
    momentum=(0.0, 0.9),
)

# How long an epoch takes in plain Keras, without other programs. Each seed is a round of all networks, in
# turn, so that a slow phase of the machine affects all of them.
TIMES = {
    network.name: Experiment(
        f"time-{network.name}",
        Timing(network.specification),
        fit="exercise.timing:time_epoch",
        title=f"epoch time of {network.name}",
        exclusive=True,
        files=(MNIST, "timing/plain_fit.py"),
    )
    for network in NETWORKS
}
