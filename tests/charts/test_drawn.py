"""Every builder draws every kind of data as it did: the pictures are those in `drawn/`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
import reference
from charts import made

import labreport
from labreport import charts
from labreport.results import Results

DRAWINGS = """
dots: dots(results, ACCURACY)
dots, far apart: dots(results, SECONDS)
dots of a table: dots(PLATES, GROWTH, by="line")
bars: bars(results, ACCURACY)
bars in groups: bars(PLATES, GROWTH, by="line", within="dose")
bars, one plate of one: bars(ONE_PLATE_OF_ONE, GROWTH, by="dose", within="line")
bars below zero: bars(BELOW_ZERO, GROWTH, by="line")
curve: curve(results, "loss")
curve of a measure: curve(results, ACCURACY)
curve of two records: curve(with_validation_loss(results), ("loss", "validation_loss"))
curve of a study: curve(cells, "sizes", ACCURACY)
curve of a table: curve(PLATES, x="dose", y="growth", by="line")
curve of seven: curve(SEVEN, x="x", y="y", by="name")
heat map of a study: heat_map(cells, "sizes", ACCURACY)
heat map of a table: heat_map(WELLS[4:], "growth", rows="line", columns="dose")
confusion: confusion(GUESSES)
forest: forest(difference(PATIENTS, GROWTH, by="line", against="A549", within="dose").difference)
scatter: scatter(WELLS, "dose", "growth", by="line")
scatter with names: scatter(BELOW_ZERO[:6], GROWTH, "dose", label="plate")
"""
AUTHORS_NAMES = {name: getattr(labreport, name) for name in labreport.__all__}
CALLS = dict(line.split(": ", 1) for line in DRAWINGS.strip().splitlines())


@pytest.mark.parametrize("name", CALLS)
def test_a_drawing_is_what_it_was(name: str, tmp_path: Path, results: Results, cells: Results) -> None:
    """Its marks, labels and colours, and what is said of it."""
    with charts.style():
        drawing = eval(CALLS[name], AUTHORS_NAMES | vars(made), {"results": results, "cells": cells})
        exported = asdict(charts.export_drawing(drawing, name="one"))
    lines = [exported["svg_print"].replace("><", ">\n<")]
    for key, value in exported.items():
        if not key.startswith("svg"):
            lines.append(f"<!-- {key}: {value} -->")
    kept = Path(__file__).parent / "drawn" / f"{name}.svg"
    reference.compare("\n".join(lines) + "\n", kept, tmp_path, near=0.02)
