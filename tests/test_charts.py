"""`docs/charts.md`: its project is built, and each of its charts is what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from made_results import named
from wine import ROOT, labreport

from labreport import Measure, charts, trade_off
from labreport.charts.checks import measured
from labreport.errors import UsageError
from labreport.results import Results, Runs

PAGE = (ROOT / "docs" / "charts.md").read_text(encoding="utf-8")
(PROJECT,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
TIME = Measure("test time", unit="s", better="lower", scale="ratio")
SCORE = Measure("test score", unit="", better="higher")


def test_the_project_of_the_page_has_its_charts_and_a_text_without_room_is_named(tmp_path: Path) -> None:
    """A warning names the figure and its line; only that figure is drawn again."""
    (tmp_path / "project.py").write_text(PROJECT, encoding="utf-8")
    built = labreport(tmp_path, "build")
    assert (built.returncode, built.stderr) == (0, "")
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert page.count('<svg role="img"') == 3
    assert "mathdefault" not in page
    assert page.count('data-part="bar"') == 6
    edited = PROJECT.replace(
        "    charts.bar_groups(panel, names, means)",
        "    names = [f'{name} ' * 9 for name in names]\n    charts.bar_groups(panel, names, means)",
    )
    (tmp_path / "project.py").write_text(edited, encoding="utf-8")
    built = labreport(tmp_path, "build")
    line = edited.splitlines().index("def by_data(results):")  # the decorator's, counted from one
    assert built.returncode == 0
    assert re.search(rf"project.py:{line}: figure/by-data: .* overlap.*; give it more room", built.stderr)
    assert "1 figure, 1 section" in built.stdout


def both(**values: tuple[float, float]) -> Results:
    """An experiment with a time and a score for each pair."""
    found: dict[str, Runs] = {}
    for name, (seconds, score) in values.items():
        (runs,) = named({name: [seconds, seconds]}, "time").values()
        for run in runs:
            run.at().metrics["test"]["score"] = score
        found[name] = runs
    return Results("test", found)


def test_the_front_has_what_nothing_beats_in_both_directions() -> None:
    """Less time and more score: what is slower and worse, or slower and as good, is behind."""
    results = both(quick=(1.0, 5.0), equal=(2.0, 5.0), slow=(100.0, 9.0), worse=(3.0, 4.0))
    drawing = trade_off(results, TIME, SCORE)
    assert {row[0]: row[3] for row in drawing.rows} == {
        "quick": "yes",
        "equal": "no",
        "slow": "yes",
        "worse": "no",
    }
    assert drawing.figure.axes[0].get_xscale() == "log"
    assert charts.export("front", drawing)["flaws"] == ""
    with pytest.raises(UsageError, match="the measure 'test cost' does not say which direction is better"):
        trade_off(results, Measure("test cost", unit="", better=""), SCORE)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [(3e-7, 4.0, ["10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]), (3.0, 60.0, ["5", "10", "20", "50"])],
)
def test_an_axis_that_is_only_set_to_log_has_labels_that_can_be_read(
    low: float, high: float, labels: list[str]
) -> None:
    """Powers of ten over many decades, plain numbers over few."""
    figure, (panel,) = charts.column_figure(50)
    panel.set_yscale("log")
    panel.plot([1, 2], [low, high], label="a")
    exported: dict[str, Any] = charts.export(
        "log", charts.Drawing(figure, "line", ["x", "y"], [[1, low], [2, high]])
    )
    shown = [label.get_text() for label in panel.get_yticklabels()]
    assert [label for label in labels if label in shown] == labels
    assert all(label in exported["svg_print"] for label in labels)
    assert json.dumps(exported)


def test_groups_of_bars_are_at_most_five_and_whole() -> None:
    """Five series keep their colours apart; an error names the series that lacks a height."""
    figure, (panel,) = charts.column_figure(60)
    charts.bar_groups(panel, ["one", "two"], {f"series {number}": [1, 2] for number in range(5)})
    assert len({bar.get_facecolor() for bar in panel.patches}) == 5
    assert measured(figure).overlapping == []
    with pytest.raises(UsageError, match="'a' has 1 heights; give it 2"):
        charts.bar_groups(panel, ["one", "two"], {"a": [1]})
    with pytest.raises(UsageError, match="6 series; allowed are up to 5"):
        charts.bar_groups(panel, ["one"], {str(number): [1] for number in range(6)})
