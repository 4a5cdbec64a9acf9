"""Which networks are trained. To change the report's networks, change the values here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from exercise.networks import TIMED_EPOCHS, Network, Timing, keeping_rules, timing_of, with_all
from labreport.experiment import Experiment, Study, study

START = "exercise.training:start"


def _network(
    name: str, network: Network, epochs: int, snapshots: tuple[int, ...], title: str = ""
) -> Experiment:
    return keeping_rules(Experiment(name, network, epochs, snapshots, START, title))


# The exercise's own networks
WIDE = _network("wide", Network((400,)), 50, (10, 50))
SMALL = _network("small", Network((62,)), 50, (5, 10, 20, 50))
DEEP_8 = _network("deep-8", Network((8,) * 10), 10, (10,))
DEEP_32 = _network("deep-32", Network((32,) * 10), 10, (10,))
DEEP_64 = _network("deep-64", Network((64,) * 10), 10, (10,))
COMPLEX = _network(
    "complex",
    Network((128,) * 3, momentum=0.9),
    50,
    (5, 10, 20, 50),
)

# Every one of these is in all tables and figures that compare networks; one more is one value more here
NETWORKS = with_all(WIDE, SMALL, DEEP_8, DEEP_32, DEEP_64, COMPLEX)
DEEP = (DEEP_8, DEEP_32, DEEP_64)


def names(networks: Iterable[Experiment]) -> list[str]:
    """What results are called."""
    return [network.name for network in networks]


def _changed(change: str, title: str, epochs: int = 10, **fields: Any) -> tuple[Experiment, ...]:
    """The deep networks with fields of their specification changed."""
    return tuple(
        _network(f"{deep.name}-{change}", replace(deep.specification, **fields), epochs, (epochs,), title)
        for deep in DEEP
    )


# The explanations of part two, tried by intervention: one suspected cause changed, all else left
GAIN = _changed("gain-4", "initial weights times four", initial_gain=4.0)
FEWER_LAYERS = tuple(
    _network(
        f"{deep.name}-4-layers",
        replace(deep.specification, hidden_layers=deep.specification.hidden_layers[:4]),
        10,
        (10,),
        "four hidden layers instead of ten",
    )
    for deep in DEEP
)
LONGER = _changed("30-epochs", "three times as many epochs", epochs=30)

# Two explanations predict all of these alike: that no gradient reaches the early layers, and that in the late
# ones all images look the same. These take one of the two away, or the bias that needs no image to answer.
FROZEN = _network(
    "deep-32-frozen",
    replace(DEEP_32.specification, initial_gain=4.0, frozen_layers=8),
    10,
    (10,),
    "initial weights times four, the first eight layers never trained",
)
BACKWARD = _network(
    "deep-32-backward-4",
    replace(DEEP_32.specification, backward_gain=4.0),
    10,
    (10,),
    "usual weights, the gradient times four in each layer",
)
NO_BIAS = _network(
    "deep-32-no-output-bias",
    replace(DEEP_32.specification, output_bias=False),
    10,
    (10,),
    "usual weights, biases of the output layer fixed at zero",
)
CAUSES = (FROZEN, BACKWARD, NO_BIAS)

# What more time brings: the same runs, continued
COMPLEX_LONGER = _network(
    "complex-100", COMPLEX.specification, 100, (50, 100), "the complex network, twice as long"
)
SMALL_LONGER = _network(
    "small-60", SMALL.specification, 60, (10, 20, 60), "the small network, ten epochs longer"
)

# The complex network differs from `wide` and `small` in layers and in momentum; these two have equal momentum
SAME_MOMENTUM = tuple(
    _network("complex-wide-momentum", network, 10, (10,), "the complex network, with the momentum of wide")
    for network in (replace(COMPLEX.specification, momentum=WIDE.specification.momentum),)
    if network != COMPLEX.specification
)
SMALL_MOMENTUM = tuple(
    _network("small-momentum", network, 50, (50,), "the small network, with the momentum of complex")
    for network in (replace(SMALL.specification, momentum=COMPLEX.specification.momentum),)
    if network != SMALL.specification
)

# How long an epoch takes by plain Keras, by network: with nothing beside it, since it takes longer otherwise
TIMES = {
    network.name: Experiment(
        timing_of(network.name),
        Timing(network.specification),
        epochs=TIMED_EPOCHS,
        start="exercise.timing:start",
        title=f"epoch time of {network.name}",
        seeds=1,
        files=("data/mnist.npz", "timing/plain_fit.py"),
        exclusive=True,
    )
    for network in dict.fromkeys((*NETWORKS, WIDE, SMALL, *DEEP, COMPLEX))
}

EXPERIMENTS = (
    *NETWORKS,
    *GAIN,
    *FEWER_LAYERS,
    *LONGER,
    *CAUSES,
    COMPLEX_LONGER,
    SMALL_LONGER,
    *SAME_MOMENTUM,
    *SMALL_MOMENTUM,
)

# What the complex network's learning rate and momentum were chosen from, only by validation accuracy
RATES = study(
    "rates",
    _network("rates", COMPLEX.specification, 10, (10,), "the complex network, for ten epochs"),
    title="learning rate and momentum",
    learning_rate=(0.1, 0.2, 0.5, 1.0),
    momentum=(0.0, 0.9),
)
DEPTH_GAIN = study(
    "depth-gain",
    DEEP_32,
    title="depth against initial gain",
    hidden_layers=tuple((32,) * depth for depth in (2, 4, 6, 8, 10)),
    initial_gain=(1.0, 2.0, 4.0),
)
# Not allowed by the exercise, but the first thing that readers ask about
ACTIVATIONS = study(
    "activations",
    DEEP_32,
    title="activation function and learning rate",
    activation=("sigmoid", "relu"),
    learning_rate=(0.05, 0.5),
)
STUDIES: tuple[Study, ...] = (RATES, DEPTH_GAIN, ACTIVATIONS)
