"""A reference of made results, what it expects, and submissions made from it."""

from __future__ import annotations

import copy
import functools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from answering import QUESTIONS, answer

from exercise.project import PROJECT
from exercise.rubric import RUBRIC
from labreport.grading.expected import Expected
from labreport.grading.reference import expect
from labreport.grading.score import Graded
from labreport.grading.worker import grade
from labreport.page import answers_json

Plain = dict[str, Any]


@functools.cache
def _text(seeds: int) -> str:
    return answers_json(PROJECT.outline, {slug: answer(slug, seeds) for slug in QUESTIONS}, {})


def reference(seeds: int = 5) -> Plain:
    """`answers.json` of the exercise with made results, made for each call."""
    plain: Plain = json.loads(_text(seeds))
    return plain


@functools.cache
def expected(seeds: int = 5) -> Expected:
    """What that reference expects, by the exercise's own rubric."""
    return expect(reference(seeds), RUBRIC, "exercise.recompute:recompute")


def graded(folder: Path, change: Callable[[Plain], None] | None = None, by: Expected | None = None) -> Graded:
    """The grade of the reference's own answers after `change`, through a file."""
    plain = reference()
    if change is not None:
        change(plain)
    path = folder / "submission.json"
    path.write_text(json.dumps(plain), encoding="utf-8")
    return grade(path, by or expected())


def each_quantity(plain: Plain) -> list[Plain]:
    """All quantities of a document, to be changed in place."""
    return [
        quantity for question in plain["questions"].values() for quantity in question["quantities"].values()
    ]


def rerun(plain: Plain, seeds: int, generator: np.random.Generator) -> Plain:
    """What an honest run with other seeds, on a machine 2 % slower with more cores, would have published.

    Each mean is drawn from the distribution that the reference's spread over seeds describes.
    """
    other = copy.deepcopy(plain)
    for quantity in each_quantity(other):
        value, interval, n = quantity["value"], quantity["interval"], quantity["n"]
        count = min(seeds, n) if n == 3 else seeds
        if value is None:
            continue
        if quantity["varies_with"] == "machine":
            quantity["value"] = 16 if isinstance(value, int) else value * 1.02
        elif quantity["varies_with"] == "seeds" and quantity["spread"] is not None:
            quantity["value"] = value + quantity["spread"] / math.sqrt(count) * generator.standard_normal()
            quantity["n"] = count
        elif quantity["varies_with"] == "seeds" and interval and interval["logarithmic"]:
            scale = math.log(interval["high"] / value) / 2.78 * math.sqrt(n / count)
            quantity["value"] = value * math.exp(scale * generator.standard_normal())
        elif quantity["varies_with"] == "seeds" and interval is None:
            quantity["value"] = seeds if isinstance(value, int) else value * generator.uniform(0.1, 2)
        if quantity["unit"] == "fraction" and 0 <= value <= 1:
            quantity["value"] = min(1.0, max(0.0, quantity["value"]))
    return other
