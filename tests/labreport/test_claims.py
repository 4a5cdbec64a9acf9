"""Findings outside the tag that binds words to results are found at their lines; neutral texts are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from findings_outside import findings_in_figures

from labreport.frame import FOLDER
from labreport.page import claim, mistakes, names_one, written

NAMES = {"forest", "wide 2", "the wide network"}
BOUND = (
    '{% finding "x" %}{% when more %}It is better.{% when less, same %}It is worse.'
    "{% when unclear %}Who knows.{% endfinding %}"
)


def _wrong(text: str) -> list[int]:
    """The lines of what a template says outside a finding."""
    found = mistakes({"one.html": written(text)}, {"one.html"}, (), (), NAMES).get("one.html", [])
    return [each.line for each in found if "finding" in each.text]


@pytest.mark.parametrize(
    "text",
    [
        '{% call figure("a") %}<b>It failed to learn anything.</b> By epoch.{% endcall %}',
        "<p><strong>The wide one is ahead</strong></p>",
        "<h4>More helps</h4>",
        "<table><caption>The deepest wins</caption></table>",
        '<img alt="the wide network is better" src="x">',
        "{% block headline %}The wide one is better.{% endblock %}",
        "{% block headline %}No.{% endblock %}",
        "{% block headline %}It reaches the goal.{% endblock %}",
        '{% block headline %}{{ "It is" ~ " better" }}.{% endblock %}',
        '{% block headline %}{% block glance %}{% endblock %}{{ "better" if more }}{% endblock %}',
        "<p>In short, the wide network is the fastest.</p>",
        "<ul><li>forest needs the least time.</li></ul>",
        "<p><code>{{ name }}</code> is better than all.</p>",
        "{% if answer.findings.x.clear %}A{% else %}B{% endif %}",
        '{% if answer.findings["x"].word == "clear" %}A{% endif %}',
        "{% if not answer.findings.x %}A{% endif %}",
        "{% if a.value > b.value %}A{% endif %}",
        "{% if x %}{% elif a.value >= 3 %}A{% endif %}",
        '<p>{{ "up" if a.value > b.value else "down" }}</p>',
        '{% for name in names %}<p>{{ "held" if c[name].sign > 0 else "failed" }}</p>{% endfor %}',
        "{% macro m() %}{% if a.value < b.value %}A{% endif %}{% endmacro %}",
    ],
)
def test_a_finding_outside_the_tag_is_found(text: str) -> None:
    """At its line; once or twice, as it says one thing or two."""
    assert {*_wrong(f"<p>Fine.</p>\n{text}\n")} == {2}


@pytest.mark.parametrize(
    "text",
    [
        f'{{% call figure("a") %}}<b>{BOUND}</b> By epoch.{{% endcall %}}',
        '{% call figure("a") %}<b>Accuracy by epoch.</b> Mean of at least three.{% endcall %}',
        f"{{% block headline %}}{BOUND}{{% endblock %}}",
        "{% block headline %}{{ q.accuracy | spread }} on test data.{% endblock %}",
        "{% block headline %}It reaches {{ q.accuracy | number }}.{% endblock %}",
        '{% block headline %}{{ "No peer-review yet" | literal }}{% endblock %}',
        "<h4>Measured</h4>",
        "<h4>More about the data</h4>",
        "<h2>Which one is better?</h2>",
        "{% if q.seeds.value > 1 %}mean over seeds{% else %}one seed{% endif %}",
        "{% if q.a.value is not none %}{{ q.a | number }}{% endif %}",
        "{% if medium == 'screen' %}A{% endif %}",
        "<p>Training for longer is better only where something is left to learn.</p>",
        "<p>A forest of trees is one model. More of them cost more time.</p>",
        "<p><code>forest</code> is drawn in black.</p>",
    ],
)
def test_bound_and_neutral_texts_pass(text: str) -> None:
    """Findings in the tag, names, grammar, and free text, which may explain."""
    assert _wrong(text) == []


def test_the_engine_says_nothing_itself() -> None:
    """None of its templates has words that judge."""
    found = {
        file.name: written(file.read_text(encoding="utf-8")).get("wrong") for file in FOLDER.rglob("*.html")
    }
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("title", "wrong"), [("Layers that failed", True), ("Is it worth more?", False), ("Hidden layers", False)]
)
def test_a_title_that_finds_something_is_found(title: str, wrong: bool) -> None:
    """A question and a neutral name pass."""
    assert bool(claim(title)) == wrong


def test_a_question_that_answers_itself_names_what_it_is_about() -> None:
    """A text of the exercise may say 'better' where it names no experiment."""
    assert names_one("The wide network is the best", {"The wide network"})
    assert not names_one("Find out which network is the best", {"wide"})


def test_a_text_in_the_code_of_a_figure_that_finds_something_is_found(tmp_path: Path) -> None:
    """Chosen by comparing, or written; docstrings, names of columns, and code that draws nothing pass."""
    (tmp_path / "figure.py").write_text(
        '"""It is better."""\n'
        "from labreport import charts\n"
        "def draw(a, b, n):\n"
        '    """The worse one."""\n'
        '    label = "rising" if a > b else "falling"\n'
        '    title = "the wide network is better"\n'
        '    return charts.Drawing(label, title, "mean over seeds" if n > 1 else "one seed", "learns")\n'
        "def answer():\n"
        '    return "the wide network is better"\n'
    )
    assert [each.where for each in findings_in_figures(tmp_path)] == ["figure.py:5", "figure.py:6"]
