"""The audit finds numerals wherever a reader meets them, and numbers beside the wrong name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from example_report import ANSWER, Example, example

from labreport.audit import audit_html, lint_templates
from labreport.audit.lint import Allowed
from labreport.audit.screen import contradictions
from labreport.errors import AuditError
from labreport.stats import Answer, Measure, Quantity, Sample, Source, count, difference, estimate
from labreport.stats.estimate import compare
from labreport.stats.operations.signed_rank import signed_rank

Honest = tuple[str, Mapping[str, Answer], Path]


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """The example report."""
    return example(tmp_path / "templates")


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
    """The same word elsewhere is not; a heading allows nothing inside a longer text."""
    (tmp_path / "allowed-number-words.txt").write_text("=Ten hidden layers\ta title\nthe two\ta pair\n")
    allowed = Allowed(tmp_path)
    assert allowed.untraced("many powers\u00a0of ten lie between the two") == []
    assert allowed.untraced("ten times better") == ["ten"]
    assert allowed.untraced("Ten hidden layers") == []
    assert allowed.untraced("Ten hidden layers of eight nodes") == ["Ten", "eight"]


def test_a_list_of_number_words_needs_a_number_and_a_reason(tmp_path: Path) -> None:
    """The line is named; without a list of its own, a project is allowed what the engine's allows."""
    assert Allowed(tmp_path).untraced("powers of ten of those two") == ["two"]
    for line in ("powers of ten", "powers of ten\t ", "powers\ta reason"):
        (tmp_path / "allowed-number-words.txt").write_text(f"# Comment.\n{line}\n")
        with pytest.raises(AuditError, match=r"allowed-number-words\.txt:2: write a phrase with a number"):
            Allowed(tmp_path)


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
