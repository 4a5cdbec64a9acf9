"""Every figure, whatever the results: fit to print, the same each time, its data beside it."""

from __future__ import annotations

import json
import math

import pytest
from drawn import CASES, FIGURES, draw, drawn

from labreport.charts import export
from labreport.charts.layout import COLUMN_MM, MM
from labreport.charts.typeset import measured

HIGHEST_MM = 62.0
"""A quarter of the height of a page's text is 66."""
OFTEN = ("five seeds", "no network learned")
DRAWN = [case if case in OFTEN else pytest.param(case, marks=pytest.mark.slow) for case in CASES]
"""Kinds of results; to draw every figure of each takes long, so most are drawn with `--slow`."""


@pytest.mark.parametrize("case", DRAWN)
@pytest.mark.parametrize("slug", FIGURES)
def test_a_figure_is_fit_to_print_with_its_data_beside_it(slug: str, case: str) -> None:
    """No labels over each other or over the edge, none below eight points, at column width, and not so high
    that a page without room for it ends a quarter empty; a table of as many cells as columns, and words for
    the alternative text without numerals.
    """
    figure = drawn(slug, case).figure
    found = measured(figure)
    assert found.overlapping == []
    assert found.clipped == []
    assert found.smallest >= 8
    assert figure.get_figwidth() == pytest.approx(COLUMN_MM * MM)
    assert figure.get_figheight() <= HIGHEST_MM * MM
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
    """Each series names a group of the SVG and panel of its own chart; drawn again, all bytes are equal."""
    shown = export(slug, drawn(slug, "five seeds"))
    again = export(slug, draw(slug))
    assert json.dumps(shown, allow_nan=False) == json.dumps(again, allow_nan=False)
    ids = {axes["id"] for axes in shown["axes"]}
    for series in shown["series"]:
        assert f'id="{series["gid"]}"' in shown["svg_screen"]
        assert series["axis"] in ids
        assert len(series["x"]) == len(series["y"]) > 0
