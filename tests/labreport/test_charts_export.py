"""An exported chart is in a page beside others, is the same each time, and can be read off."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from labreport.charts import (
    SERIES,
    Drawing,
    Mark,
    column_figure,
    curve,
    export,
    label_line_ends,
    panel_title,
    points,
    seed_lines,
)
from labreport.charts.style import Colour
from labreport.errors import RenderError

ROWS: list[list[str | int | float | None]] = [
    [1, np.float64(1.5)],
    [2, float("nan")],
    [2, 4.5],
    [3, 2.5],
    [2, 3],
]
HOSTILE = 'a</script><b> $x^2$ & "q" {{7*7}} \'\u202e'
SOURCE = Path(__file__).resolve().parents[2] / "src"


def _drawing(label: str = "training") -> Drawing:
    figure, panels = column_figure(50, columns=2)
    for panel in panels:
        mark = Mark(label, SERIES[0])
        seed_lines(panel, [1, 2, 3], [[1, 4, 2], [2, 5, 3]], mark)
        line = curve(panel, [1, 2, 3], [1.5, 4.5, 2.5], mark, markers=True)
        points(panel, [2.0], [3.0], Mark("points", SERIES[1]))
        panel.set_xlim(0, 5)
        panel.set_ylim(0, 10)
        panel.set_xlabel("epoch")
        panel_title(panel, "Loss, nat")
        label_line_ends(panel, [line])
    return Drawing(figure, "line chart", ["epoch", "loss"], ROWS)


@pytest.fixture(scope="module")
def exported() -> dict[str, Any]:
    """One chart of two panels."""
    return export("loss", _drawing())


def _elements(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter())


def test_equal_drawings_export_equal_bytes(exported: dict[str, Any]) -> None:
    """Drawn twice, and exported twice from one drawing: nothing random, no date."""
    again = _drawing()
    assert json.dumps(exported) == json.dumps(export("loss", again)) == json.dumps(export("loss", again))


def test_a_prefix_that_another_library_registers_changes_nothing(exported: dict[str, Any]) -> None:
    """WeasyPrint names SVG's namespace for the whole process, and a page knows no `<svg:path>`."""
    ElementTree.register_namespace("svg", "http://www.w3.org/2000/svg")
    assert json.dumps(exported) == json.dumps(export("loss", _drawing()))


def test_another_process_exports_the_same_bytes(exported: dict[str, Any], tmp_path: Path) -> None:
    """Whatever the hash seed, the directory, the time zone, the home and the user's own style."""
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.family: serif\nsvg.fonttype: path\n")
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from labreport.charts import export\nfrom labreport_test import _drawing\n"
        "print(export('loss', _drawing())['svg_print'])"
    )
    (tmp_path / "labreport_test.py").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", script, str(SOURCE), str(tmp_path)],
        cwd=tmp_path,
        env={
            "PYTHONHASHSEED": "7",
            "TZ": "Asia/Tokyo",
            "HOME": str(tmp_path),
            "LANG": "C",
            "PYTHONUTF8": "1",
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stdout.strip() == exported["svg_print"]
    assert run.stderr == ""


def test_the_export_is_plain_json(exported: dict[str, Any]) -> None:
    """It survives a trip through strict JSON; NumPy's numbers become plain, what is not a number None."""
    assert json.loads(json.dumps(exported, allow_nan=False)) == exported
    assert exported["rows"] == [[1, 1.5], [2, None], [2, 4.5], [3, 2.5], [2, 3]]


def test_ids_cannot_meet_those_of_another_chart(exported: dict[str, Any]) -> None:
    """Every id begins with the slug, is there once, and every reference has its target."""
    elements = _elements(exported["svg_print"])
    ids = [element.get("id") for element in elements if element.get("id")]
    text = exported["svg_print"]
    references = re.findall(r"url\(#([^)]+)\)", text) + re.findall(r'href="#([^"]+)"', text)
    assert len(ids) == len(set(ids)) > 0
    assert all(str(identity).startswith("loss-") for identity in ids)
    assert references
    assert set(references) <= set(ids)


def test_nothing_leaks_into_the_page(exported: dict[str, Any]) -> None:
    """No style sheet, no inline style, no script, no metadata, no address, no document type."""
    for variant in ("svg_print", "svg_screen"):
        svg = exported[variant]
        assert svg.startswith("<svg ")
        for word in ("<style", "style=", "<script", "metadata", "<!", "<?", "matplotlib", "xlink"):
            assert word not in svg
        assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]


