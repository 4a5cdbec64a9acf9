"""The audit: a page whose numerals are all accounted for passes, and any other does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from example_report import Example, example

from labreport.audit import audit_html, audit_pdf, lint_templates
from labreport.errors import AuditError
from labreport.frame import FOLDER
from labreport.pdf import write
from labreport.stats import Interval, Quantity

TEMPLATES = Path(__file__).parents[2] / "templates"
PRINTED = "96.5\u00a0±\u00a00.3\u00a0%"


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """The example report."""
    return example(tmp_path / "templates")


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_an_honest_page_passes(report: Example, medium: str) -> None:
    """Traced numbers, references, counters, names in code and labels of drawings are all in order."""
    assert (
        audit_html(report.page("screen" if medium == "screen" else "print"), report.answers, report.templates)
        == []
    )


@pytest.mark.parametrize(
    ("old", "new", "numeral"),
    [
        (PRINTED, "96.6\u00a0±\u00a00.3\u00a0%", "96.6\u00a0±\u00a00.3\u00a0%"),  # another number
        ("part.one#accuracy", "part.one#precision", PRINTED),  # a source that is not there
        ('data-form="spread"', 'data-form="number"', PRINTED),  # another rounding
        ("What follows.", "What follows in 3 parts.", "3"),  # typed by hand
        ('Figure <span class="counter">1</span></a>', 'Figure <span class="counter">2</span></a>', "2"),
        ('Table <span class="counter">1', 'Table <span class="counter">4', "4"),
        ('aria-label="line chart: It rises to 96.5', 'aria-label="line chart: It rises to 97.5', "97.5"),
    ],
)
def test_one_changed_numeral_is_found(report: Example, old: str, new: str, numeral: str) -> None:
    """Whatever was changed in the finished page, the audit names it."""
    page = report.page()
    assert old in page
    findings = audit_html(page.replace(old, new, 1), report.answers, report.templates)
    assert numeral in {finding.text for finding in findings}


def test_a_changed_result_is_found(report: Example) -> None:
    """The page no longer agrees with the answers."""
    page = report.page()
    accuracy = Quantity(0.95473, "fraction", "made", 5, 0.002, Interval(0.952, 0.957, "Student"))
    quantities = {**report.answers["part.one"].quantities, "accuracy": accuracy}
    changed = report.with_answer(quantities=quantities)
    (first, *_) = audit_html(page, changed.answers, report.templates)
    assert str(first) == f"title page: {PRINTED!r} is not what part.one#accuracy rounds to, " + repr(
        "95.5\u00a0±\u00a00.3\u00a0%"
    )


def test_numerals_in_attributes_of_programs_are_no_prose(report: Example) -> None:
    """Code, names in code and the data behind figures are skipped."""
    report.with_question(
        "{% block headline %}x{% endblock %}"
        "{% block body %}<p><code>deep-8</code></p><pre><code>x = 7</code></pre>{% endblock %}"
    )
    assert audit_html(report.page(), report.answers, report.templates, ["deep-8"]) == []


@pytest.fixture
def paper(report: Example, tmp_path: Path) -> tuple[Path, str]:
    """The example's PDF, and the page that it was made from."""
    page, target = report.page("print"), tmp_path / "report.pdf"
    write(page, report.templates, target)
    return target, page


def test_an_honest_pdf_passes(report: Example, paper: tuple[Path, str]) -> None:
    """Page numbers, references to pages and labels of drawings are accounted for."""
    assert audit_pdf(*paper, report.answers, report.templates) == []


@pytest.fixture
def numbered(report: Example) -> Example:
    """The example with numerals of every kind in all that it declares."""
    (part, appendix), (question,) = report.outline.sections, report.outline.questions
    question = replace(question, text="Is 8 by 8 half of sixteen?")
    outline = replace(
        report.outline,
        title="Lab 3",
        subtitle="Week 48, v2.14 against v2.13",
        author="T. Three, 2026",
        sections=(
            replace(part, title="Part ½", questions=(question,)),
            replace(appendix, title="The 12 rest"),
        ),
    )
    return replace(report, outline=outline)


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_what_a_project_declares_may_hold_numbers(
    numbered: Example, tmp_path: Path, medium: Literal["screen", "print"]
) -> None:
    """Titles, names and questions, where they are or lead to headings, on every page of the PDF too."""
    page, target, declared = numbered.page(medium), tmp_path / "report.pdf", numbered.outline.declared
    assert audit_html(page, numbered.answers, numbered.templates, (), declared) == []
    assert {"3", "48", "Three", "sixteen"} <= {
        finding.text for finding in audit_html(page, numbered.answers, numbered.templates)
    }
    if medium == "print":
        write(page, numbered.templates, target)
        assert audit_pdf(target, page, numbered.answers, numbered.templates, (), declared) == []


@pytest.mark.parametrize(
    "prose",
    [
        "<p>Lab 3</p>",
        "<p><b>Lab 3</b></p>",
        "<td>Lab 3</td>",
        "<h3>Lab 3: 97.5 %</h3>",
        "<h3>Lab 3 of 4</h3>",
        '<p><a href="#part">Lab 3 reaches more</a></p>',
        '<p class="author">3</p>',
        '<p title="Lab 3"></p>',
    ],
)
def test_a_title_with_a_number_opens_no_hole_in_prose(numbered: Example, prose: str) -> None:
    """What a title allows is that title, whole, as a heading, and nothing in the text."""
    page = numbered.page().replace("<p>What follows.</p>", prose)
    found = audit_html(page, numbered.answers, numbered.templates, (), numbered.outline.declared)
    assert "3" in {finding.text for finding in found}


