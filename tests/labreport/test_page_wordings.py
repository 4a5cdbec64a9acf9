"""The tags `finding` and `premise`: every wording there when the template is read, the right one printed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from example_report import Example, example

from labreport.claims import Claim, Verdict
from labreport.errors import RenderError
from labreport.page.environment import environment

WHOLE = (
    '{% finding answer.claims["high"] %}{% when supported %}It is high.'
    "{% when refuted, equivalent %}It is not.{% when inconclusive %}Nobody can say.{% endfinding %}"
)
PREMISE = '{% premise "high" %}They differ only in width.{% otherwise %}They differ in more.{% endpremise %}'


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """The example report."""
    return example(tmp_path / "templates")


def _page(report: Example, body: str, verdict: str = "supported") -> str:
    claim = Claim("high", "accuracy > 90 %", "made up", Verdict(verdict))
    template = "{% block headline %}x{% endblock %}\n{% block body %}\n" + body + "\n{% endblock %}"
    page: str = report.with_question(template).with_answer(claims={"high": claim}).sections()[0]["screen"]
    return page


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("supported", "It is high."), ("refuted", "It is not."), ("inconclusive", "Nobody can say.")],
)
def test_a_finding_prints_the_wording_of_its_verdict(report: Example, verdict: str, words: str) -> None:
    """And no other; the element around it names the claim and the verdict."""
    page = _page(report, f"Before {WHOLE} after.", verdict)
    marked = f'<span data-claim="part.one#claims.high" data-verdict="{verdict}">{words}</span>'
    assert f"Before {marked} after." in page
    assert len(re.findall("data-verdict", page)) == 1


def test_a_claim_may_be_named_by_a_text(report: Example) -> None:
    """The name is that of a claim of the question's own answer."""
    assert "It is high." in _page(report, WHOLE.replace('answer.claims["high"]', '"high"'))


def test_a_finding_reads_the_variables_around_it_and_keeps_paragraphs_whole(report: Example) -> None:
    """Words inside a loop know its variable; an element of a paragraph's size becomes a `div`."""
    body = "{% for name in ['a'] %}" + WHOLE.replace("It is high.", "<p>{{ name }}{{ loop.index == 1 }}</p>")
    page = _page(report, body + "{% endfor %}")
    assert re.search(r'<div data-claim="[^"]*" data-verdict="supported"><p>aTrue</p></div>', page)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{% when inconclusive %}Nobody can say.", "", "has no wording for inconclusive; add {% when"),
        (", equivalent", "", "has no wording for equivalent"),
        (", equivalent", ", supported", "two wordings for supported"),
        ("refuted, equivalent", "refuted, equal", "'equal' is not a verdict"),
        ("refuted, equivalent", "equivalent, inconclusive", "two wordings for inconclusive"),
        ("It is not.", "  ", "{% when refuted, equivalent %} has no words"),
        ("It is not.", "It is high.", "is the same as that for supported"),
        ("{% when supported %}", "Words. {% when supported %}", "bound to no verdict"),
        ("{% endfinding %}", "", "end"),
    ],
)
def test_an_incomplete_finding_is_an_error_before_anything_is_rendered(
    report: Example, old: str, new: str, complaint: str
) -> None:
    """The message names the template and the line."""
    (report.templates / "questions" / "one.html").write_text(f"\n{WHOLE.replace(old, new, 1)}\n")
    with pytest.raises(Exception, match=re.escape(complaint)) as raised:
        environment(report.templates, "screen", {}).get_template("questions/one.html")
    assert getattr(raised.value, "lineno", None) in (2, 3)
    with pytest.raises(RenderError, match=r"templates/questions/one\.html:\d+: ") as told:
        report.page()
    assert complaint in str(told.value)


@pytest.mark.parametrize("other", ["supported", "refuted"])
def test_what_is_left_open_never_shares_the_words_of_a_finding(report: Example, other: str) -> None:
    """It may be silent together with them."""
    rest = "refuted" if other == "supported" else "supported"
    text = (
        f"{{% finding 'high' %}}{{% when {rest}, equivalent %}}A."
        f"{{% when {other}, inconclusive %}}B.{{% endfinding %}}"
    )
    with pytest.raises(RenderError, match=f"inconclusive shares a wording with {other}"):
        _page(report, text)
    silent = text.replace(f"when {other}, inconclusive %}}B.", f"silent {other}, inconclusive %}}")
    page = _page(report, silent, "inconclusive")
    assert "data-verdict" not in page


@pytest.mark.parametrize(
    ("verdict", "words"), [("supported", "They differ only in width."), ("refuted", "They differ in more.")]
)
def test_a_premise_is_printed_where_the_specifications_bear_it_out(
    report: Example, verdict: str, words: str
) -> None:
    """Elsewhere the other words are."""
    page = _page(report, PREMISE, verdict)
    assert f'data-verdict="{verdict}">{words}</span>' in page


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (PREMISE.replace("{% otherwise %}They differ in more.", ""), "has no {% otherwise %}"),
        (PREMISE.replace("They differ only in width.", " "), "says nothing where it holds"),
        (PREMISE.replace("in more", "only in width"), "says the same whether it holds or not"),
        (PREMISE.replace('"high"', "answer.facts.digit"), "takes a claim of an answer"),
        (PREMISE.replace('"high"', '"hihg"'), "hihg"),
    ],
)
def test_a_premise_without_both_its_cases_or_its_claim_is_an_error(
    report: Example, text: str, complaint: str
) -> None:
    """Before rendering where the text shows it."""
    with pytest.raises(RenderError, match=re.escape(complaint)):
        _page(report, text)


def test_a_premise_is_never_left_open(report: Example) -> None:
    """Specifications leave nothing open; a claim that a test decides is a finding."""
    with pytest.raises(RenderError, match=r"premise part\.one#claims\.high is inconclusive"):
        _page(report, PREMISE, "inconclusive")


def test_a_verdict_that_is_new_to_the_engine_is_taken_by_its_value(report: Example) -> None:
    """`equivalent` has its wording before any claim can get it."""
    sections = report.with_question(
        "{% block headline %}x{% endblock %}{% block body %}" + WHOLE + "{% endblock %}"
    )
    claim = replace(sections.answers["part.one"].claims["high"], verdict="equivalent")  # type: ignore[arg-type]
    page = sections.with_answer(claims={"high": claim}).sections()[0]["screen"]
    assert 'data-verdict="equivalent">It is not.</span>' in page
