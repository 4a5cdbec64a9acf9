"""No text in the report's figures finds something; the build itself refuses that in templates and titles."""

from __future__ import annotations

from pathlib import Path

from findings_outside import findings_in_figures

ROOT = Path(__file__).parents[2]


def test_no_finding_is_in_a_figure() -> None:
    """In the texts of the code that draws."""
    found = findings_in_figures(ROOT / "src" / "exercise")
    assert "\n".join(map(str, found)) == ""