def test_a_fact_with_a_number_may_begin_a_sentence(report: Example) -> None:
    """The filter `capitalize` keeps its trace; a text that was changed otherwise has lost it."""
    report = report.with_answer(facts={"digit": 5, "run": {}, "title": "zstd of level 3"})
    templates = {
        "{{ answer.facts.title | capitalize }}": [],
        "{{ answer.facts.title | upper }}": ["3"],
    }
    for expression, texts in templates.items():
        body = "{% block headline %}x{% endblock %}{% block body %}" + expression + "{% endblock %}"
        page = replace(report.with_question(body), figures={}).page()
        assert "Zstd of level 3" in page or texts
        assert [each.text for each in audit_html(page, report.answers, report.templates)] == texts


def test_a_number_in_a_header_that_a_page_repeats_is_accounted_for(report: Example, tmp_path: Path) -> None:
    """A long table says it on each of its pages; anywhere else, the same number once more is found."""
    number = "{{ answer.quantities.accuracy | bare }}"
    rows = "<tr><td>row</td></tr>" * 150
    header = f"<thead><tr><th>above {number}</th></tr></thead>"
    table = f"<table><caption>x</caption>{header}<tbody>{rows}</tbody></table>"
    report.with_question("{% block headline %}x{% endblock %}{% block body %}" + table + "{% endblock %}")
    page, target = report.page("print"), tmp_path / "report.pdf"
    write(page, report.templates, target)
    assert audit_pdf(target, page, report.answers, report.templates) == []
    write(page.replace("<td>row</td>", "<td>row 17</td>", 1), report.templates, target)
    assert audit_pdf(target, page, report.answers, report.templates)


def test_a_number_changed_in_the_pdf_is_found(
    report: Example, paper: tuple[Path, str], tmp_path: Path
) -> None:
    """The PDF says what the page does not."""
    _, page = paper
    other = tmp_path / "other.pdf"
    write(page.replace(PRINTED, "98.5\u00a0±\u00a00.3\u00a0%", 1), report.templates, other)
    findings = audit_pdf(other, page, report.answers, report.templates)
    assert ["96.5"] == [finding.text for finding in findings if "missing" in finding.problem]


@pytest.mark.parametrize("added", [" 17", " 1"])
def test_a_number_added_to_the_pdf_is_found(
    report: Example, paper: tuple[Path, str], tmp_path: Path, added: str
) -> None:
    """Even one that is elsewhere in the report already."""
    _, page = paper
    other = tmp_path / "other.pdf"
    write(page.replace("What follows.", f"What follows{added}."), report.templates, other)
    assert [
        finding
        for finding in audit_pdf(other, page, report.answers, report.templates)
        if "account" in finding.problem
    ]


@pytest.mark.parametrize("folder", [TEMPLATES, FOLDER])
def test_the_templates_hold_no_digit_typed_into_prose(folder: Path) -> None:
    """Every number of the report comes from an answer, or is on the written list."""
    assert [str(finding) for finding in lint_templates(folder)] == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<p>\nabout 97 %</p>", 2),
        ('{{ "97" }}', 1),
        ("{{ 97 }}", 1),
        ("<p>28 × 28 and 29</p>", 1),
        ("<p>a 95 % interval of 3</p>", 1),
    ],
)
def test_a_typed_digit_is_found_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    """In text, or as a literal that an expression prints."""
    (tmp_path / "one.html").write_text(text, encoding="utf-8")
    (tmp_path / "allowed-numerals.txt").write_text("28 × 28\tpixels of an image\n", encoding="utf-8")
    (finding,) = lint_templates(tmp_path)
    assert finding.where == f"{tmp_path}/one.html:{line}"


@pytest.mark.parametrize(
    "text",
    [
        "<p>28 × 28 pixels</p>",
        "<p>a 95 % interval</p>",
        "<code>deep-8</code>",
        '{{ ref("curves-8") }}',
        '{% set x = q["at-10.accuracy"] %}',
        "{# version 2 #}",
    ],
)
def test_names_keys_and_the_written_lists_are_no_findings(tmp_path: Path, text: str) -> None:
    """They are not measurements; the engine has a list, and the project adds to it."""
    (tmp_path / "one.html").write_text(text, encoding="utf-8")
    (tmp_path / "allowed-numerals.txt").write_text("28 × 28\tpixels of an image\n", encoding="utf-8")
    assert lint_templates(tmp_path) == []


def test_what_one_project_allows_is_not_allowed_in_another(tmp_path: Path) -> None:
    """A project's list is its own."""
    (tmp_path / "one.html").write_text("<p>28 × 28 pixels</p>", encoding="utf-8")
    assert [finding.text for finding in lint_templates(tmp_path)] == ["28", "28"]


@pytest.mark.parametrize("line", ["28 × 28", "28 × 28\t", "pixels\tof an image"])
def test_a_line_of_a_list_that_says_no_reason_is_named(tmp_path: Path, line: str) -> None:
    """File and line, and how to write it."""
    (tmp_path / "allowed-numerals.txt").write_text(f"# a list\n{line}\n", encoding="utf-8")
    with pytest.raises(AuditError, match=r"allowed-numerals\.txt:2: write a phrase with a number"):
        lint_templates(tmp_path)


def test_a_missing_answer_is_a_finding_not_a_crash(report: Example) -> None:
    """The audit answers with findings, whatever the page holds."""
    assert audit_html(report.page(), {"other": replace(report.answers["part.one"])}, report.templates)
