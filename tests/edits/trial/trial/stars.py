"""Gives its names by a star."""

from trial.deeper import *

STARRED = 32
__all__ = ["STARRED", "deep", "inner"]


def inner(number):
    """Found through two stars."""
    return number + STARRED
