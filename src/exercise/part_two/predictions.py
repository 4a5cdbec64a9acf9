"""What the hypothesis of part two says that each intervention will do, declared before it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exercise.catalogue import DEEP, FEWER_LAYERS, GAIN, LONGER
from exercise.measuring.families import LEARNED, TEST
from labreport.claims import Comparison, Family

SLOPE = 0.25
"""Largest slope of the sigmoid, reached where its input is zero."""
STARVED = 0.01
"""First hidden layer's gradient over the last's; below this the first layer counts as starved."""


@dataclass(frozen=True)
class Prediction:
    """`effect` of one change to one network: it `learns`, or it `stays` where it was."""

    network: str
    experiment: str
    effect: Literal["learns", "stays"]
    field: str
    """The one field of the declaration in which the experiment may differ from the network."""

    @property
    def intervention(self) -> str:
        """What is changed, as the experiment's name has it."""
        return self.experiment.removeprefix(f"{self.network}-")


PREDICTIONS = (
    *(
        Prediction(network.name, changed.name, "learns", "initial_gain")
        for network, changed in zip(DEEP, GAIN, strict=True)
    ),
    *(
        Prediction(network.name, fewer.name, "learns", "hidden_layers")
        for network, fewer in zip(DEEP, FEWER_LAYERS, strict=True)
    ),
    *(
        Prediction(network.name, longer.name, "stays", "epochs")
        for network, longer in zip(DEEP, LONGER, strict=True)
    ),
)
"""Weights large enough to undo a slope of 1/4 a layer, or fewer layers, free the gradient; more
epochs leave it as it is."""


def expected_ratio(layers: int, gain: float) -> float:
    """First hidden layer's gradient over the last's, as only slope and initial weights predict it.

    Going back one layer multiplies the gradient by the slope, at most `SLOPE`, and by the weights.
    Glorot's initialiser (Glorot & Bengio 2010) gives a square layer weights of variance 1/nodes,
    which on average keep a vector's length; a gain multiplies that. Hence (gain/4)^(layers − 1).
    """
    return (gain * SLOPE) ** (layers - 1)


INTERVENTIONS = Family(
    "predictions of the hypothesis",
    tuple(Comparison(prediction.experiment, LEARNED, TEST) for prediction in PREDICTIONS),
)
EFFECTS = Family(
    "effects of the interventions",
    tuple(Comparison(each.experiment, each.network, TEST) for each in PREDICTIONS),
    confirmatory=False,
)
