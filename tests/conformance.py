"""Operations computed in three ways: in Python, in JavaScript, and by the lines that a reader sees."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import labreport
from labreport.stats.operation import ALPHA, Computed
from labreport.stats.operations import javascript, listed


@cache
def script() -> Any:
    """The page's script of distributions, with all operations and the rule that judges."""
    quickjs = pytest.importorskip("quickjs")
    folder = Path(labreport.__file__).parent / "frame" / "script"
    context = quickjs.Context()
    for name in ("distributions", "shared", "judgement"):
        context.eval((folder / f"check-{name}.js").read_text())
    context.eval(javascript())
    return context


def agree(one: float | None, other: float | None) -> bool:
    """Whether two numbers are equal to nine digits, or both missing."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def computed_alike(name: str, data: Mapping[str, Any]) -> Computed:
    """Compute an operation in the three ways, and fail where they differ."""
    for alpha in (ALPHA, ALPHA / 15):
        here = listed()[name].compute(data, alpha)
        call = f"JSON.stringify(Operations[{json.dumps(name)}]({json.dumps(data)}, {alpha!r}))"
        there = json.loads(script().eval(call))
        for key in ("value", "spread", "low", "high"):
            assert agree(getattr(here, key), there[key]), (key, here, there, data)
        assert (here.n, str(here.reason)) == (there["n"], there["reason"]), (here, there, data)
    here = listed()[name].compute(data, ALPHA)
    if here.value is not None and not here.reason:
        space: dict[str, Any] = {"data": data}
        exec(listed()[name].python, space)
        for key in ("value", "low", "high"):
            assert agree(getattr(here, key), space[key]), (key, here, space[key], data)
    return here
