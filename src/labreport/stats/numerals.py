"""Numerals in a text, however they are written: digits of any script, fractions, powers, number words.

Not counted: `one`, `once`, `none` and `both`, which are articles and pronouns more often than counts;
ordinals (`first`, `second`), unless they are fractions (`a third`, `two fifths`); Roman numerals in letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_TEENS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_SMALL = _TEENS.split()
_LARGE = "thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:hundred|thousand|million|billion|dozen)s?"
_COUNT = f"(?:{'|'.join(_SMALL[2:])}|{_LARGE})"
_PART = "(?:third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth|hundredth|thousandth)s?"
_TIMES = "twice|thrice|(?:doubl|tripl|quadrupl|halv)(?:e[sd]?|ing)|half"
_FOLD = r"\w+fold(?<!manifold)(?<!unfold)(?<!blindfold)(?<!scaffold)"
WORD = re.compile(
    rf"(?<![\w-])(?:(?:an?|one|{_COUNT})[ -]{_PART}|{_COUNT}(?:(?:-| and | ){_COUNT})*|{_TIMES}|{_FOLD})"
    r"(?!\w)",
    re.IGNORECASE,
)
"""A number in words, as `two`, `thirty-two`, `three hundred thousand`, `a third`, `half`, `tenfold`."""


def number_words(text: str) -> Iterator[str]:
    """The numbers in words, then the signs but 0 to 9 that stand for numbers: ½, ², ٣, full-width 3."""
    yield from (found[0] for found in WORD.finditer(text))
    if not text.isascii():
        yield from (
            sign for sign in text if not sign.isascii() and unicodedata.numeric(sign, None) is not None
        )


def has_numeral(text: str) -> bool:
    """Whether `text` holds any numeral, in digits, in words, or in signs."""
    return any(sign.isdigit() for sign in text) or next(number_words(text), None) is not None


def in_words(number: int) -> str:
    """0 to 20 in words; greater numbers, which are read more easily in digits, in digits."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else str(number)
