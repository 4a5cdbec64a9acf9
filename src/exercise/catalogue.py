"""Which networks are trained. To change the report's networks, change the values here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from exercise.networks import Network, Timing, keeping_rules
from labreport.experiment import Experiment, Study, study

START = "exercise.training:start"


def _network(
    name: str, network: Network, epochs: int, snapshots: tuple[int, ...], title: str, seeds: int | None = None
) -> Experiment:
    return keeping_rules(Experiment(name, network, epochs, snapshots, START, title, seeds))


# The exercise's own networks
WIDE = _network("wide", Network((400,)), 50, (10, 50), "one wide hidden layer")
SMALL = _network("small", Network((62,)), 50, (5, 10, 20, 50), "one small hidden layer")
DEEP_8 = _network("deep-8", Network((8,) * 10), 10, (10,), "ten hidden layers of eight nodes")
DEEP_32 = _network("deep-32", Network((32,) * 10), 10, (10,), "ten hidden layers of thirty-two nodes")
DEEP_64 = _network("deep-64", Network((64,) * 10), 10, (10,), "ten hidden layers of sixty-four nodes")
COMPLEX = _network(
    "complex",
    Network((128,) * 3, momentum=0.9),
    50,
    (5, 10, 20, 50),
    "three hidden layers, with momentum",
)

# Every one of these is in all tables and figures that compare networks; one more is one value more here
NETWORKS = (WIDE, SMALL, DEEP_8, DEEP_32, DEEP_64, COMPLEX)
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

# The prediction of the bonus, checked: the same run, continued
COMPLEX_LONGER = _network(
    "complex-100", COMPLEX.specification, 100, (50, 100), "the complex network, twice as long"
)

# The complex network differs from `wide` and `small` in layers and in momentum; these two have equal momentum
SAME_MOMENTUM = tuple(
    _network("complex-same-momentum", network, 10, (10,), "the complex network, with the momentum of wide")
    for network in (replace(COMPLEX.specification, momentum=WIDE.specification.momentum),)
    if network != COMPLEX.specification
)
SMALL_MOMENTUM = tuple(
    _network("small-momentum", network, 50, (50,), "the small network, with the momentum of complex")
    for network in (replace(SMALL.specification, momentum=COMPLEX.specification.momentum),)
    if network != SMALL.specification
)

# How long an epoch takes with nothing beside it, and by plain Keras: side by side, trainings take longer
TIMES = Experiment(
    "times",
    Timing(tuple((network.name, network.specification) for network in NETWORKS)),
    start="exercise.training.times:start",
    title="an epoch of each network, with nothing beside it",
    seeds=1,
    files=("data/mnist.npz", "training/plain_fit.py"),
    exclusive=True,
)

EXPERIMENTS = (*NETWORKS, *GAIN, *FEWER_LAYERS, *LONGER, COMPLEX_LONGER, *SAME_MOMENTUM, *SMALL_MOMENTUM)

# What the complex network's learning rate and momentum were chosen from, only by validation accuracy
RATES = study(
    "rates",
    _network("rates", COMPLEX.specification, 10, (10,), "the complex network, for ten epochs"),
    title="learning rate and momentum",
    seeds=3,
    learning_rate=(0.1, 0.2, 0.5, 1.0),
    momentum=(0.0, 0.9),
)
DEPTH_GAIN = study(
    "depth-gain",
    DEEP_32,
    title="depth against initial gain",
    seeds=3,
    hidden_layers=tuple((32,) * depth for depth in (2, 4, 6, 8, 10)),
    initial_gain=(1.0, 2.0, 3.0, 4.0, 6.0),
)
# Not allowed by the exercise, but the first thing that readers ask about
ACTIVATIONS = study(
    "activations",
    DEEP_32,
    title="activation function and learning rate",
    seeds=3,
    activation=("sigmoid", "relu"),
    learning_rate=(0.05, 0.5),
)
STUDIES: tuple[Study, ...] = (RATES, DEPTH_GAIN, ACTIVATIONS)
