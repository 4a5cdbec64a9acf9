"""An `answers.json` with every operation of the registry and every kind of finding, from random data."""

from __future__ import annotations

import json
import math
import random
import runpy
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from made_results import along, named

from labreport.outline import Outline, Question, Section
from labreport.page import answers_json
from labreport.stats import (
    Answer,
    Measure,
    Quantity,
    Sample,
    Source,
    count,
    difference,
    estimate,
    exact,
    extremes,
    ranking,
    trend,
)
from labreport.stats.operations import listed
from labreport.stats.operations.arithmetic import calculated
from labreport.stats.operations.condition import compare, every

ACCURACY = Measure("accuracy", "%", margin=0.2, because="what chance moves")
TEST = Measure("test accuracy", "%", margin=0.2)
SECONDS = Measure("seconds", "s", better="lower", scale="ratio", margin=1.02)
LOSS = Measure("loss", "nat", better="lower")
Plain = dict[str, Any]
TESTS = Path(__file__).parent / "labreport"
EACH = 3
"""Random data for each operation."""


def known_by_item(draw: random.Random, units: int) -> Mapping[str, Sample]:
    """Three classifiers on the same 400 items, and one on other items."""
    generator = np.random.default_rng(draw.randrange(2**32))
    difficulty = generator.normal(0.9, 0.2, 400)
    found = {}
    for name, shift in (("wide", 0.0), ("small", -0.05), ("like", 0.001)):
        right = {seed: generator.random(400) < np.clip(difficulty + shift, 0, 1) for seed in range(units)}
        values = {seed: (float(np.mean(row)),) for seed, row in right.items()}
        found[name] = Sample(name, values, right, epoch=10, items="test")
    return found


def blocks(draw: random.Random) -> Mapping[str, Sample]:
    """Seconds of three programs on six inputs, five repetitions on each."""
    sizes = [draw.uniform(1, 100) for _ in range(6)]
    return {
        name: Sample(
            name,
            {f"input {i}": tuple(size * factor * draw.lognormvariate(0, 0.02) for _ in range(5))
             for i, size in enumerate(sizes)},
            unit="input",
        )
        for name, factor in (("fast", 1.0), ("slow", 2.0), ("level", 1.003))
    }  # fmt: skip


def examples(name: str, draw: random.Random) -> list[Any]:
    """Data of an operation: `EXAMPLES` of the test that is named after its file, or random ones."""
    made = runpy.run_path(str(TESTS / "test_stats_operations.py"))["MADE"]
    if name in made:
        return [made[name](draw) for _ in range(EACH)]
    module = listed()[name].compute.__module__.rpartition(".")[2]
    found: list[Any] = runpy.run_path(str(TESTS / f"test_stats_{module}.py"))["EXAMPLES"]
    return found


def answers(seed: int) -> Iterator[tuple[str, Answer]]:
    """Answers by the name of their question."""
    draw = random.Random(seed)
    for operation in listed():
        quantities = {}
        for number, example in enumerate(examples(operation, draw)):
            data = json.loads(json.dumps(example))
            for place, operand in enumerate(data.get("of", ()) if operation == "arithmetic" else ()):
                if isinstance(operand, dict):
                    data["of"][place] = Quantity(2.5, "s", Source(kind="declared"))
            source = Source(("wide",), "seconds", units=(0, 1, 2))
            quantities[f"{number}"] = listed()[operation].quantity(data, "s", source)
        yield f"operation {operation}", Answer(quantities)
    for units in (1, 2, 5):
        yield f"items of {units}", findings(known_by_item(draw, units), ACCURACY, 90)
    yield "blocks", findings(blocks(draw), SECONDS, 20)
    for name, values in {
        "seeds": {name: [draw.gauss(mean, 0.1) for _ in range(5)] for name, mean in
                  (("wide", 1.0), ("small", 1.5), ("like", 1.001))},
        "equal": {name: [1.25, 1.5, 1.75] for name in ("wide", "small", "like")},
        "diverged": {"wide": [1.0, 1.1, 1.2], "small": [1.3, math.nan, 1.5], "like": [1.0, 1.2, 1.4]},
    }.items():  # fmt: skip
        yield name, findings({name: Sample(name, {seed: (value,) for seed, value in enumerate(values)})
                              for name, values in values.items()}, LOSS, 1.2)  # fmt: skip
    unpaired = {
        name: Sample(name, {run: (draw.gauss(mean, 0.1),) for run in range(runs)}, paired=False, unit="run")
        for name, mean, runs in (("wide", 1.0, 5), ("small", 1.5, 7), ("like", 1.0, 4))
    }
    yield "unpaired", findings(unpaired, LOSS, 1.2)
    study, results = along(
        {size: [0.9 + size / 100 + draw.gauss(0, 0.001) for _ in range(5)] for size in (1, 2, 4)}
    )
    steps = [cell.name for cell in study.experiments()]
    yield "study", trend(results, steps, TEST)
    yield (
        "seeds of experiments",
        difference(named({"a": [0.9, 0.91, 0.92], "b": [0.95, 0.96, 0.99]}), "a", "b", TEST, among=4),
    )
    epochs, less = Quantity(10, "epochs"), Quantity(4, "epochs")
    numbers = {
        "epochs": epochs,
        "less": less,
        "ratio": calculated("quotient", [epochs, less], "times", "of epochs"),
    }
    condition = every(compare(epochs, ">", less), compare(numbers["ratio"], "<=", 3))
    yield "exact", exact("longer", condition, numbers)
    yield "stated", estimate("wide", "small", LOSS, value=0.3, low=0.1, high=0.5, n=5, method="bootstrap")


def findings(of: Mapping[str, Sample], measure: Measure, threshold: float) -> Answer:
    """Every kind of finding about the same samples."""
    first, second, *_ = of
    return (
        ranking(of, measure)
        | ranking(of, measure, name="best", pairs="best")
        | difference(of, first, second, measure, name="pair")
        | difference(of, second, first, measure, among=6, name="chosen")
        | extremes(of, measure, name="ends")
        | count(of, [first, second], measure, above=threshold, name="above")
        | trend(of, list(of), measure, name="steps")
    )


@cache
def _text(seed: int) -> str:
    made = dict(answers(seed))
    questions = tuple(Question(slug, f"What of {slug}?", "none:none") for slug in made)
    outline = Outline("Conformance", sections=(Section("all", "All", questions=questions),))
    return answers_json(outline, made, {"seeds": "5"})


def document(seed: int = 20260801) -> Plain:
    """The document, made for each call."""
    plain: Plain = json.loads(_text(seed))
    return plain
