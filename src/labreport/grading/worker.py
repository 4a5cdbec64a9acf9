"""A process that reads and scores untrusted files, one after another, within a limit of memory.

It gets one line of JSON with what is expected, then a line for each file, and answers each file with one
line. NumPy is loaded only where predictions were submitted.
"""

from __future__ import annotations

import importlib
import io
import math
import os
import resource
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from labreport.grading.expected import Expected, Graded, unread
from labreport.grading.filled import from_form
from labreport.grading.score import score
from labreport.grading.strict import FORM_LIMIT, JSON_LIMIT, Malformed, read, shortened
from labreport.grading.submission import from_answers

MEMORY = 1 << 30
"""Bytes of address space; an ordinary submission takes a few percent of it."""
FORM_SUFFIX = ".toml"
PREDICTIONS_LIMIT = 16_000_000
"""Bytes of the file of predictions."""
ITEMS = 1_000_000
"""Predictions in one array."""


def grade(path: Path, expected: Expected) -> Graded:
    """One file, read and scored; whatever is wrong with it becomes its `problem`."""
    try:
        if path.suffix.lower() == FORM_SUFFIX:
            submission = from_form(read(path, FORM_LIMIT), expected)
        else:
            submission = from_answers(read(path, JSON_LIMIT), expected.schema)
        again = recomputed(path, submission.predictions, expected.recompute)
        return score(expected, submission, again)
    except Malformed as problem:
        return unread(expected, str(problem))
    except MemoryError:
        return unread(expected, f"needs more than {MEMORY >> 20:,} MiB of memory")
    except Exception as error:
        return unread(expected, f"cannot be read ({type(error).__name__})")


def main() -> None:
    """Serve until standard input ends."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, most = resource.getrlimit(kind)
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        try:
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):
            continue  # macOS knows no limit of address space; the time limit still holds
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    expected = msgspec.json.decode(requests.readline(), type=Expected)
    for line in requests:
        graded = grade(Path(os.fsdecode(bytes.fromhex(line.decode("ascii")))), expected)
        replies.write(msgspec.json.encode(graded) + b"\n")
        replies.flush()


# Predictions


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
        arrays = _arrays(read(form.with_name(name), PREDICTIONS_LIMIT), name)
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
