"""Heat maps: values to be read in their cells, a line between two kinds of cells."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex
from vision import contrast, distance

from labreport.charts import column_figure, heat_map, separate
from labreport.charts.marks import SHADES
from labreport.charts.style import Colour

VALUES = [[0.0, 10.0, 20.0, 30.0, 40.0], [50.0, 60.0, 70.0, 80.0, 100.0]]
LABELS: dict[str, Any] = {"rows": ["top", "bottom"], "columns": list("abcde")}


def _texts(values: list[list[float]]) -> list[list[str]]:
    return [[f"{value:g}" for value in row] for row in values]


def test_every_value_can_be_read_on_its_shade() -> None:
    """Text in a cell is light or dark, at least 4.5:1 on any shade."""
    _, (panel,) = column_figure(50)
    heat_map(panel, VALUES, _texts(VALUES), low=0, high=100, **LABELS)
    panel.figure.canvas.draw()
    (mesh,) = [one for one in panel.collections if isinstance(one, QuadMesh)]
    shades = np.asarray(mesh.get_facecolor()).reshape(2, 5, 4)
    for text in panel.texts:
        column, row = (int(place) for place in text.get_position())
        assert text.get_text() == f"{VALUES[row][column]:g}"
        assert contrast(to_hex(text.get_color()), to_hex(shades[row][column])) >= 4.5


def test_blank_cells_stay_blank() -> None:
    """Neither shade nor text; the others keep theirs."""
    _, (panel,) = column_figure(50)
    values = [[5.0, 1.0], [2.0, 7.0]]
    heat_map(
        panel,
        values,
        _texts(values),
        rows=["0", "1"],
        columns=["0", "1"],
        low=0,
        high=2,
        blank=[[True, False], [False, True]],
    )
    assert {"1", "2"} == {text.get_text() for text in panel.texts}


@pytest.mark.parametrize("vision", ["ordinary", "deuteranopia", "protanopia", "tritanopia", "greyscale"])
def test_shades_keep_their_order_for_every_reader(vision: str) -> None:
    """Each step darker than the one before, and well apart from it."""
    steps = [distance(one, other, vision) for one, other in pairwise(SHADES)]
    from_white = [distance("#ffffff", shade, vision) for shade in SHADES]
    assert min(steps) >= 10
    assert from_white == sorted(from_white)


def test_a_line_runs_between_two_kinds_of_cells() -> None:
    """Along exactly the edges where they meet, and once more in its key."""
    _, (panel,) = column_figure(50)
    separate(panel, [[True, True], [False, True]], "a bound")
    lines = [line for line in panel.lines if line.get_color() == Colour.VERMILLION.value]
    edges = {tuple(map(tuple, np.asarray(line.get_xydata()).tolist())) for line in lines[:-1]}
    assert edges == {((1, 1), (1, 2)), ((0, 1), (1, 1))}
    assert [text.get_text() for text in panel.texts] == ["a bound"]
