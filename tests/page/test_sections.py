"""Sections: what the engine writes by itself, what a template adds, and where questions and figures stand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from made_answers import Render, ranked, truths

from labreport.errors import UsageError
from labreport.page import RenderedSection, plain_text, render_section, template_files
from labreport.page.placeholders import MARK
from labreport.project import question, section
from labreport.stats import Answer, Quantity, Source, fact, number, sentence

SENTENCE = "Complex and wide share the lead in test accuracy (98.14 % and 98.11 %); small is clearly behind."


def text_of(fragment: RenderedSection) -> str:
    """The words of a fragment, no-break spaces as spaces."""
    return plain_text(fragment.html).replace("\u00a0", " ")


def test_without_a_template_there_are_sentence_figures_and_table(render: Render) -> None:
    """In this order; texts from the project are escaped."""
    html = render(figures=("dots", "curve")).html
    order = [
        "<h2 ",
        "Part</h2>",
        "Which is &lt;best&gt;?",
        '<div class="answer">',
        "figure-dots",
        "figure-curve",
        "<table",
    ]
    assert sorted(order, key=html.index) == order
    assert SENTENCE in plain_text(html).replace("\u00a0", " ")


def test_without_findings_there_are_the_numbers(render: Render) -> None:
    """Few in the box, all in the table."""
    fragment = render(answer=Answer(ic50=number(1.6, ci=(1.2, 2.1), unit="µM", n=4), half_life="long"))
    assert '<div class="answer">\n<p>Ic50: <data' in fragment.html
    assert "half life: long" in text_of(fragment).lower()
    assert '<th scope="row">ic50</th>' in fragment.html


def test_tables_of_which_answers_leave_out_rows_are_named(render: Render) -> None:
    """Each once; the reasons stand at the numbers."""
    reasons = ("1 has no dose 10", "5 cells are empty")
    numbers = {
        f"n{place}": Quantity(1.0, source=Source(note="wells.csv", left_out=left_out))
        for place, left_out in enumerate((reasons, reasons[1:], ()))
    }
    assert render(answer=Answer(**numbers)).partial_tables == ("wells.csv",)


def test_a_template_without_blocks_stands_below_the_sentence(render: Render) -> None:
    """And nothing else is added to it."""
    fragment = render("Only this.")
    assert f"{SENTENCE} Only this." in text_of(fragment)
    assert "<table" not in fragment.html


def test_the_block_answer_is_the_box(render: Render) -> None:
    """What is set before it is known in it; the line at a glance is plain."""
    box = "{% block answer %}\n`wide`: **{{ best }}** <&.\n{% endblock answer %}"
    text = f"{{% set best = mean.wide %}}\n{box}\n\nMore {{{{ best }}}}."
    fragment = render(text)
    box = fragment.html[fragment.html.index('<div class="answer">') : fragment.html.index("</div>")]
    assert "<p><code>wide</code>: <strong><data" in box
    assert ["<code>wide</code>: 98.11\u00a0% &lt;&amp;."] == [*fragment.glance.values()]
    assert "More 98.11" in text_of(fragment)
    assert "too close" not in fragment.html


def test_the_line_at_a_glance_has_no_cites(render: Render) -> None:
    """And no blank where one was."""
    text = "{% block answer %}So [@other; @other], it is.{% endblock %}"
    fragment = render(text, files={"references.bib": "@misc{other, title={B}}"})
    assert "So, it is." == fragment.glance["best"]


def test_a_section_places_its_questions(render: Render) -> None:
    """Its text reads answers by question; what it does not place comes behind."""
    text = "First {{ best.mean.wide }}, {{ other.ten }}.\n\n{{ question('best') }}\n\n## Last\n\nLast words."
    fragment = render("Answer.", files={"sections/part.md": text}, more={"other": truths()})
    words = text_of(fragment)
    assert re.search(r"First 98.11 %, 10\. Which is <best>\? .* Answer\. Last Last words\.", words)
    assert '<h3 id="part-last">' in fragment.html
    words = text_of(render("Answer.", files={"sections/part.md": "Before."}))
    assert words.index("Before.") < words.index("Which is") < words.index("Answer.")


def test_a_template_that_is_named_has_to_be_there(render: Render) -> None:
    """The usual one need not."""
    best = question("Why?", name="best", template="questions/why.md")(ranked)
    with pytest.raises(UsageError, match=r"there is no template 'questions/why\.md'"):
        render_section(section("Part", best), {"best": ranked()}, {}, [], Path("templates"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ question('bst') }}", "no question 'bst'; did you mean 'best'?"),
        ("{{ figure('dots') }}", "no figure 'dots'; there are none"),
        ("{{ best.mean.wid }}", "did you mean 'wide'"),
        ("{{ bst.mean.wide }}", "there is no 'bst' here; did you mean 'best'?"),
    ],
)
def test_a_mistake_in_a_section_is_one_message(render: Render, text: str, message: str) -> None:
    """With its file and line."""
    with pytest.raises(UsageError) as raised:
        render(files={"sections/part.md": f"\n{text}"})
    assert str(raised.value).startswith("templates/sections/part.md:2: ")
    assert message in str(raised.value)


def test_a_mistake_in_a_question_is_told_of_its_own_template(render: Render) -> None:
    """Not of that of the section that places it."""
    with pytest.raises(UsageError, match=r"^templates/questions/best\.md:2: there is no 'x' here"):
        render("\n{{ x }}", files={"sections/part.md": "\n\n\n{{ question('best') }}"})
    with pytest.raises(UsageError, match=r"^templates/macros\.html:2: there is no 'y' here"):
        render(
            "{% import 'macros.html' as own %}\n\n\n{{ own.m() }}",
            files={"macros.html": "{% macro m() %}\n{{ y }}{% endmacro %}", "sections/part.md": ""},
        )


def test_a_figure_has_its_caption_and_alternative_text(render: Render) -> None:
    """The kind of drawing and the finding, which is the bold beginning of the caption."""
    called = '{% call figure("dots") %}**Two tie at {{ mean.wide }}.** Each *dot* is a seed.{% endcall %}'
    text = called + '\n\nAs {{ ref("dots") }}.'
    html = render(text, figures=("dots",)).html
    assert (
        '<figure id="figure-dots" data-figure="dots" class="wide"><img src="figure:dots" alt="dots: Two tie '
        in html
    )
    label = (
        '<figcaption><span class="label">Figure <span data-no="figure:dots"></span></span> <strong>Two tie at'
    )
    assert label in html
    assert "</strong> Each <em>dot</em> is a seed.</figcaption></figure>" in html
    assert '<p>As <a data-ref="dots"></a>.</p>' in html


@pytest.mark.parametrize(
    ("drawn", "alt"),
    [
        ({}, "dots"),
        ({"title": "Two <tie>"}, "dots: Two &lt;tie&gt;"),
        ({"title": "Two tie", "alt": "a chart of dots"}, "a chart of dots: Two tie"),
    ],
)
def test_a_figure_without_a_caption_has_that_of_its_drawing(
    render: Render, drawn: dict[str, Any], alt: str
) -> None:
    """Its title and its alternative text too; they are no HTML."""
    html = render(figures=("dots",), drawn={**drawn, "width_mm": 80.0}).html
    assert f'<figure id="figure-dots" data-figure="dots"><img src="figure:dots" alt="{alt}">' in html
    assert "Each dot is a seed.</figcaption>" in html


def test_a_figure_that_no_template_places_stands_at_the_end(render: Render) -> None:
    """One that is in a wording which is not printed was placed."""
    html = render("Text.", figures=("dots",)).html
    assert html.index("Text.") < html.index("figure-dots")
    text = "{% claim ranking.clear('wide', 'small') %}\na\n{% else %}\n{{ figure('dots') }}\n{% endclaim %}"
    assert "figure-dots" not in render(text, figures=("dots",)).html


def test_a_fragment_is_json_and_back(render: Render) -> None:
    """Equal in all that it holds."""
    text = "{% claim ranking.clear('small', 'wide') %}a {{ mean.wide }}{% endclaim %} [@other]"
    fragment = render(text, files={"references.bib": "@misc{other, title={B}}"})
    assert fragment == RenderedSection.from_json(json.loads(json.dumps(fragment.to_json())))


def test_the_files_of_a_section(render: Render) -> None:
    """Its own and those that all share; not those of others."""
    shared = {"glossary.md": "", "sentences.html": "", "references.bib": "", "macros.html": ""}
    unshared = {
        "sections/part.md": "",
        "sections/other.md": "",
        "questions/other.md": "",
        "styles/base.css": "",
    }
    render("Text.", files={**shared, **unshared})
    part = section("Part", question("Why?", name="best")(ranked), name="part")
    files = [path.relative_to("templates").as_posix() for path in template_files(Path("templates"), part)]
    assert sorted([*shared, "questions/best.md", "sections/part.md"]) == files


def test_a_project_may_say_findings_in_its_own_words(render: Render) -> None:
    """Where it has a macro of the kind; the other kinds stay the engine's."""
    files = {
        "sentences.html": "{% macro ranking(said) %}\n"
        "{{ said.first[0] }} is <i>it</i> at {{ said.means[0] }}{% endmacro %}"
    }
    fragment = render("{% claim mean.wide.above(99) %}a{% endclaim %}", files=files)
    assert "complex is it at 98.14 %." in text_of(fragment).replace("Complex", "complex")
    assert "test accuracy of wide is 98.11\u00a0±\u00a00.06\u00a0%" == fragment.claims[0].now


