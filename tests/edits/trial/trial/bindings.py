"""Names bound in every place where Python binds names."""

import contextlib
import os
from math import floor as rounded
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trial.shapes import Model
else:
    Model = int

try:
    IN_TRY = int("11")
except ValueError:
    IN_TRY = 2

try:
    IN_EXCEPT = int("x")
except (ValueError, KeyError):
    IN_EXCEPT = 3

try:
    try:
        BY_TYPE = int("y")
    except ValueError:
        BY_TYPE = 4
except Exception:
    BY_TYPE = 5

try:
    int("1")
except ValueError:
    IN_ELSE = 6
else:
    IN_ELSE = 7
finally:
    IN_FINALLY = 8

if os.sep == "/":
    UNDER_IF = 9
elif os.sep == "\\":
    UNDER_IF = 10
else:
    UNDER_IF = 11

if not TYPE_CHECKING:
    AT_RUN_TIME = 12

with contextlib.suppress(KeyError):
    UNDER_WITH = 13
    UNDER_WITH += {"a": 1}["a"]

with contextlib.nullcontext(14) as BY_WITH:
    pass

for BY_FOR in (15, 16):
    pass

WHILE = 0
while WHILE < 17:
    WHILE += 2

if (WALRUS := 18) > 3:
    pass

match (19, 20):
    case (_, BY_MATCH):
        pass

(FIRST, [SECOND, *REST]) = (21, [22, 23])
ADDED = 24
ADDED += 25
LISTED = [number * 2 for number in range(3)]
LAMBDA = lambda number, add=26: number + add  # noqa: E731


def fill():
    """Sets a name of the module."""
    global FILLED
    FILLED = 27


fill()
globals()["HIDDEN"] = 28


def plus(number):
    """A decorator with an argument."""

    def change(function):
        return lambda *given: function(*given) + number

    return change


@plus(29)
def decorated(number=30, *, scale=1):
    """Has defaults."""
    if number > 3 and scale >= 1:
        return rounded(number * scale + 0.5)
    return 0


def everything():
    """All of them."""
    names = [IN_TRY, IN_EXCEPT, BY_TYPE, IN_ELSE, IN_FINALLY, UNDER_IF, AT_RUN_TIME, UNDER_WITH, BY_WITH]
    more = [BY_FOR, WHILE, WALRUS, BY_MATCH, FIRST, SECOND, *REST, ADDED, *LISTED, LAMBDA(1), FILLED]
    return names + more + [decorated(), Model("31")]
