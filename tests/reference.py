"""Texts that are kept beside the tests: what was found once, looked at, and shall stay."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

NUMBER = re.compile(r"(?<![\w#.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")
CLIP_ID = re.compile(r"(?<=[#\"])p[0-9a-f]{10}")
"""The id of a clip path: matplotlib's hash of its coordinates, which differs with their last bit."""


def compare(current: str, kept: Path, folder: Path, near: float = 1e-5) -> None:
    """Compare a text with the file `kept`, word by word, and its numbers within `near` or 1e-5 of them.

    Where the change is meant, the message says which file to copy.
    """
    current = NUMBER.sub(lambda match: f"{float(match[0]):.8g}" if len(match[0]) > 9 else match[0], current)
    new, then = current.splitlines(), kept.read_text("utf-8").splitlines() if kept.is_file() else []
    for number, (line, old) in enumerate(zip(new + [""] * len(then), then + [""] * len(new), strict=True), 1):
        values, before = (np.array(NUMBER.findall(text), float) for text in (line, old))
        words, words_before = (NUMBER.sub("#", CLIP_ID.sub("p", text)) for text in (line, old))
        alike = words == words_before
        if not alike or not np.allclose(values, before, rtol=1e-5, atol=near):
            (folder / kept.name).write_text(current, "utf-8")
            meant = f"if that is meant: cp {folder / kept.name} {kept}"
            pytest.fail(f"{kept.name}:{number} was\n{old}\nand is\n{line}\n{meant}")
