"""Notes: beside their paragraph on paper, within it on screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from example_report import Example, example


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """The example report."""
    return example(tmp_path / "templates")


def test_a_note_stands_before_its_paragraph_on_paper_and_within_it_on_screen(report: Example) -> None:
    """On paper it is set beside the paragraph's first line."""
    (section, _) = report.sections()
    assert re.search(r'<div class="note"><span class="whole">An aside.</span></div><p>One', section["print"])
    assert re.search(r'<p>One.*<span class="note">An aside.</span>', section["screen"], re.DOTALL)


def test_two_notes_of_one_paragraph_are_both_beside_it(report: Example) -> None:
    """One below the other, in their order."""
    notes = "".join(f"{{% call note() %}}{words}{{% endcall %}}" for words in ("First.", "Second."))
    body = f"<p>Text.{notes}</p>"
    report.with_question("{% block headline %}x{% endblock %}{% block body %}" + body + "{% endblock %}")
    (section, _) = report.sections()
    place = '<div class="note"><span class="whole">{}</span></div>'
    assert f"{place.format('First.')}{place.format('Second.')}<p>Text.</p>" in section["print"]
