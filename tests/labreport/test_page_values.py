"""The tag `finding` and the engine's own sentences: the right words, and every wrong template refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from example_report import ANSWER, Example, example

from labreport.errors import RenderError
from labreport.page.environment import environment
from labreport.stats import Answer, Measure, Sample, difference

WHOLE = (
    '{% finding "ahead" %}{% when more %}It is ahead.{% when less %}It is behind.'
    "{% when same %}They are level.{% when unclear %}Nobody can say.{% endfinding %}"
)
CLEAR = WHOLE.replace(
    "{% when more %}It is ahead.{% when less %}It is behind.", "{% when clear %}They differ."
)
EXACT = '{% finding "high" %}{% when yes %}It is high.{% when no %}It is low.{% endfinding %}'
ACCURACY = Measure("test accuracy", unit="%", margin=0.2)


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """The example report."""
    return example(tmp_path / "templates")


def _answer(by: float, apart: float) -> Answer:
    """The example's, and how `a` compares with `b`, from which it differs by so much."""
    values = {
        "a": {seed: (0.9 + by + apart * (seed - 1),) for seed in range(3)},
        "b": dict.fromkeys(range(3), (0.9,)),
    }
    samples = {name: Sample(name, dict(each)) for name, each in values.items()}
    return ANSWER | difference(samples, "a", "b", ACCURACY, name="ahead")


MORE, LESS = _answer(0.05, 0.001), _answer(-0.05, 0.001)
SAME, UNCLEAR = _answer(0.0001, 0.0002), _answer(0.001, 0.01)


def _page(report: Example, body: str, answer: Answer = MORE) -> str:
    template = "{% block headline %}x{% endblock %}\n{% block body %}\n" + body + "\n{% endblock %}"
    fields = {"quantities": answer.quantities, "findings": answer.findings}
    page: str = report.with_question(template).with_answer(**fields).sections()[0]["screen"]
    return page.partition('<details class="checks">')[0]


@pytest.mark.parametrize(
    ("answer", "word", "words"),
    [
        (MORE, "clear", "It is ahead."),
        (LESS, "clear", "It is behind."),
        (SAME, "the same", "They are level."),
        (UNCLEAR, "unclear", "Nobody can say."),
    ],
    ids=["more", "less", "same", "unclear"],
)
def test_a_finding_prints_the_wording_of_its_outcome(
    report: Example, answer: Answer, word: str, words: str
) -> None:
    """And no other; the element around it names the finding and its judgement."""
    page = _page(report, f"Before {WHOLE} after.", answer)
    marked = f'<span data-finding="part.one#findings.ahead" data-judgement="{word}">{words}</span>'
    assert f"Before {marked} after." in page
    assert len(re.findall("data-judgement", page)) == 1


def test_clear_stands_for_both_directions(report: Example) -> None:
    """Where the words do not depend on it."""
    assert "They differ." in _page(report, CLEAR, MORE)
    assert "They differ." in _page(report, CLEAR, LESS)


def test_an_exact_finding_is_yes_or_no(report: Example) -> None:
    """It leaves nothing open."""
    assert 'data-judgement="yes">It is high.</span>' in _page(report, EXACT)


def test_an_observation_of_ones_own_is_followed_by_the_judgement(report: Example) -> None:
    """The author writes what was seen; how sure that is comes from the engine."""
    page = _page(report, '{% finding "ahead" %}The first one is ahead.{% endfinding %}', UNCLEAR)
    assert "The first one is ahead.</span> <span" in page
    assert "may be chance" in page


@pytest.mark.parametrize("which", ["finding", "observation", "judgement"])
def test_standard_sentences_trace_their_numbers_and_mark_their_names(report: Example, which: str) -> None:
    """Each number is in `data` that names its quantity."""
    page = _page(report, f'{{{{ {which}("ahead") }}}}')
    assert 'data-finding="part.one#findings.ahead" data-judgement="clear"' in page
    assert '<data value="' in page
    assert 'data-source="part.one#ahead.' in page
    assert ("<code>a</code>" in page) == (which != "judgement")


def test_a_finding_of_another_answer_is_given_as_a_value(report: Example) -> None:
    """As sections do, which have several answers."""
    assert "It is ahead." in _page(report, WHOLE.replace('"ahead"', "answer.findings.ahead"))


def test_a_finding_reads_the_variables_around_it_and_keeps_paragraphs_whole(report: Example) -> None:
    """Words inside a loop know its variable; an element of a paragraph's size becomes a `div`."""
    body = "{% for name in ['a'] %}" + WHOLE.replace("It is ahead.", "<p>{{ name }}{{ loop.index == 1 }}</p>")
    page = _page(report, body + "{% endfor %}")
    assert re.search(r'<div data-finding="[^"]*" data-judgement="clear"><p>aTrue</p></div>', page)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{% when unclear %}Nobody can say.", "", "no wording for unclear"),
        ("{% when less %}It is behind.", "", "no wording for less"),
        ("when less", "when more", "two wordings for more"),
        ("when less", "when worse", "'worse' is not an outcome"),
        ("when less", "when yes", "beside"),
        ("It is behind.", "  ", "has no words"),
        ("when same", "when same, more", "two wordings for more"),
        ("{% when more %}", "Words. {% when more %}", "belong to no outcome"),
        ("{% endfinding %}", "", "end"),
    ],
)
def test_an_incomplete_finding_is_an_error_before_anything_is_rendered(
    report: Example, old: str, new: str, complaint: str
) -> None:
    """The message names the template and the line."""
    (report.templates / "questions" / "one.html").write_text(f"\n{WHOLE.replace(old, new, 1)}\n")
    with pytest.raises(Exception) as raised:  # noqa: PT011  # its text is compared below
        environment(report.templates, "screen", {}).get_template("questions/one.html")
    assert getattr(raised.value, "lineno", None) in (2, 3)
    with pytest.raises(RenderError, match=r"templates/questions/one\.html:\d+: ") as told:
        report.page()
    if complaint != "beside":  # `yes` beside other outcomes is reported by what is missing then
        assert complaint in str(told.value)


def test_what_is_left_open_never_shares_the_words_of_a_clear_finding(report: Example) -> None:
    """It may be silent together with it."""
    text = '{% finding "ahead" %}{% when same %}A.{% when clear, unclear %}B.{% endfinding %}'
    with pytest.raises(RenderError, match="unclear shares a wording with clear"):
        _page(report, text)
    silent = text.replace("when clear, unclear %}B.", "silent clear, unclear %}")
    assert "data-judgement" not in _page(report, silent, UNCLEAR)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (WHOLE.replace('"ahead"', '"aheda"'), "'aheda', which is not a finding of the answer; it has"),
        (WHOLE.replace('"ahead"', "answer.facts.digit"), "takes a finding of an answer"),
        (WHOLE.replace('"ahead"', '"high"'), "it needs wordings for yes and no"),
        (EXACT.replace('"high"', '"ahead"'), "it needs wordings for clear, same and unclear"),
        ('{% finding "high" %}It is high.{% endfinding %}', "is yes or no"),
        ('{% finding "ahead" %} {% endfinding %}', "has no words"),
    ],
)
def test_a_finding_that_does_not_fit_its_words_is_an_error(
    report: Example, text: str, complaint: str
) -> None:
    """In one line with the template and the line."""
    with pytest.raises(RenderError, match=re.escape(complaint)):
        _page(report, text)
