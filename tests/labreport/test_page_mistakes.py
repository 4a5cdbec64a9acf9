"""Mistakes in templates are named by their lines before anything is rendered, also in branches not taken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from example_report import Example, example
from program import Program

from labreport.errors import RenderError
from labreport.frame import FOLDER, Lookup
from labreport.page.templates import mistakes, parsed, unbalanced, written

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.mark.parametrize("folder", [TEMPLATES, FOLDER])
def test_the_elements_of_every_template_are_balanced(folder: Path) -> None:
    """Those of the exercise, and the frame's."""
    for path in folder.rglob("*.html"):
        assert unbalanced(parsed(path.read_text(encoding="utf-8"))) == [], path


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<table>\n<tr><td>a</td></tr>\n", "1: <table> has no </table>"),
        ("<p>\n<b>a</p>", "2: <b> has no </b>"),
        ("<p>a</p>\n</div>", "2: </div> ends nothing; delete it, or write <div> before it"),
        ("{% if a %}\n<b>{{ a }}\n{% else %}{{ a }}{% endif %}", "2: <b> has no </b>"),
        ("{% for a in b %}\n<li>{{ a }}{% endfor %}", "2: <li> has no </li>"),
        ("<p>{% if a %}</p>{% endif %}", "1: <p> of line 1 is closed only in some branches of this {% if %}"),
        ("{% macro a() %}\n<i>{% endmacro %}", "2: <i> has no </i>"),
        ("{% call a() %}\n<i>{% endcall %}", "2: <i> has no </i>"),
        (
            '{% finding "a" %}{% when yes %}\n<i>a{% when no %}b{% endfinding %}',
            "2: <i> has no </i>",
        ),
        ("<p>a</p", "1: <p> has no </p>"),
    ],
)
def test_an_element_without_an_end_is_named_by_the_line_that_begins_it(source: str, found: str) -> None:
    """Each branch, loop and macro by itself."""
    assert found in [f"{line}: {text}" for line, text in unbalanced(parsed(source))]


@pytest.mark.parametrize(
    "source",
    [
        '{% if a %}<td class="x">{% else %}<td>{% endif %}b</td>',
        '<td{% if a %} class="number"{% endif %}>b</td>',
        '<a href="{{ a }}">{{ b }}</a><br><img src="x"><path d="M0"/>',
        "{% for a in b %}{% if loop.first %}<i>{% endif %}a{% if loop.last %}</i>{% endif %}{% endfor %}",
        "<script>if (1 < 2) { '</p>' }</script><!-- <b> --><pre>a < b</pre>",
    ],
)
def test_what_is_balanced_whatever_is_chosen_is_no_mistake(source: str) -> None:
    """Also attributes that come and go, and what is put around a loop."""
    assert unbalanced(parsed(source)) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (
            "{% block body %}\n{{ anser.facts }}{% endblock %}",
            "2: there is no variable 'anser'; did you mean 'answer'?",
        ),
        (
            "{% block body %}\n{{ 1 | numbr }}{% endblock %}",
            "2: there is no filter 'numbr'; did you mean 'number'?",
        ),
        (
            "{% block body %}{% if answer is define %}{% endif %}{% endblock %}",
            "1: there is no test 'define'",
        ),
        ("{% block bdy %}{% endblock %}", "1: there is no block 'bdy'; did you mean 'body'?"),
        ("<p>a</p>\n{% block body %}{% endblock %}", "1: what is outside of all blocks is not printed"),
        (
            '{% block body %}{% include "parts/x.html" %}{% endblock %}',
            "1: there is no template 'parts/x.html'",
        ),
        (
            '{% block body %}{{ ref("curvs") }}{% endblock %}',
            "1: there is no question, section, figure or listing 'curvs'",
        ),
        (
            "{% block body %}\n{{ answer }{% endblock %}",
            "2: unexpected '}'; what begins with {{ ends with }}",
        ),
        (
            "{% block body %}\n{{ answer.quantities.a.value * 100 }} %{% endblock %}",
            "2: a number is computed here, and has no source; compute it in the answer",
        ),
        (
            '{% block body %}\n{% call figure("curvs") %}<b>x</b>{% endcall %}{% endblock %}',
            "2: there is no figure 'curvs'; did you mean 'curves'?",
        ),
        (
            "{% block body %}\n\n{% if answer %}\n{% endblock %}",
            "3: {% if %} has no {% endif %} before {% endblock %}",
        ),
        ("{% block headline %}{% endblock %}\n{% block body %}\n", "2: {% block %} has no {% endblock %}"),
        (
            "{% block body %}\n{% endfor %}{% endblock %}",
            "2: {% endfor %} ends nothing; it is in {% block %} of line 1",
        ),
        ("{% block body %}\n{% els %}{% endblock %}", "2: there is no tag 'els'; did you mean 'else'?"),
        (
            '{% block body %}\n{{ answer.facts["a] }}\n{{ "b" }}{% endblock %}',
            "2: a text has no second quote",
        ),
        (
            "{% block body %}\n{{ answer[“a”] }}{% endblock %}",
            "2: “ is not a quote of this language; write \" or '",
        ),
        ("{% block body %}\nanswer }} is $x_{a_{b}}${% endblock %}", "2: }} has no {{, and would be printed"),
    ],
)
def test_a_mistake_in_the_language_is_named_by_its_line(source: str, found: str) -> None:
    """With the word that was most likely meant."""
    frame = {name: path for name in Lookup(FOLDER).templates_there() if (path := Lookup(FOLDER).find(name))}
    templates = {name: written(path.read_text(encoding="utf-8")) for name, path in frame.items()}
    templates["questions/one.html"] = written(source)
    wrong = mistakes(templates, {"questions/one.html"}, {"questions/one.html"}, {"curves"}, ())
    assert any(f"{line}: {text}".startswith(found) for line, text in wrong["questions/one.html"]), wrong


