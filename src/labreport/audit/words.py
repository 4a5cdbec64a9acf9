"""Numbers in words and in unusual signs, and the written list of those that prose may hold untraced.

`allowed-number-words.txt` stands beside the list of numerals and is written like it: a phrase, a tab, the
reason. A phrase allows its own number where all of its words stand; so `powers of ten` allows no other `ten`.
A phrase that begins with `=` is a whole heading or cell and allows nothing inside a longer text.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from labreport.audit import allowed
from labreport.claims.numerals import has_numeral, number_words
from labreport.errors import AuditError

NAME = "allowed-number-words.txt"


def untraced_words(text: str) -> list[str]:
    """The numbers in words or in unusual signs in `text` that no phrase of the list covers."""
    plain = " ".join(text.replace("\u00a0", " ").split())
    if next(number_words(plain), None) is None:  # as almost everywhere
        return []
    plain = f"={plain}"
    return list(number_words(_phrases(allowed.LIST.with_name(NAME)).sub(" ", plain)))


def untraced(text: str) -> list[str]:
    """Every numeral in `text`, however it is written, that no list covers."""
    return [*allowed.untraced(text), *untraced_words(text)]


@cache
def _phrases(file: Path) -> re.Pattern[str]:
    """All phrases of the list, the longest first; a report without a list allows none."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    phrases = []
    for number, line in enumerate(lines, start=1):
        phrase, tab, reason = line.partition("\t")
        if line.strip() and not line.startswith("#"):
            if not tab or not reason.strip() or not has_numeral(phrase):
                raise AuditError(f"{file}:{number}: write a phrase with a number, a tab, and the reason")
            words = re.escape(" ".join(phrase.split()))
            phrases.append(f"^{words}$" if phrase.startswith("=") else words)
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first) or '(?!)'})(?!\w)", re.IGNORECASE)
