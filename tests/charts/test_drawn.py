"""Every builder draws every kind of data as it did: the pictures are those in `drawn/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import reference
from charts.made import with_validation_loss

from labreport import (
    Measure,
    bars,
    charts,
    confusion,
    curve,
    difference,
    dots,
    forest,
    heat_map,
    scatter,
    table,
)
from labreport.results import Results

G = np.random.default_rng(6)
FRAME = pandas.DataFrame(
    [
        (line, dose, f"P{plate}", 5 + side * np.log1p(dose) + G.normal(0, 0.3))
        for line, side in (("HT29", -1.0), ("HCT116", 0.5), ("A549", 0.0))
        for dose in (1, 10, 100)
        for plate in range(4)
    ],
    columns=["line", "dose", "plate", "growth"],
)
BELOW = FRAME.assign(growth=FRAME.growth - 5, dose=FRAME.dose - 1)
TAKEN = FRAME.assign(predicted=FRAME.line.shift(5, fill_value="A549"))
LOSSES = ("loss", "validation_loss")
NAMES = ["a" * number for number in range(1, 8)]
PLATES, GROWTH = table(FRAME, replicate="plate"), Measure("growth", "mm")
SEVEN = pandas.DataFrame([{"x": x, "y": x + len(name), "name": name} for name in NAMES for x in (1, 2, 5)])
PATIENTS = table(FRAME.assign(plate=FRAME.plate + FRAME.line), replicate="plate")
ACCURACY, SECONDS = (
    Measure("test accuracy", "%"),
    Measure("seconds", "s", "lower", "ratio", value=lambda run, _: 7.0**run.seed * len(run.name)),
)


DRAW: dict[str, Callable[..., charts.Drawing]] = {
    "dots": lambda results, _: dots(results, ACCURACY),
    "dots, far apart": lambda results, _: dots(results, SECONDS),
    "dots of a table": lambda *_: dots(PLATES, GROWTH, by="line"),
    "bars": lambda results, _: bars(results, ACCURACY),
    "bars in groups": lambda *_: bars(PLATES, GROWTH, by="line", within="dose"),
    "curve": lambda results, _: curve(results, "loss"),
    "curve of a measure": lambda results, _: curve(results, ACCURACY),
    "curve of a measure of records": lambda results, _: curve(results, Measure("loss", better="lower")),
    "curve of a study": lambda _, cells: curve(cells, "sizes", ACCURACY),
    "curve of a table": lambda *_: curve(PLATES, x="dose", y="growth", by="line"),
    "heat map of a study": lambda _, cells: heat_map(cells, "sizes", ACCURACY),
    "heat map of a table": lambda *_: heat_map(FRAME[4:], "growth", rows="line", columns="dose"),
    "confusion": lambda *_: confusion(
        FRAME.assign(truth=FRAME.line, predicted=FRAME.line.shift(5, fill_value="A549"))
    ),
    "scatter": lambda *_: scatter(FRAME, "dose", "growth", by="line"),
    "bars, one plate of one": lambda *_: bars(table(FRAME[3:], replicate="plate"), GROWTH, "dose", "line"),
    "bars below zero": lambda *_: bars(BELOW, GROWTH, by="line"),
    "curve of two records": lambda results, _: curve(
        with_validation_loss(results), ("loss", "validation_loss")
    ),
    "curve of seven": lambda *_: curve(SEVEN, x="x", y="y", by="name"),
    "forest": lambda *_: forest(
        difference(PATIENTS, GROWTH, by="line", against="A549", within="dose").members["difference"]
    ),
    "scatter with names": lambda *_: scatter(BELOW[:6], GROWTH, "dose", label="plate"),
}


@pytest.mark.parametrize("name", DRAW)
def test_a_drawing_is_what_it_was(name: str, tmp_path: Path, results: Results, study_results: Any) -> None:
    """Its marks, labels and colours, and what is said of it."""
    cells, _ = study_results(nodes=(10, 20, 40), layers=(1, 2))
    with charts.style():
        exported = asdict(charts.export(DRAW[name](results, cells), name="one"))
    texts = "\n".join(
        f"<!-- {key}: {value} -->" for key, value in exported.items() if not key.startswith("svg")
    )
    svg = exported["svg_print"].replace("><", ">\n<")
    reference.compare(
        f"{svg}\n{texts}\n", Path(__file__).parent / "drawn" / f"{name}.svg", tmp_path, near=0.02
    )
