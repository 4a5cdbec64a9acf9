"""Loaded by a name that is computed."""

LATER = 34


def value():
    """The other."""
    return LATER * 2