def test_print_and_screen_differ_in_the_spelling_of_colours_only(exported: dict[str, Any]) -> None:
    """Each variable's fallback is the colour on paper."""
    plain = re.sub(r"var\(--chart-[a-z-]+, (#[0-9a-f]{6})\)", r"\1", exported["svg_screen"])
    assert plain == exported["svg_print"] != exported["svg_screen"]


def test_every_colour_on_screen_follows_the_theme(exported: dict[str, Any]) -> None:
    """No colour of a line chart is fixed, and each variable has its own colour."""
    assert re.findall(r'(?:fill|stroke)="#', exported["svg_screen"]) == []
    used = set(re.findall(r"var\((--chart-[a-z-]+), (#[0-9a-f]{6})\)", exported["svg_screen"]))
    assert used <= {(colour.variable, colour.value) for colour in Colour}


def test_text_stays_text_in_our_own_face(exported: dict[str, Any]) -> None:
    """Words can be searched and read aloud; no other font is named."""
    texts = [element for element in _elements(exported["svg_print"]) if element.tag.endswith("}text")]
    assert {"training", "epoch", "Loss, nat"} <= {text.text for text in texts}
    assert {"'Source Sans 3', sans-serif"} == {text.get("font-family") for text in texts}


def test_size_is_the_column_s(exported: dict[str, Any]) -> None:
    """Millimetres and points agree, so that type in the figure is not scaled."""
    assert (exported["width_mm"], exported["height_mm"]) == (122.0, 50.0)
    root = ElementTree.fromstring(exported["svg_print"])
    assert float(str(root.get("width")).removesuffix("pt")) == pytest.approx(122 * 72 / 25.4, abs=0.01)


def test_points_are_read_off_where_they_are_drawn(exported: dict[str, Any]) -> None:
    """Box, limits and data give the coordinates of the path that shows them."""
    axes = {one["id"]: one for one in exported["axes"]}
    for series in [one for one in exported["series"] if one["label"] == "training"]:
        panel = axes[series["axis"]]
        left, top, width, height = panel["box"]
        (x0, x1), (y0, y1) = panel["xlim"], panel["ylim"]
        expected = [
            (left + width * (x - x0) / (x1 - x0), top + height * (y1 - y) / (y1 - y0))
            for x, y in zip(series["x"], series["y"], strict=True)
        ]
        (group,) = [one for one in _elements(exported["svg_print"]) if one.get("id") == series["gid"]]
        drawn = next(one.get("d") for one in group.iter() if one.tag.endswith("}path"))
        found = [float(number) for number in re.findall(r"[\d.]+", str(drawn))]
        assert found == pytest.approx([value for point in expected for value in point], abs=0.02)


def test_artists_of_a_series_can_be_found(exported: dict[str, Any]) -> None:
    """Curve, seeds and label of one series have its name, so that a script can switch it off."""
    parts = [
        element.get("data-part")
        for element in _elements(exported["svg_print"])
        if element.get("data-series") == "training"
    ]
    assert sorted(map(str, parts)) == ["curve"] * 2 + ["label"] * 2 + ["seed"] * 4


def test_hostile_names_are_shown_as_text() -> None:
    """Markup, formulas and quotes in a label stay letters, in text and in attributes."""
    svg = export("hostile", _drawing(HOSTILE))["svg_screen"]
    assert "</script>" not in svg
    texts = [element.text for element in _elements(svg) if element.tag.endswith("}text")]
    assert HOSTILE in texts
    assert HOSTILE in {element.get("data-series") for element in _elements(svg)}


def test_a_control_character_is_refused_by_name() -> None:
    """XML cannot hold it; the message names the figure and what to do."""
    with pytest.raises(RenderError, match="figure 'odd': SVG cannot hold a text in it"):
        export("odd", _drawing("bell\x07"))


@pytest.mark.filterwarnings("error")
def test_letters_that_our_faces_lack_are_kept() -> None:
    """No warning reaches the user, and the letters are in the file."""
    assert "手書き 🖊" in export("wide", _drawing("手書き 🖊"))["svg_print"]


def test_any_matplotlib_figure_can_be_exported() -> None:
    """One made without the house's helpers gets the house's fonts and no curves to read off."""
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot([1, 2], [3, 4])
    shown = export("plain", Drawing(figure, "line chart", ["x"], [[1]]))
    assert "'Source Sans 3'" in shown["svg_print"]
    assert shown["series"] == []
