"""Numbers computed again from predictions that a student submits beside the form."""

from __future__ import annotations

import importlib
import io
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labreport.grading.strict import Malformed, read, shortened

LIMIT = 16_000_000
"""Bytes of the file of predictions."""
ITEMS = 1_000_000
"""Predictions in one array."""


def recomputed(form: Path, name: str, function: str) -> dict[str, dict[str, float]]:
    """By question and quantity, what the project's `function` finds in the file `name` beside `form`.

    The function gets a mapping from the name of each array to its predictions, whole numbers of shape
    (items,), and raises `ValueError` for what does not fit its data. Raises `Malformed`.
    """
    if not name or not function:
        return {}
    if Path(name).name != name or name.startswith("."):
        raise Malformed(f"names the predictions {shortened(name)}; a file in the same folder is allowed")
    where = f"names the predictions {shortened(name)}, which"
    try:
        arrays = _arrays(read(form.with_name(name), LIMIT), name)
    except Malformed as problem:
        raise Malformed(f"{where} {problem}") from None
    module, _, attribute = function.partition(":")
    try:
        found: Mapping[str, Mapping[str, float]] = getattr(importlib.import_module(module), attribute)(arrays)
    except ValueError as error:
        raise Malformed(f"{where} {error}") from None
    return {
        slug: {name: float(value) for name, value in values.items() if math.isfinite(value)}
        for slug, values in found.items()
    }


def _arrays(data: bytes, name: str) -> dict[str, Any]:
    import numpy as np

    try:
        loaded = np.load(io.BytesIO(data), allow_pickle=False)
        arrays = {key: loaded[key] for key in loaded.files} if hasattr(loaded, "files") else loaded
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, SyntaxError, NotImplementedError):
        raise Malformed("is not a .npy or .npz file of whole numbers") from None
    if not isinstance(arrays, dict):
        arrays = {name.rsplit(".", 1)[0]: arrays}
    for key, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind not in "iu" or array.size > ITEMS:
            raise Malformed(
                f"has the array {shortened(key)} of shape {array.shape} and type {array.dtype}; "
                "one whole number for each item is allowed"
            )
    return arrays
