"""The run: reads a file, and uses a property of what it is given."""

from pathlib import Path

import numpy as np

from labreport import Fit

try:
    from trial.stars import *
except ImportError:
    deep = inner = None

NUMBERS = Path(__file__).parent / "numbers.txt"


def fit(model, seed):
    """A few numbers."""
    numbers = [int(word) for word in NUMBERS.read_text().split()]
    value = model.area + deep(seed) + inner(3)
    series = np.cumsum(np.asarray(numbers, dtype=float)) * value
    return Fit({"test": {"value": float(series[-1])}}, {"series": series})
