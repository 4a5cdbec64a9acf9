"""One number or truth of Python, NumPy, pandas or SciPy, as Python's."""

from __future__ import annotations

from typing import SupportsFloat

from labreport.errors import refuse
from labreport.project.checks import short_repr


def scalar(value: object) -> object:
    """One number or truth of NumPy or pandas as Python's; anything else as it is."""
    item = getattr(type(value), "item", None)
    return item(value) if item is not None and getattr(value, "size", 1) == 1 else value


def plain_number(value: object) -> float | int:
    """Read a number of Python, NumPy, pandas or SciPy as Python's. Raises `UsageError` for anything else."""
    number = scalar(value)
    is_truth = isinstance(number, bool)
    if is_truth or not isinstance(number, SupportsFloat) or getattr(number, "size", 1) != 1:
        refuse(f"{short_repr(number)} is not one number")
    return number if isinstance(number, int) else float(number)
