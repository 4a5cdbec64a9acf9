"""Two explanations of part two, and what each of them says that every trial will do, declared before it runs.

`backward`: the gradient shrinks on its way back, so that the early layers are not trained. `forward`: the
differences between images shrink on their way to the output, so that the late layers see nothing. Larger
weights, fewer layers and more epochs do not tell them apart; the trials of `exercise.catalogue.CAUSES` do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exercise.catalogue import BACKWARD, DEEP, DEEP_32, FEWER_LAYERS, FROZEN, GAIN, LONGER, NO_BIAS
from labreport.experiment import Experiment

SLOPE = 0.25
"""Largest slope of the sigmoid, reached where its input is zero."""
Effect = Literal["learns", "stays"]
"""`learns`: test accuracy above the threshold in every seed; `stays`: in none."""


@dataclass(frozen=True)
class Prediction:
    """What both explanations say that one change to one network does.

    `field` is the one field of the specification in which they may differ; None for a trial that changes
    two at once, on purpose.
    """

    network: Experiment
    changed: Experiment
    backward: Effect
    forward: Effect
    field: str | None


ALIKE = (
    *(
        Prediction(deep, one, "learns", "learns", "initial_gain")
        for deep, one in zip(DEEP, GAIN, strict=True)
    ),
    *(
        Prediction(deep, one, "learns", "learns", "hidden_layers")
        for deep, one in zip(DEEP, FEWER_LAYERS, strict=True)
    ),
    *(Prediction(deep, one, "stays", "stays", "epochs") for deep, one in zip(DEEP, LONGER, strict=True)),
)
"""Weights that undo a slope of 1/4 a layer, or fewer layers, help in both directions; more epochs do not."""
APART = (
    Prediction(DEEP_32, FROZEN, "stays", "learns", None),
    Prediction(DEEP_32, BACKWARD, "learns", "stays", "backward_gain"),
)
"""The first has its signal forwards and no gradient for its early layers; the second the opposite."""
BIAS = Prediction(DEEP_32, NO_BIAS, "stays", "stays", "output_bias")
"""Whether the constant answer is only the bias of the output layer: then this one would learn."""


def expected_share(layers: int, gain: float) -> float:
    """What slope and initial weights leave, at most, of a signal between the first hidden layer and the last.

    Each step from one layer to the next multiplies it by the slope, at most `SLOPE`, and by the weights.
    Glorot's initialiser (Glorot & Bengio 2010) gives a square layer weights of variance 1/nodes,
    which on average keep a vector's length; a gain multiplies that. Hence (gain/4)^(layers − 1), in both
    directions.
    """
    return (gain * SLOPE) ** (layers - 1)
