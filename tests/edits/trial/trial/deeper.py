"""Behind a star."""

DEPTH = 33


def deep(number):
    """Known to who imports the other module."""
    return number - DEPTH


def shallow(number):
    """Not listed there."""
    return number
