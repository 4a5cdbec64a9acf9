"""`did you mean …?`: the known word that is nearest to an unknown one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The nearest of the known words, the shorter of two that are equally near; None if none is near."""
    ordered = sorted(set(known), key=lambda name: (len(name), name))
    return next(iter(get_close_matches(word, ordered, n=1)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'wide'?`, or `.` where no known word is near."""
    found = nearest(word, known)
    return f"; did you mean {found!r}?" if found else "."
