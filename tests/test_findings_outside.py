"""Findings outside the construct are found where they are written, and neutral texts are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from findings_outside import findings_in_figures, findings_in_titles, findings_outside

from labreport.errors import RenderError
from labreport.outline import Outline, Section

BOUND = (
    '{% finding "x" %}{% when more %}It is better.{% when less, same %}It is worse.'
    "{% when unclear %}Who knows.{% endfinding %}"
)


@pytest.mark.parametrize(
    "text",
    [
        '{% call figure("a") %}<b>It hardly learns anything.</b> By epoch.{% endcall %}',
        '{% call figure("a") %}<b>Everything as planned.</b> By epoch.{% endcall %}',
        "<p><strong>The wide one is ahead</strong></p>",
        "<h4>More helps</h4>",
        '<img alt="the wide network is better" src="x">',
        "{% block headline %}The wide one is better.{% endblock %}",
        "{% block headline %}It reaches the goal.{% endblock %}",
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
def test_a_finding_outside_the_construct_is_found(tmp_path: Path, text: str) -> None:
    """With the file and the line."""
    (tmp_path / "one.html").write_text(f"<p>Fine.</p>\n{text}\n")
    found = findings_outside(tmp_path)
    assert [each.where for each in found] == ["templates/one.html:2"], [str(each) for each in found]


@pytest.mark.parametrize(
    "text",
    [
        f'{{% call figure("a") %}}<b>{BOUND}</b> By epoch.{{% endcall %}}',
        '{% call figure("a") %}<b>Accuracy by epoch</b>{% endcall %}',
        f"{{% block headline %}}{BOUND}{{% endblock %}}",
        "{% block headline %}{{ q.accuracy | spread }} on test data.{% endblock %}",
        "{% block headline %}It reaches {{ q.accuracy | number }}.{% endblock %}",
        "<h4>Measured</h4>",
        "{% if q.seeds.value > 1 %}mean over seeds{% else %}one seed{% endif %}",
        "{% if q.a.value is not none %}{{ q.a | number }}{% endif %}",
        "{% if medium == 'screen' %}A{% endif %}",
        "<p>Training for longer is better only where something is left to learn.</p>",
    ],
)
def test_bound_and_neutral_texts_pass(tmp_path: Path, text: str) -> None:
    """Findings in the construct, names, grammar, and free text, which may explain."""
    (tmp_path / "one.html").write_text(text)
    assert findings_outside(tmp_path) == []


def test_a_template_with_an_incomplete_finding_is_an_error_of_the_lint_too(tmp_path: Path) -> None:
    """Every template is read, those that no question uses yet as well."""
    (tmp_path / "unused.html").write_text("\n{% finding 'x' %}{% when clear %}A.{% endfinding %}")
    with pytest.raises(
        RenderError, match=r"templates/unused\.html:2: this finding has no wording for same and unclear"
    ):
        findings_outside(tmp_path)


def test_a_title_that_finds_something_is_found() -> None:
    """A question and a neutral name pass."""
    titles = ("Layers that work", "Is it worth more?", "Hidden layers")
    sections = tuple(Section(str(index), title, "x.html") for index, title in enumerate(titles))
    (found,) = findings_in_titles(Outline("An example", "", sections, ()))
    assert found.text == "Layers that work"


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