def test_a_template_that_cannot_be_read_may_use_any_term() -> None:
    """An entry of the glossary is not called unused because of it."""
    glossary = '{% call explain("loss") %}x{% endcall %}'
    for source, found in (("{{ term( }}", False), ("{{ 1 }}", True)):
        templates = {"glossary.html": written(glossary), "one.html": written(source)}
        wrong = mistakes(templates, [*templates], (), (), ()).get("glossary.html", [])
        assert any("nothing uses the term" in text for _, text in wrong) is found


BODY = "{% block headline %}x{% endblock %}\n{% block body %}\n@{% endblock %}"


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """The example report."""
    return example(tmp_path / "templates")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            "{% if false %}{{ answer.quantities.acuracy | number }}{% endif %}",
            "quantity 'acuracy'; did you mean 'accuracy'?",
        ),
        ('{% set q = answer.quantities %}{% if false %}{{ q["acuracy"] }}{% endif %}', "quantity 'acuracy'"),
        (
            '{% if false %}{{ answer.findings["hihg"].word }}{% endif %}',
            "finding 'hihg'; did you mean 'high'?",
        ),
        ("{% if false %}{{ answer.quantites }}{% endif %}", "an answer has no 'quantites'"),
        (
            "{{ answer.quantities.acuracy | number }}",
            "there is no quantity 'acuracy'; did you mean 'accuracy'?",
        ),
        ('{{ answer.quantities["acu" ~ "racy"] | number }}', "there is no quantity 'acuracy'"),
    ],
)
def test_a_name_that_the_answer_does_not_have_is_found_in_every_branch(
    report: Example, body: str, found: str
) -> None:
    """With its line, and the name that was meant; one that is put together, when it is printed."""
    with pytest.raises(RenderError, match=r"templates/questions/one\.html:3: ") as raised:
        report.with_question(BODY.replace("@", body)).sections()
    assert found in str(raised.value)


@pytest.mark.parametrize(
    "body",
    [
        "{% if answer.quantities.more is defined %}{{ answer.quantities.more | number }}{% endif %}",
        '{% set q = answer.quantities %}{% if "more" in q %}{{ q.more | number }}{% endif %}',
        '{{ answer.quantities.get("more") or "" }}',
        "{% for q in answer.quantities.values() %}{{ q.unit }}{% endfor %}",
    ],
)
def test_a_name_that_a_template_asks_for_may_be_missing(report: Example, body: str) -> None:
    """What an answer has may depend on its results."""
    assert report.with_question(BODY.replace("@", body)).sections()


