"""How a reader finds numbers of the answers again: Python, after the lines that `show_check` shows.

Times are not among them: they were measured once, and weights do not tell them.
"""

from __future__ import annotations

from exercise.catalogue import COMPLEX
from labreport.experiment import Experiment

WEIGHTS = f'sum(array.size for array in next(models("{COMPLEX.name}")).get_weights() if array.ndim == 2)'
"""All weights of the complex network, counted."""
FIRST_WEIGHTS = f'next(models("{COMPLEX.name}")).get_weights()[0].size'
"""Those of its first layer."""


def accuracy(
    experiment: Experiment, epoch: int | None = None, split: str = "test", digit: int | None = None
) -> str:
    """The expression for mean accuracy over seeds; after the last epoch unless another is named."""
    words = [f'"{experiment.name}"', str(epoch or experiment.epochs)] + [f'"{split}"'] * (split != "test")
    words += [f"digit={digit}"] * (digit is not None)
    return f"accuracy({', '.join(words)})"


def parameters(experiment: Experiment) -> str:
    """The expression for the number of trainable parameters."""
    return f'parameters("{experiment.name}")'
