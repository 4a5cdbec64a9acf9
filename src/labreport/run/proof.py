"""Whether an epoch that is trained again gives the same arrays and records, measured times left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from labreport.project import Arrays, flatten_metrics
from labreport.results import TIMES

NEAR = 1e-3
"""How far a repeated array may be from the first, as a share of its norm, where no two have equal bits."""


def without_times(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a repetition has to give again, by full name: all but measured times."""
    return {name: value for name, value in flatten_metrics(values).items() if not name.endswith(TIMES)}


def are_equal(array: Any, repeated: Any) -> bool:
    """Whether two arrays have the same values; NaN is equal to NaN."""
    import numpy as np

    return np.array_equal(array, repeated, equal_nan=array.dtype.kind == "f")


def are_near(array: Any, repeated: Any) -> bool:
    """Whether two arrays of numbers differ by a small share of their norm; others have to be equal."""
    import numpy as np

    if array.dtype.kind != "f" or array.shape != repeated.shape:
        return are_equal(array, repeated)
    numbers = array.astype(float)
    difference = np.nan_to_num(numbers - repeated.astype(float))
    length = np.linalg.norm(np.nan_to_num(numbers))
    return bool(np.linalg.norm(difference) <= NEAR * length)


def unequal_names(
    arrays: Arrays, repeated: Arrays, are_alike: Callable[[Any, Any], bool] = are_equal
) -> list[str]:
    """The names of the arrays that a repetition lacks, or has with values that are not alike."""
    return [name for name in arrays if name not in repeated or not are_alike(arrays[name], repeated[name])]
