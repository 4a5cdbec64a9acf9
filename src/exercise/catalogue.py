"""Which networks are trained. To change the report's networks, change the values here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from exercise.networks import TIMED_EPOCHS, Network, Timing
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


def _changed(base: Experiment, name: str, title: str, epochs: int = 0, **fields: Any) -> Experiment:
    """A network with some fields of its specification changed, or only its number of epochs."""
    return Experiment(name, replace(base.specification, **fields), epochs or base.epochs, START, title=title)


# Layers, size and momentum told apart: each shape with momentum and without
SMALL_MOMENTUM = _changed(SMALL, "small-momentum", "small, momentum 0.9", momentum=0.9)
WIDE_MOMENTUM = _changed(WIDE, "wide-momentum", "wide, momentum 0.9", momentum=0.9)
COMPLEX_PLAIN = _changed(COMPLEX, "complex-no-momentum", "complex, no momentum", momentum=0.0)
ONE_LAYER = _changed(COMPLEX, "one-layer", "one layer of 170, momentum 0.9", hidden_layers=(170,))
ONE_LAYER_PLAIN = _changed(ONE_LAYER, "one-layer-no-momentum", "one layer of 170, no momentum", momentum=0.0)
WITH_MOMENTUM = (COMPLEX, ONE_LAYER, SMALL_MOMENTUM, WIDE_MOMENTUM)
WITHOUT = (COMPLEX_PLAIN, ONE_LAYER_PLAIN, SMALL, WIDE)
"""The same shapes in the same order."""

# What more time brings: the same runs, continued
SMALL_LONGER = _changed(SMALL, "small-60", "small, ten epochs longer", epochs=60)
COMPLEX_LONGER = _changed(COMPLEX, "complex-100", "complex, twice as long", epochs=100)
DEEP_LONGER = tuple(_changed(deep, f"{deep.name}-30-epochs", "30 epochs", epochs=30) for deep in DEEP)

# Why ten layers fail: one suspected cause taken away, all else left
GAIN = tuple(_changed(deep, f"{deep.name}-gain-4", "initial weights × 4", initial_gain=4.0) for deep in DEEP)
FEWER_LAYERS = tuple(
    _changed(
        deep,
        f"{deep.name}-4-layers",
        "four hidden layers",
        hidden_layers=deep.specification.hidden_layers[:4],
    )
    for deep in DEEP
)
BACKWARD = _changed(DEEP_32, "deep-32-backward-4", "gradient × 4 in each layer", backward_gain=4.0)
FROZEN = _changed(
    DEEP_32,
    "deep-32-frozen",
    "initial weights × 4, first eight layers never trained",
    initial_gain=4.0,
    frozen_layers=8,
)
SLOW = _changed(DEEP_32, "deep-32-slow", "learning rate 0.05", learning_rate=0.05)
RELU = _changed(DEEP_32, "deep-32-relu", "ReLU, learning rate 0.05", learning_rate=0.05, activation="relu")

# What the learning rate and momentum of `complex` were chosen from, by validation accuracy in one run each
RATES = study(
    "rates",
    replace(COMPLEX, epochs=10),
    title="learning rate and momentum",
    seeds=1,
    learning_rate=(0.1, 0.2, 0.5, 1.0),
    momentum=(0.0, 0.9),
)

# How long an epoch takes by plain Keras: with nothing beside it, one network after the other, and again
TIMES = {
    network.name: Experiment(
        f"time-{network.name}",
        Timing(network.specification),
        TIMED_EPOCHS,
        "exercise.timing:start",
        title=f"epoch time of {network.name}",
        seeds=2,
        exclusive=True,
        files=(MNIST, "timing/plain_fit.py"),
    )
    for network in (WIDE, SMALL, COMPLEX, ONE_LAYER)
}
