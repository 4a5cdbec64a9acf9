"""What is added to the exercise is named in one place; its whole report, from made results of every kind."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from drawn import CASES
from whole_report import TEMPLATES, made_report

from exercise.project import PROJECT
from labreport.audit import audit_html, audit_pdf

ROOT = Path(__file__).resolve().parents[2]
ADDED = """
import json
from dataclasses import replace
from exercise import catalogue
from exercise.networks import Network

added = catalogue._network("added", Network((62,), activation="relu"), 10, (10,), "an added network")
catalogue.NETWORKS += (added,)
catalogue.EXPERIMENTS += (added,)
specification = catalogue.Timing(added.specification)
catalogue.TIMES["added"] = replace(catalogue.TIMES["small"], name="times/added", specification=specification)

import drawn
from exercise.project import PROJECT
from whole_report import TEMPLATES, made_report
from labreport.audit.screen import audit_html

report = made_report("one seed")
names = [experiment.name for experiment in PROJECT.all_experiments]
print(
    json.dumps(
        {
            "answers": [slug for slug, answer in report.answers.items() if "added" in str(answer.facts)],
            "figures": [
                slug
                for slug in drawn.FIGURES
                if any("added" in row for row in drawn.drawn(slug, "one seed").rows)
            ],
            "rows": report.screen.count("<code>added</code>"),
            "findings": [
                str(each)
                for each in audit_html(
                    report.screen, report.answers, TEMPLATES, names, PROJECT.outline.declared
                )
            ],
        }
    )
)
"""


@pytest.mark.slow
def test_a_network_added_to_the_catalogue_is_in_every_table_and_figure_that_compares_networks() -> None:
    """One value more in `NETWORKS`, even one that breaks with the sigmoid: nothing else is edited."""
    path = os.pathsep.join(str(ROOT / folder) for folder in ("src", "tests"))
    environment = {**os.environ, "PYTHONPATH": path}
    ran = subprocess.run(
        [sys.executable, "-c", ADDED], capture_output=True, text=True, env=environment, cwd=ROOT
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert set(found["answers"]) == {"set-up.rules", "part-two.correlation", "bonus.perspective"}
    assert set(found["figures"]) == {"accuracy-parameters", "confusion", "compute", "test-accuracy"}
    assert found["rows"] >= 1
    assert found["findings"] == []


def test_a_question_is_in_the_folder_of_its_section_with_its_figures() -> None:
    """Its answer, and every figure of its own; the curves of a network are drawn for several questions."""
    figures = {figure.slug: figure for figure in PROJECT.outline.figures}
    for section in PROJECT.outline.sections:
        folder = f"exercise.{section.slug.replace('-', '_')}."
        text = (ROOT / "src" / folder.replace(".", "/") / "section.py").read_text(encoding="utf-8")
        for question in section.questions:
            module = question.answer.partition(":")[0]
            assert module.startswith(folder)
            assert text.count(f"from {module} import") == 1
            for slug in question.figures:
                assert figures[slug].draw.startswith((folder, "exercise.measuring.curves:")), slug


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