def test_all_mistakes_are_told_at_once_before_anything_is_made(tmp_path: Path) -> None:
    """A line each, with the template and its line; the misnamed one with the name that it should have."""
    program = Program.fresh(tmp_path / "checkout")
    folder = program.folder / "templates" / "questions"
    program.edit("templates/questions/measured.accuracy.html", "<p>", "<p><b>")
    program.edit(
        "templates/questions/measured.accuracy.html", "in the end at\n{{", "in the end at\n{{ anser }} {{"
    )
    program.edit(
        "src/exercise/outline.py", '"questions/studied.grid.html",\n            ("grid",)', 'needs=("grid",)'
    )
    (folder / "studied.grid.html").rename(folder / "studied.gird.html")
    ran = program.run("--seeds", "1")
    assert ran.code == 1
    assert ran.err == (
        "error: templates/questions/measured.accuracy.html:3: <b> has no </b>\n"
        "error: templates/questions/measured.accuracy.html:4: there is no variable 'anser'"
        "; did you mean 'answer'?\n"
        "error: templates/questions/studied.gird.html: nothing uses this template"
        "; did you mean 'questions/studied.grid.html'?\n"
    )
    assert "Build failed: 3 errors." in ran.out
    assert not ran.made


def test_a_number_in_a_wording_that_is_not_chosen_is_refused(tmp_path: Path) -> None:
    """It would stop the build on the day on which the finding turns."""
    program = Program.fresh(tmp_path / "checkout")
    better = "templates/questions/measured.better.html"
    program.edit(better, "does not come closer:", "is within 2 % and does not come closer:")
    ran = program.run("--seeds", "1")
    assert ran.code == 1
    assert ran.err.startswith(f"error: {better}:5: the number 2 has no source; print a quantity")
    assert not ran.made


def test_a_template_and_a_figure_that_nothing_uses_are_noted(tmp_path: Path) -> None:
    """The figure at the line of the question that declares it; they may be drafts, and the report is made.

    What is not a result is shown as it was typed, numerals and words that judge as well.
    """
    program = Program.fresh(tmp_path / "checkout")
    (program.folder / "templates" / "draft.html").write_text("{% block body %}{% endblock %}")
    template = program.folder / "templates" / "questions" / "measured.accuracy.html"
    text, shown = re.subn(r'{% call figure\("curves"\) %}.*?{% endcall %}\n', "", template.read_text())
    assert shown == 1
    typed = "No better than v2.14"
    template.write_text(
        text.replace("{% block headline %}", f'{{% block headline %}}{{{{ "{typed}" | literal }}}}: ')
    )
    ran = program.run("--seeds", "1")
    assert ran.code == 0
    page = (program.folder / "report" / "report.html").read_text(encoding="utf-8")
    assert re.search(rf'<span data-literal="" title="[^"]+">{re.escape(typed)}</span>', page)
    assert "note: templates/draft.html: nothing uses this template\n" in ran.err
    assert re.search(
        r"note: src/exercise/outline\.py:\d+: figure 'curves' is drawn and shown nowhere", ran.err
    )


def test_another_engine_reads_every_template_again(tmp_path: Path) -> None:
    """What the one before found in templates that are as they were is not what this one finds."""
    program = Program.fresh(tmp_path / "checkout")
    assert program.run("--seeds", "1").code == 0
    path = program.folder / "report" / "ledger.json"
    ledger = json.loads(path.read_text(encoding="utf-8"))
    read = {name for name in ledger["modules"] if name.endswith(".html")}
    for name in read:
        ledger["modules"][name][0] = "8 " + ledger["modules"][name][0].partition(" ")[2]
        ledger["modules"][name][1].pop("written", None)
    path.write_text(json.dumps(ledger), encoding="utf-8")
    program.edit("templates/questions/studied.grid.html", "The cell that", "The one that")
    assert program.run("--seeds", "1").code == 0
    after = json.loads(path.read_text(encoding="utf-8"))["modules"]
    assert {name for name in read if "written" in after[name][1]} == read
