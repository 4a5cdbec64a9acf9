"""Words for units, counts and distances: plurals, small numbers as words, `by 0.1 points`."""

from __future__ import annotations

from collections.abc import Sequence

NO_BREAK = "\u00a0"
"""The no-break space between a number and its unit."""
MINUS = "\u2212"
"""The minus sign of printed numbers."""
MISSING = "–"
"""Printed if the results do not give a number."""

_NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"
)  # fmt: skip
_RAISED_DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_HISSING_ENDINGS = ("s", "x", "ch", "sh")
_PLURALS_IN_ES = ("sses", "shes", "ches", "xes", "zzes")
_SAME_IN_PLURAL = ("series", "species")
_ALWAYS_SINGULAR = ("ss", "us", "is", "bps", *_SAME_IN_PLURAL)


def plural(noun: str) -> str:
    """The plural of a regular noun: `seed` gives `seeds`, `query` gives `queries`, `series` stays."""
    if noun.endswith(_SAME_IN_PLURAL):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    if noun.endswith(_HISSING_ENDINGS) and not noun.endswith("epoch"):
        return f"{noun}es"
    return f"{noun}s"


def singular(unit: str) -> str:
    """The singular of a plural unit: `hidden layers` gives `hidden layer`. Symbols stay: `ms`, `Hz`."""
    last_word = unit.rpartition(" ")[2]
    is_symbol = len(last_word) <= 3 or not last_word.isalpha()
    if is_symbol or not last_word.endswith("s") or last_word.endswith(_ALWAYS_SINGULAR):
        return unit
    if last_word.endswith("ies"):
        return f"{unit[:-3]}y"
    if last_word.endswith(_PLURALS_IN_ES):
        return unit[:-2]
    return unit[:-1]


def enumeration(texts: Sequence[str], word: str = "and") -> str:
    """Texts as a list in a sentence: `5, 8 and 9`; empty if there are none."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def unit_text(unit: str) -> str:
    """A unit as it is printed: `%` for `fraction`, the stored unit of shares."""
    return "%" if unit == "fraction" else unit


def number_with_unit(text: str, unit: str) -> str:
    """A printed number followed by its unit, in the singular after 1: `1 seed`, `1.0 times`, `98.1 %`."""
    if not unit or text == MISSING:
        return text
    is_one = text.lstrip(MINUS) in ("1", "one") and unit != "times"
    return f"{text}{NO_BREAK}{singular(unit) if is_one else unit_text(unit)}"


def power_of_ten_text(exponent: int) -> str:
    """A power of ten: `10⁻⁶` for -6."""
    return f"10{str(exponent).translate(_RAISED_DIGITS)}"


def capitalise(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def number_word(number: int) -> str | None:
    """A number from 0 to 12 as a word, such as `five`; None for any other number."""
    if 0 <= number < len(_NUMBER_WORDS):
        return _NUMBER_WORDS[number]
    return None


def count_text(number: int, noun: str) -> str:
    """A number with its noun, which is given in the singular: `1 seed`, `27 patients`."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def distance_text(distance: float, unit: str) -> str:
    """A distance in words, with this unit: `by 0.1 points`; empty for 0."""
    if not distance:
        return ""
    size = abs(distance)
    number = f"{size:.2g}" if size < 100 else f"{size:,.0f}"
    return f"by {number_with_unit(number, unit)}".replace(NO_BREAK, " ")
