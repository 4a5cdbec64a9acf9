"""No prominent words of the report find something that is not bound to a finding of the answers."""

from __future__ import annotations

from pathlib import Path

from findings_outside import findings_in_figures, findings_in_titles, findings_outside

from exercise.project import PROJECT

ROOT = Path(__file__).parents[2]


def test_no_finding_is_outside_the_construct() -> None:
    """In templates, titles of sections, and texts in figures."""
    found = [
        *findings_outside(ROOT / "templates"),
        *findings_in_titles(PROJECT.outline),
        *findings_in_figures(ROOT / "src" / "exercise"),
    ]
    assert "\n".join(map(str, found)) == ""
