"""Every operation computes the same in Python, in JavaScript, and by the lines that a reader is shown."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_results import named
from operation_data import MADE

import labreport
from labreport.stats import count, difference, exact, extremes, ranking, trend
from labreport.stats.estimate import JAVASCRIPT, judged
from labreport.stats.measure import Measure
from labreport.stats.operation import ALPHA, Computed
from labreport.stats.operations import compute, javascript, listed, resolved, schemas
from labreport.stats.operations.condition import compare as condition

quickjs = pytest.importorskip("quickjs")
CASES = 60


def _cases(name: str) -> Iterator[dict[str, Any]]:
    draw = random.Random(name)
    return (json.loads(json.dumps(MADE[name](draw))) for _ in range(CASES))


@pytest.fixture(scope="module")
def script() -> Any:
    """The page's script of distributions, and all operations."""
    folder = Path(labreport.__file__).parent / "frame" / "script"
    context = quickjs.Context()
    context.eval((folder / "check-distributions.js").read_text())
    context.eval(javascript() + JAVASCRIPT)
    return context


def _run(script: Any, name: str, data: Any, alpha: float) -> dict[str, Any]:
    call = f"JSON.stringify(Operations[{json.dumps(name)}]({json.dumps(data)}, {alpha!r}))"
    found: dict[str, Any] = json.loads(script.eval(call))
    return found


def _agree(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def test_each_operation_is_tried() -> None:
    """One that is added to the folder needs random data here, and a schema."""
    assert set(MADE) <= set(listed())
    assert set(schemas()) == set(listed())


@pytest.mark.parametrize("name", MADE)
def test_javascript_computes_the_same(name: str, script: Any) -> None:
    """Value, spread and interval to nine digits, at two levels, and why there is no interval."""
    for data in _cases(name):
        for alpha in (ALPHA, ALPHA / 15):
            here: Computed = compute({"operation": name, "data": data}, alpha)
            there = _run(script, name, data, alpha)
            for key in ("value", "spread", "low", "high"):
                assert _agree(getattr(here, key), there[key]), (key, here, there, data)
            assert (here.n, str(here.reason)) == (there["n"], there["reason"]), (here, there, data)


@pytest.mark.parametrize("name", MADE)
def test_the_lines_of_python_compute_the_same(name: str) -> None:
    """The lines of a panel give value and interval from the entry in `answers.json`."""
    tried = 0
    for data in _cases(name):
        here = compute({"operation": name, "data": data}, ALPHA)
        if here.value is None or (here.reason and name != "median"):
            continue
        tried += 1
        space: dict[str, Any] = {"data": data}
        exec(listed()[name].python, space)
        if here.low is None and name not in ("condition", "rank correlation", "arithmetic"):
            continue
        for key in ("value", "low", "high"):
            assert _agree(getattr(here, key), space[key]), (key, here, space[key], data)
    assert tried > CASES / 5


def test_judgements_are_the_same_in_javascript(script: Any) -> None:
    """Clear, the same, unclear, sign and reason, on both scales."""
    draw = random.Random(3)
    for _ in range(300):
        scale = draw.choice(("difference", "ratio"))
        margin = draw.choice((None, 1.3 if scale == "ratio" else 0.2))
        measure = Measure("m", draw.choice(("%", "s")), scale=scale, margin=margin)  # type: ignore[arg-type]
        low, high = sorted(draw.uniform(0.6, 1.6) - (scale == "difference") for _ in range(2))
        found = Computed((low + high) / 2, 5, None, low, high)
        if draw.random() < 0.2:
            found = Computed(found.value, 1, reason=compute({"operation": "mean", "data": _one()}).reason)
        here = judged(found, measure, 3)
        given = {"value": found.value, "low": found.low, "high": found.high, "reason": str(found.reason)}
        call = f"JSON.stringify(Judgement.of({json.dumps(given)}, {json.dumps(measure.to_plain())}, 3))"
        there = json.loads(script.eval(call))
        assert there == {key: getattr(here, key) for key in there}, (given, here)


def test_findings_are_judged_again_in_javascript(script: Any) -> None:
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
                assert json.loads(script.eval(f"{{{call}}}")) == finding["judgement"], finding
                words.add((finding["kind"], finding["judgement"]["word"]))
    assert len(words) > 10


def _one() -> dict[str, Any]:
    return {"values": [[1.0]], "scale": "difference", "test_fraction": None, "bounds": None}


def test_references_are_resolved() -> None:
    """Data refer to other quantities by their names."""
    data = {"operator": "sum", "of": [{"quantity": "a"}, 1]}
    assert compute({"operation": "arithmetic", "data": resolved(data, {"a": {"value": 2}})}).value == 3
