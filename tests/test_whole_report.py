"""The whole report from made results of every kind: audited, whole, the same bytes twice."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from drawn import CASES
from whole_report import TEMPLATES, made_report

from exercise.project import PROJECT
from labreport.audit import audit_html, audit_pdf

NAMES = [experiment.name for experiment in PROJECT.all_experiments]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_whichever_way_the_results_turn_out_every_number_is_traced(case: str, tmp_path: Path) -> None:
    """The audit that every build runs passes on page and paper, for results of every kind."""
    report = made_report(case)
    folder = report.write(tmp_path / "report")
    known = (report.answers, TEMPLATES, NAMES, PROJECT.outline.declared)
    assert [str(finding) for finding in audit_html(report.screen, *known)] == []
    assert [str(finding) for finding in audit_pdf(folder / "report.pdf", report.paper, *known)] == []


def test_the_page_asks_every_question_and_shows_every_figure() -> None:
    """A box for each question, and an answer at a glance, where the section wants that; each figure once."""
    page = made_report().screen
    for section in PROJECT.outline.sections:
        for question in section.questions:
            assert f'<article class="question" id="{question.slug}"' in page
            assert (f'<th scope="row"><a href="#{question.slug}">' in page) == section.at_a_glance
    figures = re.findall(r'<figure id="figure-([^"]+)"', page)
    assert sorted(figures) == sorted(figure.slug for figure in PROJECT.outline.figures)


@pytest.mark.slow
def test_two_builds_of_the_same_results_are_the_same_bytes(tmp_path: Path) -> None:
    """HTML, PDF and answers."""
    digests = []
    for copy in ("one", "two"):
        folder = made_report("one seed").write(tmp_path / copy)
        digests.append(
            {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}
        )
    assert digests[0] == digests[1]
    assert set(digests[0]) == {"answers.json", "report.html", "report.pdf"}
