"""Random data for every operation of the registry."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, get_args

import numpy as np

from labreport.stats.operations.arithmetic import Operator
from labreport.stats.operations.crossed import share, table

Draw = random.Random


def _number(draw: Draw, positive: bool = False) -> float:
    return draw.choice([draw.uniform(0.5, 3), draw.lognormvariate(0, 2), 1.25]) * (
        1 if positive else draw.choice((1, -1))
    )


def _sample(draw: Draw, n: int, scale: str, missing: bool) -> list[list[float | None]]:
    repetitions = draw.choice((1, 1, 3))
    flat = draw.random() < 0.1
    found: list[list[float | None]] = [
        [1.5 if flat else _number(draw, scale == "ratio") for _ in range(repetitions)] for _ in range(n)
    ]
    if missing:
        found[0][0] = None
    return found


def _difference(draw: Draw) -> dict[str, Any]:
    scale, paired, n = (
        draw.choice(("difference", "ratio")),
        draw.random() < 0.5,
        draw.choice((1, 2, 3, 5, 30)),
    )
    first = _sample(draw, n, scale, draw.random() < 0.05)
    other = n if paired else draw.choice((1, 2, 7))
    second: Any = first if draw.random() < 0.1 and paired else _sample(draw, other, scale, False)
    if draw.random() < 0.2:
        second = _number(draw, True)
    fraction = draw.choice((None, None, 0.3))
    return {"first": first, "second": second, "paired": paired, "scale": scale, "test_fraction": fraction}


def _mean(draw: Draw) -> dict[str, Any]:
    scale = draw.choice(("difference", "ratio"))
    values = _sample(draw, draw.choice((1, 2, 5, 30)), scale, draw.random() < 0.1)
    bounds = draw.choice((None, [0.0, 1.0])) if scale == "difference" else None
    if bounds:
        values = [[draw.betavariate(9, 1)] for _ in values]
    return {"values": values, "scale": scale, "test_fraction": draw.choice((None, 0.2)), "bounds": bounds}


def _rights(draw: Draw, units: int, items: int) -> Any:
    generator = np.random.default_rng(draw.randrange(2**32))
    kind = draw.randrange(5)
    if kind == 0:
        return np.ones((units, items), dtype=bool)
    rows = generator.random((units, items)) < np.clip(generator.normal(0.8, 0.3, items), 0, 1)
    if kind == 1:
        rows = np.repeat(rows[:1], units, axis=0)
    return rows


def _crossed(draw: Draw) -> dict[str, Any]:
    units, items = draw.choice((1, 2, 3, 5)), draw.choice((1, 2, 20, 300))
    first = _rights(draw, units, items)
    kind = draw.randrange(3)
    if kind == 0:
        second = first if draw.random() < 0.1 else _rights(draw, units, items)
        return dict(table(first, second))
    if kind == 1:
        return {"first": share(list(first)), "threshold": draw.choice((0.0, 0.7))}
    return {
        "first": share(list(first)),
        "second": share(list(_rights(draw, units, draw.choice((1, 15, 200))))),
    }


def _median(draw: Draw) -> dict[str, Any]:
    values = [_number(draw) for _ in range(draw.choice((1, 2, 3, 8, 50)))]
    return {"values": values, "reach": draw.choice(("middle half", "all"))}


def _correlation(draw: Draw) -> dict[str, Any]:
    n = draw.choice((2, 3, 8, 12))
    return {name: [draw.choice((1.0, 2.0, _number(draw))) for _ in range(n)] for name in "xy"}


def _arithmetic(draw: Draw) -> dict[str, Any]:
    operator = draw.choice(get_args(Operator))
    of: list[Any] = [_number(draw, True) for _ in range(draw.choice((2, 3, 6)))]
    if draw.random() < 0.5:
        of[0] = {"value": 2.5, "interval": {"low": 2.0, "high": 3.5}}
    return {"operator": operator, "of": of, "than": 1.0}


def _condition(draw: Draw) -> dict[str, Any]:
    def one() -> dict[str, Any]:
        return {
            "operator": draw.choice(("<", "<=", ">", ">=", "=")),
            "left": draw.choice((1, 2, {"value": 2}, {"value": None})),
            "right": draw.choice((1, 2)),
        }

    if draw.random() < 0.2:
        return {"operator": "=", "left": ["width"], "right": draw.choice((["width"], ["depth"]))}
    return draw.choice((one(), {"operator": draw.choice(("every", "some")), "of": [one(), one()]}))


def _stated(draw: Draw) -> dict[str, Any]:
    scale, value = draw.choice(("difference", "ratio")), draw.choice((None, 1.5, 1.5))
    ends = (None, None) if draw.random() < 0.2 else (1.2, 2.5)
    return {"value": value, "low": ends[0], "high": ends[1], "n": 5, "method": "bootstrap", "scale": scale}


MADE: dict[str, Callable[[Draw], dict[str, Any]]] = {
    "difference": _difference,
    "mean": _mean,
    "crossed": _crossed,
    "median": _median,
    "rank correlation": _correlation,
    "arithmetic": _arithmetic,
    "condition": _condition,
    "stated": _stated,
}
"""Random data for each operation."""
