"""Every operation computes the same in Python, in JavaScript, and by the lines that a reader is shown."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from conformance import computed_alike, script
from made_results import named

from labreport.stats import count, difference, exact, extremes, ranking, trend
from labreport.stats.estimate import judged
from labreport.stats.measure import Measure
from labreport.stats.operation import Computed, Reason
from labreport.stats.operations import listed
from labreport.stats.operations.arithmetic import Operator
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.crossed import share, table, unpaired

Draw = random.Random
CASES = 80


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
    kind = draw.randrange(5)
    if kind > 2:
        same, others = kind == 3, draw.choice((1, 2, 4))
        return dict(
            unpaired(first, _rights(draw, others, items if same else draw.choice((1, 15, 200))), same)
        )
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
    "arithmetic": _arithmetic,
    "condition": _condition,
    "stated": _stated,
}
"""Random data for each operation."""


def _cases(name: str) -> Iterator[dict[str, Any]]:
    draw = random.Random(name)
    return (json.loads(json.dumps(MADE[name](draw))) for _ in range(CASES))


def test_each_operation_is_tried() -> None:
    """One in the folder has random data here, or a test of its own that is named after it."""
    here = Path(__file__).parent
    own = {name for name in listed() if (here / f"test_stats_{name.replace(' ', '_')}.py").is_file()}
    assert set(MADE) | own == set(listed())


@pytest.mark.parametrize("name", MADE)
def test_three_ways_compute_the_same(name: str) -> None:
    """Value, spread and interval to nine digits, at two levels, and why there is no interval."""
    found = [computed_alike(name, data) for data in _cases(name)]
    assert sum(one.value is not None and not one.reason for one in found) > CASES / 5


def test_units_that_differ_on_a_single_item_have_their_mean() -> None:
    """Of one item there is no variance, but both units count."""
    first, second = np.array([[True], [True]]), np.array([[True], [False]])
    assert computed_alike("crossed", dict(table(first, second))).value == 0.5


def test_judgements_are_the_same_in_javascript() -> None:
    """Clear, the same, unclear, sign and reason, on both scales."""
    draw = random.Random(3)
    for _ in range(300):
        scale = draw.choice(("difference", "ratio"))
        margin = draw.choice((None, 1.3 if scale == "ratio" else 0.2))
        measure = Measure("m", draw.choice(("%", "s")), scale=scale, margin=margin)  # type: ignore[arg-type]
        low, high = sorted(draw.uniform(0.6, 1.6) - (scale == "difference") for _ in range(2))
        found = Computed((low + high) / 2, 5, None, low, high)
        if draw.random() < 0.2:
            found = Computed(found.value, 1, reason=Reason.ONE_RUN)
        here = judged(found, measure, 3)
        given = {"value": found.value, "low": found.low, "high": found.high, "reason": str(found.reason)}
        call = f"JSON.stringify(Judgement.of({json.dumps(given)}, {json.dumps(measure.to_plain())}, 3))"
        there = json.loads(script().eval(call))
        assert there == {key: getattr(here, key) for key in there}, (given, here)


def test_findings_are_judged_again_in_javascript() -> None:
    """From `answers.json` only, every kind of finding gets the judgement that it has."""
    draw = random.Random(4)
    words = set()
    for _ in range(60):
        shifts = {"a": 0.0, "b": draw.choice((0, 0.02)), "c": 0.001}
        values = {
            name: [draw.gauss(0.9 + shift, 0.004) for _ in range(draw.choice((1, 2, 5)))]
            for name, shift in shifts.items()
        }
        if draw.random() < 0.1:
            values["c"][0] = math.nan
        better = draw.choice(("higher", "lower"))
        measure = Measure("test accuracy", "%", better, margin=0.5)  # type: ignore[arg-type]
        results = named(values)
        made = [
            difference(results, "a", "b", measure, among=3),
            ranking(results, measure),
            extremes(results, measure),
            trend(results, ("a", "b", "c"), measure),
            count(results, ("a", "b"), measure, above=90.5),
            exact("few", condition(len(values), "<", draw.choice((3, 4)))),
        ]
        for answer in made:
            plain = json.loads(json.dumps(answer.to_plain()))
            for finding in plain["findings"].values():
                of = plain["measures"].get(finding["measure"])
                call = f"""
                const [finding, quantities, measure] = {json.dumps([finding, plain["quantities"], of])};
                JSON.stringify(Judgement.again(finding, quantities, measure,
                  ({{ operation, data }}, alpha) => Operations[operation](data, alpha)));
                """
                assert json.loads(script().eval(f"{{{call}}}")) == finding["judgement"], finding
                words.add((finding["kind"], finding["judgement"]["word"]))
    assert len(words) > 10
