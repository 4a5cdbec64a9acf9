"""HTML as plain text."""

from __future__ import annotations

import html
import re

TAG = re.compile(r"<[^>]*>")
SPACE = re.compile(r"[ \t\r\n]+")


def plain_text(markup: str) -> str:
    """Text of a fragment, tags dropped, white space collapsed (no-break spaces stay)."""
    return SPACE.sub(" ", html.unescape(TAG.sub("", markup))).strip(" ")
