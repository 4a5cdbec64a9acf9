"""The audit: a page whose numerals are all accounted for passes, and any other does not.

Numerals are found wherever a reader meets them, and numbers beside the wrong name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from example_report import ANSWER, Example, example

from labreport.audit import at_lines, audit_html, audit_pdf, lint_templates
from labreport.audit.lint import Allowed
from labreport.audit.screen import contradictions
from labreport.errors import AuditError
from labreport.frame import FOLDER
from labreport.pdf import write
from labreport.stats import (
    Answer,
    Interval,
    Measure,
    Quantity,
    Sample,
    Source,
    count,
    difference,
    estimate,
)
from labreport.stats.estimate import compare
from labreport.stats.operations.signed_rank import signed_rank

Honest = tuple[str, Mapping[str, Answer], Path]

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


def test_an_honest_pdf_passes(report: Example, tmp_path: Path) -> None:
    """Page numbers, references to pages and labels of drawings are accounted for, whatever the texts are."""
    report = replace(report, outline=report.hostile().outline)
    page, target = report.page("print"), tmp_path / "report.pdf"
    write(page, report.templates, target)
    assert audit_pdf(target, page, report.answers, report.templates) == []


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


def test_a_number_changed_or_added_in_the_pdf_is_found(report: Example, tmp_path: Path) -> None:
    """By the digits that only the PDF has, even of a number that is elsewhere in the report."""
    page, other = report.page("print"), tmp_path / "other.pdf"
    changed = page.replace(PRINTED, "98.5\u00a0±\u00a00.3\u00a0%", 1)
    write(changed.replace("What follows.", "What follows 17, and 1."), report.templates, other)
    findings = audit_pdf(other, page, report.answers, report.templates)
    assert ["96.5"] == [finding.text for finding in findings if "missing" in finding.problem]
    assert ["115789"] == [finding.text for finding in findings if "account" in finding.problem]


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
        '{{ "v2.14" | literal }}',
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


@pytest.mark.parametrize(
    ("name", "line"),
    [
        *(("allowed-numerals.txt", line) for line in ("28 × 28", "28 × 28\t", "pixels\tof an image")),
        *(
            ("allowed-number-words.txt", line)
            for line in ("powers of ten", "powers of ten\t ", "powers\ta reason")
        ),
    ],
)
def test_a_line_of_a_list_that_says_no_reason_is_named(tmp_path: Path, name: str, line: str) -> None:
    """File and line, and how to write it."""
    (tmp_path / name).write_text(f"# a list\n{line}\n", encoding="utf-8")
    with pytest.raises(AuditError, match=rf"{re.escape(name)}:2: write a phrase with a number"):
        lint_templates(tmp_path)


def test_a_missing_answer_is_a_finding_not_a_crash(report: Example) -> None:
    """The audit answers with findings, whatever the page holds."""
    assert audit_html(report.page(), {"other": replace(report.answers["part.one"])}, report.templates)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Honest:
    """A page with the word OURS in it, its answers, and its templates."""
    template = "{% block headline %}x{% endblock %}{% block body %}<p>OURS</p>{% endblock %}"
    report = example(tmp_path_factory.mktemp("honest") / "templates").with_question(template)
    return report.page(), report.answers, report.templates


def test_the_page_to_be_changed_is_in_order(honest: Honest) -> None:
    """As it is, nothing is found in it."""
    assert audit_html(*honest) == []


@pytest.mark.parametrize(
    ("text", "numeral"),
    [
        ("It is three times better.", "three"),
        ("It makes half of its errors.", "half"),
        ("It makes ⅔ of the errors.", "⅔"),
        ("The spread² counts.", "²"),
        ("It reaches ９７ per cent.", "９"),
        ("It reaches ٩٧ per cent.", "٩"),
        ("It reaches <code>97.3</code> per cent.", "97.3"),
        ("It reaches <code>97 %</code>.", "97"),
        ('<abbr title="97.3 per cent">Much</abbr> is right.', "97.3"),
        ('<abbr title="a third of all">Much</abbr> is right.', "a third"),
        ('<span aria-label="97 per cent">Much</span> is right.', "97"),
        ('<img src="data:," alt="97 of them">', "97"),
        ("<math><mn>97</mn></math> is reached.", "97"),
        ('<svg viewBox="0 0 9 9"><text>97 %</text></svg>', "97"),
        ('<svg viewBox="0 0 9 9"><title>97 %</title></svg>', "97"),
    ],
)
def test_a_numeral_is_found_however_and_wherever_it_is_written(
    honest: Honest, text: str, numeral: str
) -> None:
    """In words, in signs, in attributes, in code, in formulas, and in drawings that are not figures."""
    page, answers, templates = honest
    found = audit_html(page.replace("OURS", text), answers, templates)
    assert numeral in {finding.text for finding in found}


@pytest.mark.parametrize(
    ("style", "text", "numeral"),
    [
        ('p::after { content: "97 %"; }', "", "97"),
        (r"p::after { content: '\39 7 %' }", "", "97"),
        ("p::after { content: attr(data-shown); }", '<p data-shown="97 %"></p>', "97"),
    ],
)
def test_a_numeral_that_a_style_sheet_prints_is_found(
    honest: Honest, style: str, text: str, numeral: str
) -> None:
    """As a text of its own, or taken from an attribute."""
    page = honest[0].replace("</style>", f"{style}</style>", 1).replace("OURS", text)
    assert numeral in {finding.text for finding in audit_html(page, *honest[1:])}


def test_a_number_word_is_allowed_where_its_whole_phrase_stands(tmp_path: Path) -> None:
    """The same word elsewhere is not; a heading allows nothing inside a longer text.

    Without a list of its own, a project is allowed what the engine's allows.
    """
    assert Allowed(tmp_path).untraced("powers of ten of those two") == ["two"]
    (tmp_path / "allowed-number-words.txt").write_text("=Ten hidden layers\ta title\nthe two\ta pair\n")
    allowed = Allowed(tmp_path)
    assert allowed.untraced("many powers\u00a0of ten lie between the two") == []
    assert allowed.untraced("ten times better") == ["ten"]
    assert allowed.untraced("Ten hidden layers") == []
    assert allowed.untraced("Ten hidden layers of eight nodes") == ["Ten", "eight"]


def test_a_number_word_typed_into_a_template_is_found_before_rendering(tmp_path: Path) -> None:
    """With file and line."""
    (tmp_path / "one.html").write_text("<p>Fine.</p>\n<p>Three times better.</p>\n")
    (finding,) = lint_templates(tmp_path)
    assert (finding.where, finding.text) == (f"{tmp_path}/one.html:2", "Three")


def test_a_count_in_words_and_a_fact_in_words_are_traced(report: Example) -> None:
    """By the filter `word`, and by themselves."""
    report = report.with_answer(facts={**ANSWER.facts, "shape": "three layers"})
    quantities = {**ANSWER.quantities, "networks": Quantity(2, "networks", "made")}
    report = report.with_answer(quantities=quantities).with_question(
        "{% block headline %}x{% endblock %}{% block body %}"
        "{{ answer.quantities.networks | word }}: {{ answer.facts.shape }}{% endblock %}"
    )
    page = report.page()
    assert ">two\u00a0networks</data>" in page
    assert ">three layers</data>" in page
    assert audit_html(page, report.answers, report.templates) == []


def _measured(value: float, *experiments: str, unit: str = "fraction") -> Quantity:
    return Quantity(value, unit, Source(experiments, "accuracy", units=(0, 1)))


NETWORKS = Answer(
    {
        "wide": _measured(0.9, "wide"),
        "small": _measured(0.8, "small"),
        "trial": _measured(0.7, "small-twice"),
        "both": _measured(0.1, "wide", "small", unit="points"),
        "chance": Quantity(0.1, "fraction", "the most frequent digit"),
        "spaced": _measured(0.6, "zlib 1"),
    },
)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("<p><code>wide</code> reaches WIDE.</p>", 0),
        ("<p><code>wide</code> reaches SMALL.</p>", 1),
        ("<p>WIDE for <code>wide</code>, SMALL for <code>small</code>.</p>", 0),
        ("<p>SMALL for <code>wide</code>, WIDE for <code>small</code>.</p>", 1),
        ("<p><code>wide</code> is it. The other has SMALL.</p>", 0),
        ("<p><code>wide</code> is ahead by BOTH; guessing gives CHANCE.</p>", 0),
        ("<p><code>small</code>, changed, reaches TRIAL.</p>", 0),
        ("<p><code>wide</code> beats <span data-about='small'>SMALL</span>.</p>", 0),
        ("<p><code>wide</code> beats <span data-about=''>SMALL</span>.</p>", 0),
        ("<p><code>wide</code> beats <span data-about='small zlib 1'>SPACED</span>.</p>", 0),
        ("<p><code>wide</code> beats <span data-about='zlib 1'>SMALL</span>.</p>", 1),
        ("<table><tr><th scope='row'><code>wide</code></th><td>WIDE</td><td>SMALL</td></tr></table>", 1),
        ("<table><tr><th scope='row'><code>wide</code></th><td>WIDE</td></tr></table><p>SMALL</p>", 0),
    ],
)
def test_a_number_beside_the_name_of_another_network_is_found(report: Example, text: str, wrong: int) -> None:
    """In the row of a table and in a sentence, unless the text says what it is about."""
    for name in NETWORKS.quantities:
        text = text.replace(name.upper(), "{{ answer.quantities.%s | number }}" % name)  # noqa: UP031
    report = report.with_answer(quantities=NETWORKS.quantities, findings={}).with_question(
        "{% block headline %}x{% endblock %}{% block body %}" + text + "{% endblock %}"
    )
    names = ["wide", "small", "small-twice", "zlib 1"]
    found = [
        each
        for each in audit_html(report.page(), report.answers, report.templates, names)
        if "belongs to" in each.problem
    ]
    assert len(found) == wrong, [str(each) for each in found]


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("{{ q.images | number }} images", "images"),
        ("<b>{{ q.images | number }}</b>\n image, seen", "image"),
        ("{{ q.accuracy | spread }} %", "%"),
        ("{{ q.images | bare }} images", ""),
        ("Of {{ q.images | number }}, images are left", ""),
        ("{{ q.images | number }}</p><p>images", ""),
        ("{{ q.images | number }} imagesets", ""),
    ],
)
def test_a_unit_that_is_written_behind_its_number_is_found(report: Example, text: str, behind: str) -> None:
    """By the line of the template, unless the number is printed without it."""
    report.with_question(
        "{% block headline %}x{% endblock %}{% block body %}{% set q = answer.quantities %}\n"
        f"<p>{text}</p>{{% endblock %}}"
    )
    found = audit_html(report.page(), report.answers, report.templates)
    assert [each.behind[1] for each in found] == [behind] * bool(behind)
    lines = at_lines(found, "report.html", report.templates, report.sections)
    at = f"{report.templates}/questions/one.html:{3 if '</b>' in text else 2}: "
    assert all(line.startswith(at) and "has its unit twice; delete the second" in line for line in lines)


def test_a_finding_that_is_not_what_its_answer_says_is_found(report: Example) -> None:
    """The page was changed afterwards, or the answer was."""
    page = report.with_question(
        "{% block headline %}x{% endblock %}{% block body %}"
        "{% finding 'high' %}{% when yes %}Yes.{% when no %}No.{% endfinding %}{% endblock %}"
    ).page()
    assert audit_html(page, report.answers, report.templates) == []
    said, named = 'data-judgement="yes">Yes.', 'data-finding="part.one#findings.high"'
    (found,) = audit_html(page.replace(said, said.replace("yes", "no")), report.answers, report.templates)
    assert str(found) == "part.one: 'Yes.' says no, but part.one#findings.high is yes"
    (missing, *_) = audit_html(page.replace(named, 'data-finding="x"'), report.answers, report.templates)
    assert "which the answers do not have" in missing.problem


def _compared(by: float, margin: float | None = None, among: int = 1) -> Answer:
    """How `a` compares with `b` in three seeds."""
    samples = {
        "a": Sample("a", {seed: (0.9 + by + seed / 1000,) for seed in range(3)}),
        "b": Sample("b", dict.fromkeys(range(3), (0.9,))),
    }
    return difference(samples, "a", "b", Measure("accuracy", "%", margin=margin), among=among)


def _problems(**answers: Answer) -> list[str]:
    return [each.problem for each in contradictions(answers)]


def test_one_comparison_with_two_judgements_is_found() -> None:
    """Even in two questions; with one judgement, or among other numbers of comparisons, it passes."""
    one, other = _compared(0.002), _compared(0.002, margin=0.1)
    (name,) = one.findings
    unclear = replace(one.findings[name].judgement, word="unclear")
    part = replace(one.findings[name].parts[0], judgement=unclear)
    changed = Answer(one.quantities, {"y": replace(one.findings[name], judgement=unclear, parts=(part,))})
    assert _problems(one=one, other=one) == []
    assert _problems(one=one, other=_compared(0.002, among=20)) == []
    assert _problems(one=one, other=other) == []
    (found,) = _problems(one=one, other=changed)
    assert found == "is unclear, but one#findings.a minus b calls the same comparison clear"


def test_another_threshold_or_method_is_another_number() -> None:
    """Of the same results: two counts, and estimates of two kinds, can be in one report."""
    of = {
        "a": Sample("a", {seed: (0.9 + 0.01 * 2**seed,) for seed in range(3)}),
        "b": Sample("b", dict.fromkeys(range(3), (0.9,))),
    }
    measure = Measure("accuracy", "%")
    assert _problems(**{f"over-{at}": count(of, ("a",), measure, above=at) for at in (90, 92)}) == []
    ranks, means = (difference(of, "a", "b", measure, by=by) for by in (signed_rank, compare))
    own = estimate("a", "b", measure, value=0.02, low=0.01, high=0.03, n=3, method="bootstrap")
    values = {one.quantities["a minus b"].value for one in (ranks, means, own)}
    assert len(values) == 3
    assert _problems(ranks=ranks, means=means, own=own) == []


def test_one_quantity_with_two_values_is_found() -> None:
    """Where both answers say that they come from the same results."""
    one, other = (Answer({"a": _measured(value, "a")}) for value in (0.1, 0.11))
    (found,) = _problems(one=one, other=other)
    assert found == "differs from one#a, 0.1, though both are a, accuracy; seeds 0, 1"
