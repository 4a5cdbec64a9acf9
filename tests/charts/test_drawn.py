"""Every builder draws every kind of data as it did: the pictures are those in `drawn/`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import reference
from charts.made import PLATES, SEVEN, WELLS, with_validation_loss

import labreport
from labreport import Measure, charts, table
from labreport.results import Results

SECONDS = Measure("seconds", "s", "lower", "ratio", value=lambda run, _: 7.0**run.seed * len(run.name))
BUILDERS = ("dots", "bars", "curve", "heat_map", "confusion", "forest", "scatter")
NAMES = {
    **{builder: getattr(labreport, builder) for builder in BUILDERS},
    "difference": labreport.difference,
    "wells": WELLS,
    "plates": PLATES,
    "seven": SEVEN,
    "below_zero": WELLS.assign(growth=WELLS.growth - 5, dose=WELLS.dose - 1),
    "patients": table(WELLS.assign(plate=WELLS.plate + WELLS.line), replicate="plate"),
    "one_plate_of_one": table(WELLS[3:], replicate="plate"),
    "guesses": WELLS.assign(truth=WELLS.line, predicted=WELLS.line.shift(5, fill_value="A549")),
    "accuracy": Measure("test accuracy", "%"),
    "growth": Measure("growth", "mm"),
    "seconds": SECONDS,
}
DRAWINGS = """
dots: dots(results, accuracy)
dots, far apart: dots(results, seconds)
dots of a table: dots(plates, growth, by="line")
bars: bars(results, accuracy)
bars in groups: bars(plates, growth, by="line", within="dose")
bars, one plate of one: bars(one_plate_of_one, growth, by="dose", within="line")
bars below zero: bars(below_zero, growth, by="line")
curve: curve(results, "loss")
curve of a measure: curve(results, accuracy)
curve of two records: curve(with_validation_loss, ("loss", "validation_loss"))
curve of a study: curve(cells, "sizes", accuracy)
curve of a table: curve(plates, x="dose", y="growth", by="line")
curve of seven: curve(seven, x="x", y="y", by="name")
heat map of a study: heat_map(cells, "sizes", accuracy)
heat map of a table: heat_map(wells[4:], "growth", rows="line", columns="dose")
confusion: confusion(guesses)
forest: forest(difference(patients, growth, by="line", against="A549", within="dose").difference)
scatter: scatter(wells, "dose", "growth", by="line")
scatter with names: scatter(below_zero[:6], growth, "dose", label="plate")
"""
CALLS = dict(line.split(": ", 1) for line in DRAWINGS.strip().splitlines())


@pytest.mark.parametrize("name", CALLS)
def test_a_drawing_is_what_it_was(name: str, tmp_path: Path, results: Results, cells: Results) -> None:
    """Its marks, labels and colours, and what is said of it."""
    made: dict[str, Any] = {"results": results, "cells": cells}
    made["with_validation_loss"] = with_validation_loss(results)
    with charts.style():
        exported = asdict(charts.export(eval(CALLS[name], NAMES, made), name="one"))
    lines = [exported["svg_print"].replace("><", ">\n<")]
    for key, value in exported.items():
        if not key.startswith("svg"):
            lines.append(f"<!-- {key}: {value} -->")
    kept = Path(__file__).parent / "drawn" / f"{name}.svg"
    reference.compare("\n".join(lines) + "\n", kept, tmp_path, near=0.02)
