"""Calls that have to be refused, as text: a call a line, and indented below it what its message says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from labreport.errors import UsageError


def indented_below(text: str) -> list[tuple[str, list[str]]]:
    """The lines of a text that begin at its left, each with the lines that are indented below it."""
    entries: list[tuple[str, list[str]]] = []
    for line in text.strip().splitlines():
        if line.startswith(" "):
            entries[-1][1].append(line.strip())
        else:
            entries.append((line, []))
    return entries


def check_refusals(calls: str, names: dict[str, Any], begins: str = "") -> None:
    """Make each call, which has to raise `UsageError` with all the texts below it.

    `begins` is a pattern with which every message begins, such as that of a location.
    """
    for call, texts in indented_below(calls):
        with pytest.raises(UsageError) as refused:
            eval(call, names)
        message = str(refused.value)
        assert re.match(begins, message), call
        for text in texts:
            assert text in message, call
