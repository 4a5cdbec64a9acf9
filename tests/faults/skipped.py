"""A trial that cannot be had on this machine."""


class Skipped(Exception):
    """The text says what is missing."""
