"""What has to be equal where an epoch is trained again: arrays and records, but no measured times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.project import Arrays, flatten_metrics
from labreport.results import TIMES

NEAR = 1e-3
"""How far a state may be from its twin, as a share of its length, where no two epochs give equal bits."""


def without_times(values: Mapping[str, Any]) -> dict[str, Any]:
    """What does not differ when a run is repeated, by full name: all but measured times."""
    return {name: value for name, value in flatten_metrics(values).items() if not name.endswith(TIMES)}


def unequal_names(arrays: Arrays, repeated: Arrays) -> list[str]:
    """The names of arrays that do not have the same values in another result."""
    return [name for name in arrays if name not in repeated or not _is_equal(arrays[name], repeated[name])]


def are_near(arrays: Arrays, repeated: Arrays) -> bool:
    """Whether all numbers differ by a small share of their length at most, and all else is equal."""
    for name in unequal_names(arrays, repeated):
        if name not in repeated or not _is_near(arrays[name], repeated[name]):
            return False
    return True


def _is_equal(array: Any, repeated: Any) -> bool:
    import numpy as np

    return np.array_equal(array, repeated, equal_nan=array.dtype.kind == "f")


def _is_near(array: Any, repeated: Any) -> bool:
    import numpy as np

    if array.dtype.kind != "f" or array.shape != repeated.shape:
        return False
    numbers = array.astype(float)
    difference = np.nan_to_num(numbers - repeated.astype(float))
    length = np.linalg.norm(np.nan_to_num(numbers))
    return bool(np.linalg.norm(difference) <= NEAR * length)
