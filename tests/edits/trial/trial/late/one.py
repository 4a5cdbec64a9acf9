"""Loaded by a name that is written out."""

from trial.late.two import LATER


def value():
    """The one."""
    return LATER + 1
