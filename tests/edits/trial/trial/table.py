"""A table that other modules fill."""

TABLE = {}
LIMIT = 5
UNUSED = 7


def register(name, factor=1):
    """Put a function into the table."""

    def keep(function):
        TABLE[name] = (function, factor)
        return function

    return keep


def applied(number):
    """All of the table on one number."""
    return {name: function(number) * factor for name, (function, factor) in sorted(TABLE.items())}


def unused():
    """Nobody calls this."""
    return UNUSED + 1
