"""Any figure of matplotlib or seaborn becomes SVG in the house style, for paper and for both themes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas
import pytest
import seaborn
from matplotlib.colors import to_hex

from labreport import charts
from labreport.charts.styles import Colour
from labreport.charts.svg import _drawn_instead
from labreport.errors import UsageError

FRAME = pandas.DataFrame({"kind": list("aabbcc"), "dose": [1, 2, 1, 2, 1, 2], "yield": [3, 4, 5, 7, 6, 9.5]})
FRAME["half"] = list("xyxyxy")


def drawn(function: Callable[[], Any], name: str = "figure") -> charts.Exported:
    """What a build makes of a figure function."""
    with charts.style():
        return charts.export_drawing(function(), name=name)


def plain(**size: Any) -> Any:
    """A line with a legend, as a matplotlib figure."""
    figure, axes = plt.subplots(**size)
    axes.plot([1, 2, 3], [1.0, 4.0, 9.0], label="squares")
    axes.set(xlabel="number", ylabel="its square")
    axes.legend()
    return figure


SEABORN = """
seaborn.lineplot(FRAME, x="dose", y="yield", hue="kind")
seaborn.relplot(FRAME, x="dose", y="yield", col="kind", height=1.8)
seaborn.barplot(FRAME, y="yield", hue="half", n_boot=50, seed=1)
seaborn.stripplot(FRAME, x="kind", y="yield")
"""


def wide_grid(height: float) -> Any:
    """Three panels, about three times as wide as they are high."""
    return seaborn.relplot(FRAME, x="dose", y="yield", col="kind", height=height)


@pytest.mark.parametrize("call", SEABORN.strip().splitlines())
def test_a_seaborn_figure_is_exported_in_the_house_style_with_equal_bytes(call: str) -> None:
    """Font and colours are the house's, also where seaborn makes colours paler; jitter is the same again."""

    def draw() -> Any:
        return eval(call)

    exported = drawn(draw)
    colours = set(re.findall(r"#[0-9a-f]{6}", exported.svg_print))
    greys = {colour for colour in colours if colour[1:3] == colour[3:5] == colour[5:]}
    assert Colour.BLUE in colours
    assert colours - greys <= set(Colour)
    assert 'font-family="Source Sans 3, sans-serif"' in exported.svg_print
    assert "DejaVu" not in exported.svg_print
    assert exported == drawn(draw)


def texts_of(svg: str) -> list[str | None]:
    """The texts in an SVG, in order; raises for one that is not well-formed."""
    return [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]


def test_texts_stay_texts_and_both_variants_are_well_formed() -> None:
    """A reader can search the words; nothing in the file is about matplotlib or the day."""
    exported = drawn(plain)
    for svg in (exported.svg_print, exported.svg_screen):
        assert {"squares", "number", "its square"} <= set(texts_of(svg))
        assert svg.startswith("<svg ")
        assert "matplotlib" not in svg.lower()
    assert len(exported.svg_print) < 10_000


def test_a_name_from_data_cannot_break_the_svg() -> None:
    """Markup and control characters in a label are texts at most."""

    def hostile() -> Any:
        _, axes = plt.subplots()
        return axes.set_title("<script>\x00&\x1b").axes

    assert "<script>&" in texts_of(drawn(hostile).svg_screen)


@pytest.mark.filterwarnings("error")
def test_letters_that_the_fonts_lack_are_left_to_the_viewer() -> None:
    """Nobody is warned of them."""

    def named() -> Any:
        _, (axes,) = charts.column_figure(40)
        charts.curve(axes, [1, 2], [1, 3], charts.Mark("小"))
        charts.label_line_ends(axes)
        return axes

    assert "小" in texts_of(drawn(named).svg_print)


def test_the_screen_variant_names_variables_and_is_else_that_of_paper() -> None:
    """Every colour of the house follows the theme; greys that are no variables turn over."""
    exported = drawn(lambda: seaborn.barplot(FRAME, y="yield", hue="half", n_boot=50, seed=1))
    back = re.sub(r"(?:var|light-dark)\((?:--[\w-]+, )?(#[0-9a-f]{6})[^)]*\)", r"\1", exported.svg_screen)
    assert back == exported.svg_print
    assert "var(--chart-blue, #0072b2)" in exported.svg_screen
    assert "light-dark(#" in exported.svg_screen
    assert "var(" not in exported.svg_print
    assert not re.search(r"(?<!, )#(0072b2|1f2328|d8dee4)", exported.svg_screen)
    assert "--chart-blue: light-dark(#0072b2, #4ea6e0);" in charts.css_variables()


def test_a_map_has_no_grid_and_its_texts_have_one_colour_in_both_themes() -> None:
    """The cells are the same in both; a text that turned over would be lost on them."""
    exported = drawn(lambda: seaborn.heatmap([[0.0, 1.0]], annot=True, cbar=False))
    assert Colour.GRID not in exported.svg_print
    for value in ("0", "1"):
        styles = re.findall(rf"<text style=\"([^\"]*)\" [^>]*>{value}</text>", exported.svg_screen)
        assert "fill: #" in styles[-1]


def test_a_grid_of_seaborn_that_is_too_wide_is_drawn_smaller_and_told() -> None:
    """Its size follows the data; that of any other figure is the author's."""
    exported = drawn(lambda: wide_grid(height=2.3), name="f")
    assert (exported.width_mm, exported.note) == (160.0, "figure 'f' is drawn at 91 %: it is 175 mm wide")
    assert re.search('width="453.54pt" height="151.18pt" viewBox="0 0 496', exported.svg_print)


