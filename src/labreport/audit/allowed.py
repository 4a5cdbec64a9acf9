"""Numerals that are no measurements, from two written lists: the engine's and the project's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from labreport.errors import AuditError
from labreport.frame import Lookup

LIST = "allowed-numerals.txt"
"""Name of the list, in the engine's frame and in a project's folder of templates."""
NUMERAL = re.compile(r"[0-9]+(?:[.,\u202f][0-9]+)*")


class Allowed:
    """What prose may hold in a project whose templates are in the folder `templates`.

    Raises `AuditError` where a list cannot be read, naming the line that is wrong.
    """

    def __init__(self, templates: Path) -> None:
        phrases = [phrase for file in Lookup(templates).every(LIST) for phrase in _phrases(file)]
        longest_first = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
        self._phrases = re.compile(rf"(?<![\w.])(?:{longest_first or '(?!)'})(?![\w]|\.[0-9])")

    def untraced(self, text: str) -> list[str]:
        """The numerals in `text` that no phrase of the lists covers; a phrase covers whole words only."""
        return [found[0] for found in NUMERAL.finditer(self._phrases.sub(" ", text.replace("\u00a0", " ")))]


def _phrases(file: Path) -> Iterator[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"cannot read {file}: {error}; restore it, saved as UTF-8") from error
    for number, line in enumerate(lines, start=1):
        phrase, tab, reason = line.partition("\t")
        if line.strip() and not line.startswith("#"):
            if not tab or not reason.strip() or not NUMERAL.search(phrase):
                raise AuditError(f"{file}:{number}: write a phrase with a numeral, a tab, and the reason")
            yield phrase.strip()
