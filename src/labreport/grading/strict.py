"""Untrusted bytes to plain values: what is not exactly as allowed is refused with one line."""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from pathlib import Path
from typing import Any

JSON_LIMIT = 4_000_000
"""Bytes of an answers file; that of the exercise here has 350,000."""
FORM_LIMIT = 256_000
"""Bytes of a form that was filled in by hand."""
DEPTH = 24
"""Levels of objects and lists."""
DIGITS = 20
"""Digits of a whole number."""
_KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket"}


class Malformed(Exception):
    """A submission cannot be read; the text completes a sentence that begins with its name."""


def read(path: Path, limit: int) -> bytes:
    """All bytes of a regular file that is not a link. Raises `Malformed`; never blocks on a FIFO."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Malformed("is a link; the file itself is needed") from None
        raise Malformed(f"cannot be opened ({error.strerror})") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise Malformed(f"is {_KINDS.get(stat.S_IFMT(mode), 'a device')}, not a file")
    try:
        with open(descriptor, "rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Malformed(f"cannot be read ({error.strerror})") from None
    if len(data) > limit:
        raise Malformed(f"has more than {limit:,} bytes")
    return data


def parse_json(data: bytes) -> Any:
    """The value of a JSON text. Raises `Malformed`, also for NaN, for keys given twice, and for depth."""
    try:
        value = json.loads(
            text_of(data),
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_finite,
            object_pairs_hook=_unique,
        )
    except json.JSONDecodeError as error:
        raise Malformed(f"is not valid JSON (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise Malformed(f"is nested more than {DEPTH} levels deep") from None
    _check_depth(value)
    return value


def shortened(value: object, length: int = 40) -> str:
    """A foreign value as it can be shown on one line."""
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**DIGITS else "a huge number"
    return text if len(text) <= length else f"{text[: length - 1]}…"


def text_of(data: bytes) -> str:
    """Decode UTF-8 text. Raises `Malformed`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"is not UTF-8 text (byte {error.start + 1})") from None


def _no_constant(name: str) -> None:
    raise Malformed(f"holds {name}; finite numbers are allowed")


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > DIGITS:
        raise Malformed(f"holds a number of {len(text.lstrip('-')):,} digits; at most {DIGITS} are allowed")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Malformed(f"holds the number {shortened(text)[1:-1]}, which is too large")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Malformed(f"has the key {shortened(twice)} twice in one object")
    return found


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH):
        level = [
            item
            for each in level
            if isinstance(each, (dict, list))
            for item in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise Malformed(f"is nested more than {DEPTH} levels deep")
