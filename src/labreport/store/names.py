"""File names for slugs of any characters and length."""

from __future__ import annotations

import hashlib
import re

_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_.=,")
_LONGEST = 120
_KEY = re.compile(r"[0-9a-f]{64}\Z")


def file_name(slug: str) -> str:
    """A name for `slug`: itself where it is plain, else percent-encoded, and cut with its digest if long.

    Capitals are encoded too, because some file systems do not tell them apart; a leading dot, because
    such files are hidden, or ours.
    """
    data = slug.encode("utf-8", "surrogatepass")
    text = "".join(chr(byte) if byte in _SAFE else f"%{byte:02x}" for byte in data)
    if text.startswith("."):
        text = f"%2e{text[1:]}"
    if len(text) > _LONGEST:
        text = f"{text[:60]}%-{hashlib.sha256(data).hexdigest()[:32]}"
    return text or "%"


def is_key(text: str) -> bool:
    """Whether `text` is a SHA-256 in lower-case hexadecimal digits."""
    return _KEY.match(text) is not None
