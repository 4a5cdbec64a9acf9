"""Numerals that are not measurements, from written lists: the engine's and the project's own.

There are two kinds of list, one for digits and one for number words. A phrase allows its own number where
all of its words appear; so `powers of ten` allows no other `ten`. A phrase of number words that begins with
`=` is a whole heading or cell and allows nothing inside a longer text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from labreport.errors import AuditError
from labreport.frame import Lookup
from labreport.program import nearby
from labreport.stats.numerals import has_numeral, number_words

LIST = "allowed-numerals.txt"
"""Name of the list of digits, in the engine's frame and in a project's folder of templates."""
WORDS = "allowed-number-words.txt"
"""Name of the list of number words, beside it."""
NUMERAL = re.compile(r"[0-9]+(?:[.,\u202f][0-9]+)*")


class Allowed:
    """What prose may hold in a project whose templates are in the folder `templates`.

    Raises `AuditError` where a list cannot be read, naming the line that is wrong.
    """

    def __init__(self, templates: Path) -> None:
        lookup = Lookup(templates)
        phrases = [re.escape(phrase) for file in lookup.every(LIST) for phrase in _phrases(file)]
        self._phrases = re.compile(rf"(?<![\w.])(?:{_longest_first(phrases)})(?![\w]|\.[0-9])")
        words = [_words(phrase) for file in lookup.every(WORDS) for phrase in _phrases(file)]
        self._words = re.compile(rf"(?<![\w-])(?:{_longest_first(words)})(?!\w)", re.IGNORECASE)

    def untraced(self, text: str) -> list[str]:
        """The numerals in `text` that no phrase covers, in digits, then in words and unusual signs."""
        return [*self._digits(text), *self._number_words(text)]

    def _digits(self, text: str) -> Iterator[str]:
        for found in NUMERAL.finditer(self._phrases.sub(" ", text.replace("\u00a0", " "))):
            yield found[0]

    def _number_words(self, text: str) -> Iterator[str]:
        plain = " ".join(text.replace("\u00a0", " ").split())
        if next(number_words(plain), None) is not None:  # almost nowhere
            yield from number_words(self._words.sub(" ", f"={plain}"))


def _longest_first(patterns: list[str]) -> str:
    return "|".join(sorted(patterns, key=len, reverse=True)) or "(?!)"


def _words(phrase: str) -> str:
    words = re.escape(" ".join(phrase.split()))
    return f"^{words}$" if phrase.startswith("=") else words


def _phrases(file: Path) -> Iterator[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"cannot read {nearby(file)}: {error}; restore it, saved as UTF-8") from error
    counts = NUMERAL.search if file.name == LIST else has_numeral
    for number, line in enumerate(lines, start=1):
        phrase, tab, reason = line.partition("\t")
        if line.strip() and not line.startswith("#"):
            if not tab or not reason.strip() or not counts(phrase):
                raise AuditError(
                    f"{nearby(file)}:{number}: write a phrase with a number, a tab, and the reason"
                )
            yield phrase.strip()
