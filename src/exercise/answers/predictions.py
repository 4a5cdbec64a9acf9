"""What the hypothesis of part two says that each intervention will do, declared before it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exercise.groups import DEEP

SLOPE = 0.25
"""Largest slope of the sigmoid, reached where its input is zero."""
STARVED = 0.01
"""First hidden layer's gradient over the last's; below this the first layer counts as starved."""
LEARNED = 0.2
"""Test accuracy above which a network counts as having learned: twice that of guessing."""


@dataclass(frozen=True)
class Prediction:
    """`effect` of one change to one network: it `learns`, or it `stays` where it was."""

    network: str
    intervention: str
    effect: Literal["learns", "stays"]

    @property
    def experiment(self) -> str:
        """Name of the experiment that tries it."""
        return f"{self.network}-{self.intervention}"


PREDICTIONS = (
    *(Prediction(name, "gain-4", "learns") for name in DEEP),
    *(Prediction(name, "4-layers", "learns") for name in DEEP),
    *(Prediction(name, "30-epochs", "stays") for name in DEEP),
)
"""Weights large enough to undo a slope of 1/4 a layer, or fewer layers, free the gradient; more
epochs leave it as it is."""


def expected_ratio(layers: int, gain: float) -> float:
    """First hidden layer's gradient over the last's, as slope and initial weights alone predict.

    Going back one layer multiplies the gradient by the slope, at most `SLOPE`, and by the weights.
    Glorot's initialiser (Glorot & Bengio 2010) gives a square layer weights of variance 1/nodes,
    which on average keep a vector's length; a gain multiplies that. Hence (gain/4)^(layers − 1).
    """
    return (gain * SLOPE) ** (layers - 1)
