"""Convert single numbers and truths of NumPy, pandas and SciPy to Python's own."""

from __future__ import annotations

from typing import SupportsFloat

from labreport.errors import refuse
from labreport.project.checks import short_repr


def scalar(value: object) -> object:
    """Python's number or truth for one of NumPy or pandas; any other value unchanged."""
    item = getattr(type(value), "item", None)
    return item(value) if item is not None and getattr(value, "size", 1) == 1 else value


def plain_number(value: object) -> float | int:
    """Python's number for one of Python, NumPy, pandas or SciPy. Raises `UsageError` for anything else."""
    number = scalar(value)
    is_truth = isinstance(number, bool)
    if is_truth or not isinstance(number, SupportsFloat) or getattr(number, "size", 1) != 1:
        refuse(f"{short_repr(number)} is not one number")
    return number if isinstance(number, int) else float(number)