@pytest.mark.parametrize("seeds_measured", [1, 5])
def test_the_engines_sentence_has_its_numbers_and_a_mark_where_nothing_is_judged(
    render: Render, seeds_measured: int
) -> None:
    """It stands in the box; each number in it leads to its source."""
    answer = ranked(seeds_measured)
    fragment = render(answer=answer)
    glance = fragment.glance["best"].replace("\u00a0", " ")
    said = sentence(answer.ranking).replace("\u00a0", " ")
    assert said.lower() == glance[: len(said)].lower()
    assert (MARK if seeds_measured == 1 else "") == glance[len(said) :]
    numbers = set(re.findall(r'data-q="([^"]*)"', fragment.html))
    assert {"best.mean.complex", "best.mean.wide"} <= numbers == set(fragment.numbers)


@pytest.mark.parametrize(
    ("truth", "glance"),
    [
        (True, "4 and 9 are first."),
        (False, "It does not hold that 4 and 9 are first."),
        (None, f"It is not known whether this holds: 4 and 9 are first.{MARK}"),
    ],
)
def test_a_fact_is_said_as_it_is(render: Render, truth: bool | None, glance: str) -> None:
    """With one full stop, whether its author wrote it or not."""
    for text in ("4 and 9 are first", "4 and 9 are first."):
        fragment = render(answer=Answer(first=fact(truth, text)))
        assert glance == fragment.glance["best"]
