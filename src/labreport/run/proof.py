"""Compare the arrays and records of an epoch that was trained twice, without measured times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from labreport.project import Arrays, flatten_metrics
from labreport.results import TIMES

NEAR = 1e-3
"""The largest distance of two arrays that count as near, as a share of the norm of the first."""


def without_times(values: Mapping[str, Any]) -> dict[str, Any]:
    """All values except measured times, by flat names: `{"test": {"loss": 1.0}}` gives `test loss`."""
    return {name: value for name, value in flatten_metrics(values).items() if not name.endswith(TIMES)}


def are_equal(array: Any, repeated: Any) -> bool:
    """Whether two arrays have the same values; NaN is equal to NaN."""
    import numpy as np

    return np.array_equal(array, repeated, equal_nan=array.dtype.kind == "f")


def are_near(array: Any, repeated: Any) -> bool:
    """Whether two arrays of floats differ by at most `NEAR` of the norm; other types must be equal."""
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
    """The names of arrays that are missing in `repeated`, or are not alike there."""
    return [name for name in arrays if name not in repeated or not are_alike(arrays[name], repeated[name])]