def test_a_figure_whose_type_would_be_too_small_to_read_is_refused() -> None:
    """The error says how small it would be, and how wide the figure may be."""
    message = r"it is 267 mm wide; .* 4\.8 pt high, and the least is 7 pt: make it at most 182 mm wide"
    with pytest.raises(UsageError, match=message):
        drawn(lambda: wide_grid(height=3.5))


def test_a_figure_may_be_as_wide_as_the_text_and_no_wider() -> None:
    """The error says how wide it is and how wide it may be."""
    assert drawn(lambda: plain(figsize=(160 / 25.4, 2))).width_mm == 160.0
    with pytest.raises(UsageError, match=r"figure 'f': it is 166 mm wide; .* 160 mm"):
        drawn(lambda: plain(figsize=(166 / 25.4, 2)), name="f")


def test_what_is_no_figure_is_refused() -> None:
    """Above all None, of a function that forgot its return."""
    with pytest.raises(UsageError, match="figure 'f': its function returns None"):
        drawn(lambda: None, name="f")


def test_figures_axes_and_what_subplots_returns_are_one_figure() -> None:
    """All of them give the SVG of the figure."""
    expected = drawn(plain).svg_print
    assert drawn(lambda: plain().axes[0]).svg_print == expected
    assert drawn(lambda: (plain(), 1)).svg_print == expected
    assert drawn(lambda: np.array(plain().axes)).svg_print == expected


def test_two_figures_on_a_page_share_no_id() -> None:
    """Even where they show the same; and every reference leads to an id of its own figure."""
    ids = {}
    for name in ("a", "b"):
        svg = drawn(plain, name=name).svg_print
        ids[name] = set(re.findall(r'\bid="([^"]+)"', svg))
        assert set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", svg)) <= ids[name]
    assert ids["a"]
    assert not ids["a"] & ids["b"]


def test_the_style_ends_with_the_draw() -> None:
    """Settings, generators and open figures are as before."""
    before = dict(matplotlib.rcParams)
    opened = plt.get_fignums()
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    drawn(lambda: seaborn.stripplot(FRAME, x="kind", y="yield"))
    assert dict(matplotlib.rcParams) == before
    assert np.random.random() == expected
    assert plt.get_fignums() == opened
    assert np.random.default_rng().random() != np.random.default_rng().random()


def test_the_data_are_plain_values_and_come_back_from_json() -> None:
    """NumPy and pandas scalars are numbers; what is not finite is empty; an index with a name is a column."""
    frame = FRAME.set_index("kind").assign(none=float("nan"), day=pandas.Timestamp("2026-01-01"))
    exported = drawn(lambda: charts.Drawing(plain(), data=frame, title="It grows.", caption="By dose."))
    assert exported.columns == ("kind", "dose", "yield", "half", "none", "day")
    assert exported.rows[0] == ("a", 1, 3.0, "x", None, "2026-01-01 00:00:00")
    assert (exported.title, exported.caption) == ("It grows.", "By dose.")
    again = json.loads(json.dumps(asdict(exported)))
    assert again["svg_screen"] == exported.svg_screen
    assert [tuple(row) for row in again["rows"]] == list(exported.rows)
    assert drawn(plain).rows == ()


def test_a_figure_has_an_alternative_text_given_or_made() -> None:
    """Made of the kind, the names of the axes and the series."""
    made = drawn(lambda: charts.Drawing(plain(), "line chart")).alt
    assert made == "Line chart: its square against number; squares."
    assert drawn(lambda: charts.Drawing(plain(), alt="A curve that rises.")).alt == "A curve that rises."


@pytest.mark.parametrize(("low", "labels"), [(1e-6, {"10⁻⁶", "10⁻²"}), (3.0, {"5", "10", "20", "50"})])
def test_an_axis_that_is_only_set_to_log_has_labels_that_can_be_read(low: float, labels: set[str]) -> None:
    """Powers of ten over many decades, plain numbers over few."""

    def log() -> Any:
        _, axes = plt.subplots()
        axes.plot([1, 2], [low, 60.0])
        axes.set_yscale("log")
        return axes

    svg = drawn(log).svg_print
    assert labels <= set(texts_of(svg))
    assert "mathdefault" not in svg


def test_asking_for_the_room_loads_nothing() -> None:
    """A project writes `from labreport import charts` beside its declarations."""
    code = "import sys; from labreport import charts; charts.SERIES; print('matplotlib' in sys.modules)"
    root = str(Path(charts.__file__).parents[2])
    output = subprocess.check_output([sys.executable, "-c", code], env={"PYTHONPATH": root}, text=True)
    assert output == "False\n"


def test_a_figure_without_seaborn_does_not_import_it() -> None:
    """That would take longer than the drawing of most figures."""
    code = """
import sys
from matplotlib.figure import Figure
from labreport import charts
with charts.style():
    figure = Figure()
    figure.subplots().plot([1, 2], color=charts.Colour.BLUE)
    charts.export_drawing(figure)
print("seaborn" in sys.modules)
"""
    root = str(Path(charts.__file__).parents[2])
    output = subprocess.check_output(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": root}, text=True
    )
    assert output == "False\n"


@pytest.mark.parametrize("colour", Colour)
def test_the_paler_colours_are_those_of_seaborn(colour: Colour) -> None:
    """What seaborn desaturates becomes the colour of the house again."""
    paler = to_hex(seaborn.desaturate(colour, 0.75))
    assert _drawn_instead()[paler] == colour
