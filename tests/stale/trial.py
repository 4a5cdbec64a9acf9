# ruff: noqa: E501
"""A project in which every name is bound, or reached, in some unusual way; and edits, with what each changes."""

from __future__ import annotations

from typing import NamedTuple


class Edit(NamedTuple):
    """One text of a file replaced by another, and the things that are made of it."""

    file: str
    old: str
    new: str
    things: str = ""


FILES = {
    "project.py": """
from trial.answers import counted, listed, measured
from trial.fitting import fit
from labreport import Project, section

assert counted.name != listed.name
project = Project(
    "Edits", (section("Edits", measured, counted, listed),),
    fit=fit, seeds=1, data_files=("trial/numbers.txt",), libraries=("numpy",),
)
""",
    "trial/numbers.txt": "3 1 4 1 5\n",
    "trial/__init__.py": "import decimal\n\ndecimal.getcontext().prec = 9\n",
    "trial/answers.py": """
import decimal
from importlib import metadata

import trial.effects
import trial.squares
from trial import table
from trial.catalogue import BASE, SIZES
from trial.shapes import heaviest

from labreport import question


@question("How large is it?", reads=(BASE, SIZES))
def measured(results):
    third = decimal.Decimal(1) / decimal.Decimal(3)
    return third, heaviest(), metadata.version("numpy")


@question("How many are there?", reads=BASE)
def counted(results):
    return table.LIMIT  # six


@question("What is listed?", reads=BASE)
def listed(results):
    import trial.late.one

    return table.applied(trial.late.one.value())
""",
    "trial/catalogue.py": """
from trial.shapes import Model

from labreport import Experiment, study

BASE = Experiment("base", Model(3), title="three")
SIZES = study("sizes", BASE, size=(2, 4))
""",
    "trial/fitting.py": """
from pathlib import Path

import numpy as np

from labreport import Fit

try:
    from trial.stars import *
except ImportError:
    deep = inner = None

NUMBERS = Path(__file__).parent / "numbers.txt"


def fit(model, seed):
    numbers = [int(word) for word in NUMBERS.read_text().split()]
    value = model.area + deep(seed) + inner(3)
    return Fit({"value": float(np.sum(numbers) * value)})
""",
    "trial/stars.py": """
from trial.deeper import *

STARRED = 32
__all__ = ["STARRED", "deep", "inner"]


def inner(number):
    return number + STARRED
""",
    "trial/deeper.py": """
DEPTH = 33


def deep(number):
    return number - DEPTH


def shallow(number):
    return number
""",
    "trial/shapes.py": """
from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    size: int = 2
    offset: float = 0.5

    @property
    def area(self):
        return self.size * self.size + self.offset


class Shape:
    known: list = []
    corners = 0

    def __init_subclass__(cls, **options):
        cls.known.append(cls)

    def weight(self, factor=2):
        return self.corners * factor


def heaviest():
    return max(kind().weight() for kind in Shape.known)
""",
    "trial/squares.py": """
from trial.shapes import Shape
from trial.table import register


class Square(Shape):
    corners = 4


class Triangle(Shape):
    corners = 3

    def weight(self, factor=3):
        return super().weight(factor) - 1


@register("first")
def first(number):
    return number + 1


@register("second", factor=3)
def second(number):
    total = number * 2
    return total
""",
    "trial/table.py": """
TABLE = {}
LIMIT = 5
UNUSED = 7


def register(name, factor=1):
    def keep(function):
        TABLE[name] = (function, factor)
        return function

    return keep


def applied(number):
    return {name: function(number) * factor for name, (function, factor) in sorted(TABLE.items())}


def unused():
    return UNUSED + 1
""",
    "trial/effects.py": "from trial import table\n\ntable.LIMIT = 6\ntable.TABLE['third'] = (abs, 2)\n",
    "trial/late/__init__.py": "",
    "trial/late/one.py": "from trial.late.two import LATER\n\n\ndef value():\n    return LATER + 1\n",
    "trial/late/two.py": "LATER = 34\n\n\ndef value():\n    return LATER * 2\n",
}
_RUNS = "base sizes/size=2 sizes/size=4"
EDITS = (
    Edit("trial/numbers.txt", "3 1", "3 2", _RUNS),
    Edit("trial/catalogue.py", "Model(3)", "Model(5)", "base"),
    Edit("trial/catalogue.py", '"three"', '"five"'),
    Edit("trial/catalogue.py", "(2, 4)", "(2, 4, 6)", "measured sizes/size=6"),
    Edit("trial/fitting.py", "inner(3)", "inner(4)", _RUNS),
    Edit("trial/stars.py", "STARRED = 32", "STARRED = 31", _RUNS),
    Edit("trial/stars.py", '"deep", "inner"', '"inner"', _RUNS),
    Edit("trial/deeper.py", "DEPTH = 33", "DEPTH = 30", _RUNS),
    Edit("trial/deeper.py", "    return number\n", "    return -number\n"),
    Edit("trial/shapes.py", "self.size * self.size", "self.size + self.size", _RUNS),
    Edit("trial/shapes.py", "factor=2", "factor=4", "measured"),
    Edit("trial/squares.py", "corners = 4", "corners = 5", "measured"),
    Edit("trial/squares.py", "super().weight(factor) - 1", "super().weight(factor)", "measured"),
    Edit("trial/squares.py", "number + 1", "number + 2", "listed"),
    Edit("trial/squares.py", "factor=3)\ndef", "factor=2)\ndef", "listed"),
    Edit("trial/table.py", "* factor for", "+ factor for", "listed"),
    Edit("trial/table.py", "LIMIT = 5", "LIMIT = 7", "counted"),
    Edit("trial/table.py", "UNUSED + 1", "UNUSED + 2"),
    Edit("trial/effects.py", "= 6", "= 8", "counted"),
    Edit("trial/effects.py", "(abs, 2)", "(abs, 3)", "listed"),
    Edit("trial/late/two.py", "LATER = 34", "LATER = 35", "listed"),
    Edit("trial/late/two.py", "LATER * 2", "LATER * 3"),
    Edit("trial/__init__.py", "= 9", "= 8", "measured"),
    Edit("trial/answers.py", "# six", "# 6"),
    Edit("trial/answers.py", "How many are there?", "How many?"),
)
