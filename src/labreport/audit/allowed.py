"""Numerals that are no measurements, from the written list `templates/allowed-numerals.txt`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from labreport.errors import AuditError

LIST = Path(__file__).resolve().parents[3] / "templates" / "allowed-numerals.txt"
NUMERAL = re.compile(r"[0-9]+(?:[.,\u202f][0-9]+)*")


def untraced(text: str) -> list[str]:
    """The numerals in `text` that no phrase of the list covers; a phrase covers whole words only."""
    return [found[0] for found in NUMERAL.finditer(_phrases(LIST).sub(" ", text.replace("\u00a0", " ")))]


@cache
def _phrases(file: Path) -> re.Pattern[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise AuditError(
            f"cannot read {file}: {error.strerror or error}; restore it from the distribution"
        ) from error
    phrases = []
    for number, line in enumerate(lines, start=1):
        phrase, tab, reason = line.partition("\t")
        if line.strip() and not line.startswith("#"):
            if not tab or not reason.strip() or not NUMERAL.search(phrase):
                raise AuditError(f"{file}:{number}: write a phrase with a numeral, a tab, and the reason")
            phrases.append(re.escape(phrase.strip()))
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w.])(?:{'|'.join(longest_first) or '(?!)'})(?![\w]|\.[0-9])")
