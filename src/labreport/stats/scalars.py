"""One number or truth of Python, NumPy, pandas or SciPy, as Python's."""

from __future__ import annotations

from typing import Any

from labreport.errors import refuse
from labreport.project.checks import short_repr


def scalar(value: Any) -> Any:
    """One number or truth of NumPy or pandas as Python's; anything else as it is."""
    if hasattr(type(value), "item") and getattr(value, "size", 1) == 1:
        return value.item()
    return value


def plain_number(value: Any) -> float | int:
    """Read a number of Python, NumPy, pandas or SciPy as Python's. Raises `UsageError` for anything else."""
    number = scalar(value)
    if isinstance(number, bool) or not hasattr(number, "__float__") or getattr(number, "size", 1) != 1:
        refuse(f"{short_repr(number)} is not one number")
    return number if isinstance(number, int) else float(number)
