"""Every figure, whatever the results: fit to print, the same each time, its data beside it."""

from __future__ import annotations

import json
import math

import pytest
from drawn import CASES, FIGURES, draw, drawn
from figure_type import clipped_texts, overlapping_texts, smallest_type

from labreport.charts import export
from labreport.charts.layout import COLUMN_MM, MM

OFTEN = ("five seeds", "no network learned")
DRAWN = [case if case in OFTEN else pytest.param(case, marks=pytest.mark.slow) for case in CASES]
"""Kinds of results; to draw every figure of each takes long, so most are drawn with `--slow`."""


@pytest.mark.parametrize("case", DRAWN)
@pytest.mark.parametrize("slug", FIGURES)
def test_type_in_figures_is_fit_to_print(slug: str, case: str) -> None:
    """No labels over each other, none over the edge, none below seven points, at column width."""
    figure = drawn(slug, case).figure
    assert overlapping_texts(figure) == []
    assert clipped_texts(figure) == []
    assert smallest_type(figure) >= 7
    assert figure.get_figwidth() == pytest.approx(COLUMN_MM * MM)


@pytest.mark.parametrize("slug", FIGURES)
def test_equal_results_give_equal_bytes(slug: str) -> None:
    """Drawn twice from the same results, a figure is the same file."""
    once, again = (json.dumps(export(slug, draw(slug)), allow_nan=False) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("case", DRAWN)
@pytest.mark.parametrize("slug", FIGURES)
def test_data_stand_beside_each_figure(slug: str, case: str) -> None:
    """A table of as many cells as columns, and words for the alternative text without numerals."""
    drawing = drawn(slug, case)
    assert {len(drawing.columns)} >= {len(row) for row in drawing.rows}
    assert len(drawing.columns) == len(set(drawing.columns))
    assert drawing.kind
    assert not any(letter.isdigit() for letter in drawing.kind)
    assert not drawing.kind.endswith(".")
    numbers = [cell for row in drawing.rows for cell in row if isinstance(cell, float)]
    assert all(math.isfinite(number) for number in numbers)


@pytest.mark.parametrize("slug", FIGURES)
def test_every_curve_to_read_off_is_in_the_picture(slug: str) -> None:
    """Each series names a group of the SVG and panel of its own chart."""
    shown = export(slug, drawn(slug, "five seeds"))
    ids = {axes["id"] for axes in shown["axes"]}
    for series in shown["series"]:
        assert f'id="{series["gid"]}"' in shown["svg_screen"]
        assert series["axis"] in ids
        assert len(series["x"]) == len(series["y"]) > 0
