"""One style: our fonts, one scale of sizes, level axes in sober numbers."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, findfont

from labreport.charts import column_figure, plain_numbers, powers_of_ten, wide_figure
from labreport.charts import style as house
from labreport.charts.checks import drawn_texts
from labreport.charts.layout import power_of_ten
from labreport.errors import RenderError
from labreport.frame import FOLDER

SOURCE = Path(__file__).resolve().parents[2] / "src"
FONTS = FOLDER / "fonts"
USED = "0123456789≈≤≥→∂∑×−±…–—’“”%⁰¹²³⁴⁵⁶⁷⁸⁹"


@pytest.mark.parametrize(("weight", "slant"), [(400, "normal"), (600, "normal"), (400, "italic")])
def test_charts_are_set_in_the_project_s_files(weight: int, slant: Literal["normal", "italic"]) -> None:
    """Never in a font of the system, though it be of the same name."""
    found = findfont(
        FontProperties(family=house.FAMILY, weight=weight, style=slant), fallback_to_default=False
    )
    assert Path(found).parent == FONTS


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line: which file, where it should be, what to do."""
    monkeypatch.setattr(house, "FONTS", tmp_path)
    with pytest.raises(RenderError, match=r"font SourceSans3-Regular\.ttf: not found in .*; restore"):
        house.apply()


def test_a_home_that_cannot_be_written_is_no_one_s_business() -> None:
    """Matplotlib then keeps its cache elsewhere, and nothing is said of it."""
    code = "import labreport.charts"
    environment = {"HOME": "/proc", "PYTHONPATH": str(SOURCE)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_fonts_are_the_unmodified_files() -> None:
    """Digests as written down when they were obtained, and a licence beside each family."""
    written = dict(
        reversed(line.split())
        for line in re.findall(r"^[0-9a-f]{64}  \S+$", (FONTS / "README.md").read_text(), re.M)
    )
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.ttf")}
    assert found == written
    families = {name.partition("-")[0] for name in found}
    assert {f"{family}-OFL.txt" for family in families} == {path.name for path in FONTS.glob("*-OFL.txt")}


@pytest.mark.parametrize("path", sorted(FONTS.glob("Source*.ttf")), ids=lambda path: path.stem)
def test_fonts_hold_the_letters_that_reports_use(path: Path) -> None:
    """Mathematical signs among them, and digits of one width, so that columns line up."""
    font = TTFont(path)
    letters = font.getBestCmap()
    wanted = USED + ("⁻" if path.stem.startswith("SourceSans") else "")  # charts write 10⁻³
    assert [] == [letter for letter in wanted if ord(letter) not in letters]
    assert 1 == len({font["hmtx"][letters[ord(digit)]][0] for digit in "0123456789"})


def test_figures_are_as_wide_as_the_page_s_columns() -> None:
    """Text column, and text column with margin, to a thousandth of a millimetre."""
    assert 122.0 == pytest.approx(column_figure(50)[0].get_figwidth() * 25.4, abs=1e-3)
    assert 160.0 == pytest.approx(wide_figure(50)[0].get_figwidth() * 25.4, abs=1e-3)


def test_nothing_in_the_scale_of_sizes_is_below_seven_points() -> None:
    """The smallest size has a name, and the others are larger."""
    assert 8.0 == house.SMALL <= house.TICK <= house.LABEL <= house.TITLE


def test_panels_show_left_and_bottom_spines_only() -> None:
    """What means nothing is left out."""
    _, (panel,) = column_figure(50)
    assert {"left", "bottom"} == {name for name, spine in panel.spines.items() if spine.get_visible()}


def test_powers_of_ten_are_plain_letters() -> None:
    """Raised digits of the font itself, no mathematical typesetting."""
    figure, (panel,) = column_figure(50)
    panel.set_yscale("log")
    panel.set_ylim(1e-4, 10)
    powers_of_ten(panel.yaxis)
    assert {"10⁻³", "10⁰"} <= {words for words, _, _ in drawn_texts(figure)}
    assert power_of_ten(-12) == "10⁻¹²"


def test_ticks_have_true_minus_signs_and_narrow_spaces() -> None:
    """−1,500, not -1500."""
    figure, (panel,) = column_figure(50)
    panel.set_ylim(-2000, 0)
    plain_numbers(panel.yaxis, [-1500, 0])
    assert "−1\u202f500" in {words for words, _, _ in drawn_texts(figure)}
