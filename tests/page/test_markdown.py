"""Markdown: typed numbers, formulas, listings, notes, cites, terms; tables and headings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from made_answers import Render, rows_of

from labreport.errors import LabReportError, MultipleErrors, UsageError
from labreport.page import glossary
from labreport.page.markdown import bibliography

TYPED = """
    It reads 97.3 % of them. → 97.3 %
    It reads 97.3% of them. → 97.3%
    It reads 97.3\u00a0% of them. → 97.3 %
    It reads 97 per cent. → 97 per cent
    It reads 97 percent. → 97 percent
    It is 0.8 points lower. → 0.8 points
    It is one thing and 1 point lower. → 1 point
    It is 0.8 percentage points lower. → 0.8 percentage points
    It is 3 ± 0.2 of it. → ± 0.2
    It is +/- 5. → +/- 5
    **97.3 %** → 97.3 %
    - item\\n- 97.3 % → 97.3 %
    | a | 97.3 % |\\n|---|---| → 97.3 %
    ### At 97.3 % → 97.3 %
    [97.3 %](#a) → 97.3 %
    {% claim ranking.wins('wide') %}97.3 %{% endclaim %} → 97.3 %
    {% if false %}97.3 %{% endif %} → 97.3 %
    <div>\\n97.3 %\\n</div> → 97.3 %
    Text.[^1]\\n\\n[^1]: It is 97.3 %. → 97.3 %
"""


@pytest.mark.parametrize(("text", "typed"), rows_of(TYPED))
def test_a_typed_percentage_is_refused(render: Render, text: str, typed: str) -> None:
    """Wherever it is prose; the message says what to write."""
    lines = f"Text.\n\n{text}\n".split("\n")
    with pytest.raises(LabReportError) as raised:
        render("\n".join(lines))
    line = next(n for n, source in enumerate(lines, 1) if typed in source.replace("\u00a0", " "))
    wanted = f'"{typed}" is typed; print the number of a result, or write {{{{ "{typed}" | literal }}}}'
    assert f"templates/questions/best.md:{line}: {wanted}" == str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "`97.3 %` and ``0.8 points``",
        "```\nx = 97.3 % 5  # ± 0.2\n```",
        r"$97.3\,\% \pm 0.2$ and $$± 0.2$$",
        "{{ mean.small }} {{ '97.3 %' | literal }}",
        "{{ mean.small }} % ± {{ mean.small }} points",
        "{# 97.3 % #}",
        "HCT116, IC50, 10 µM, epoch 50, 6 wells, 3 networks, 2.5 times",
        "<pre>97.3 %</pre>\n\n<b style='width: 50%'>x</b>",
        "Five points and ten per cent.",
    ],
)
def test_other_numbers_are_nobodys_business(render: Render, text: str) -> None:
    """Code, formulas, names and what is printed."""
    render(text)


def test_all_typed_numbers_of_a_template_are_told_at_once(render: Render) -> None:
    """Each with its line, below tags that leave no line behind too."""
    with pytest.raises(MultipleErrors) as raised:
        render("{% set a = 1 %}\n5 % and\n6 %\n{% if a %}\n\n7 %\n{% endif %}\n")
    assert ["2", "3", "6"] == [str(error).split(":")[1] for error in raised.value.errors]


def test_formulas_are_drawn(render: Render) -> None:
    """In the line and displayed; whoever cannot see them has their LaTeX."""
    html = render("So $x^2$ is.\n\n$$\\frac{1}{4}$$\n\nIt costs \\$5 and $6 each.").html
    assert '<span class="formula" role="img" aria-label="x^2"><svg width="' in html
    assert '<p><span class="formula displayed" role="img" aria-label="\\frac{1}{4}"><svg' in html
    assert "It costs $5 and $6 each." in html
    assert " id=" not in html[html.index("<svg") : html.rindex("</svg>")]


def test_a_formula_may_have_a_single_escaped_brace(render: Render) -> None:
    """`\\{` is a sign of LaTeX; after `\\\\`, a new line, a brace is one."""
    html = render(r"$\left\{ \frac{1}{4} \right.$ and $a \\{b}$").html
    assert 2 == html.count('<span class="formula" role="img"')


UNREADABLE = """
    $\\fracc{1}{2}$ → there is no command \\fracc
    $\\frac{1}{2$ → a brace is missing
    ```pyton\\nx\\n``` → Pygments reads no language 'pyton'
    See [@lecun1999]. → references.bib has no entry 'lecun1999'; did you mean 'lecun1998'?
    {{ term("los") }} → no explanation in glossary.md of 'los'; did you mean 'loss'?
"""


@pytest.mark.parametrize(("text", "message"), rows_of(UNREADABLE))
def test_what_cannot_be_read_has_its_line(render: Render, text: str, message: str) -> None:
    """One message each."""
    with pytest.raises(UsageError) as raised:
        render(f"Text.\n\n{text}", files=FILES)
    assert str(raised.value).startswith("templates/questions/best.md:3: ")
    assert message in str(raised.value)


FILES = {
    "references.bib": "@misc{lecun1998, author={LeCun, Yann}, title={Gradient {MNIST}}, year=1998}\n"
    "@misc{other, author={Other, A.}, title={B}, year=2000}",
    "glossary.md": 'epoch\n: One pass.\n\nloss\n: What an {{ term("epoch") }} makes small.\n',
}


def test_listings_are_coloured(render: Render) -> None:
    """In the short classes of Pygments; values in them stay what they are."""
    html = render("```python\nx = 1  # {{ mean.small }}\n```\n\n```\n<plain>\n```").html
    assert '<pre><code class="language-python"><span class="n">x</span>' in html
    assert re.search('<span class="c1"># <data [^>]*>97.53\u00a0%</data></span>', html)
    assert "<pre><code>&lt;plain&gt;\n</code></pre>" in html


def test_a_value_in_code_is_coloured_as_code(render: Render) -> None:
    """The sign that stands for it is no error of the language."""
    html = render("```python\nx = {{ experiments.small.nodes }}\n```").html
    assert 'class="err"' not in html
    assert ">62</data>" in html


def test_notes_definitions_and_cites(render: Render) -> None:
    """Ids of notes are those of the question; the document numbers cites."""
    fragment = render(
        "See[^a] [@other; @lecun1998] and [@other].\n\n[^a]: A *note*.\n\nterm\n: text\n", files=FILES
    )
    assert '<a href="#fn-best-1" id="fnref-best-1">1</a>' in fragment.html
    assert '<section class="footnotes">' in fragment.html
    assert '<li id="fn-best-1" class="footnote-item">' in fragment.html
    assert "<dl>\n<dt>term</dt>\n<dd>text</dd>\n</dl>" in fragment.html
    assert (
        '<a class="cite" data-cite="other"></a> <a class="cite" data-cite="lecun1998"></a>' in fragment.html
    )


def test_a_note_in_a_claim(render: Render) -> None:
    """It is one of the text around it."""
    html = render("{% claim ranking.clear('small', 'wide') %}So[^a]{% endclaim %}.\n\n[^a]: A note.").html
    assert '<del>So<sup class="footnote-ref">' in html


def test_references_are_printed(render: Render) -> None:
    """As the bibliography has them."""
    render("Text.", files=FILES)
    references = bibliography(Path("templates"))
    assert references["other"].startswith("A.")
    assert references["lecun1998"].startswith("Yann LeCun. Gradient MNIST.")


@pytest.mark.parametrize(
    "text", ['{{ figure("dots", caption="So [@nobody].") }}', '{{ show(means, "Means [@nobody]") }}']
)
def test_a_cite_in_a_caption_is_looked_up(render: Render, text: str) -> None:
    """As one in the text."""
    with pytest.raises(UsageError) as raised:
        render(f"Text.\n\n{text}", files=FILES, figures=("dots",))
    assert str(raised.value) == (
        "templates/questions/best.md:3: references.bib has no entry 'nobody'; there are lecun1998, other"
    )


@pytest.mark.parametrize("text", [None, "Text."])
def test_a_mistake_in_the_caption_of_a_drawing_names_the_figure(render: Render, text: str | None) -> None:
    """Whether or not the question has a template: no line of that is wrong."""
    with pytest.raises(UsageError) as raised:
        render(text, figures=("dots",), drawn={"caption": "So $\\foo$."})
    assert str(raised.value) == (
        "the caption of figure 'dots': the formula $\\foo$ cannot be drawn: there is no command \\foo"
    )


def test_a_mistake_that_is_no_text_of_the_template_has_no_line(render: Render) -> None:
    """It is that of an include."""
    with pytest.raises(UsageError, match=r"^templates/questions/best\.md: the formula"):
        render("Text.\n\n{% include 'part.md' %}", files={"part.md": "$\\foo$"})


MISTAKEN = """
    A {.\\n\\nIt is ${$. → 3
    `[@a]`\\n\\n| [@a] |\\n|---| → 3
    ${{ mean.small }}\\foo$ → 1
    a foo, $1$,\\nb $\\foo$ → 2
    {% for x in ["1", "2"] %}\\n\\nValue {{ x }}.\\n\\n{% endfor %}\\n\\n```foo\\nx\\n``` → 7
"""


@pytest.mark.parametrize(("text", "line"), rows_of(MISTAKEN))
def test_a_mistake_has_the_line_of_its_formula_cite_or_listing(render: Render, text: str, line: str) -> None:
    """Not of other text with the same letters."""
    with pytest.raises(UsageError, match=rf"^templates/questions/best\.md:{line}: "):
        render(text)


def test_terms_lead_to_the_glossary(render: Render) -> None:
    """Where a section first uses them."""
    html = render('The {{ term("loss") }}, the {{ term("loss", "losses") }}.', files=FILES).html
    assert '<p>The <a class="term" href="#term-loss">loss</a>, the losses.</p>' in html
    terms = glossary(Path("templates"))
    assert terms.startswith('<dl class="glossary">\n<dt id="term-epoch">epoch</dt>')
    assert 'What an <a class="term" href="#term-epoch">epoch</a> makes small.' in terms


def test_a_table_in_markdown_may_have_a_caption_and_a_name(render: Render) -> None:
    """The paragraph before it that begins with `Table NAME:`."""
    table = (
        "Table the_causes: What `deep` learns\n\n| Change | Runs |\n|---|--:|\n| none | {{ mean.small }} |"
    )
    html = render(f"Text.\n\n{table}").html
    assert '<p>Text.</p>\n<div class="table"><table id="table-the_causes" class="data">\n<caption>' in html
    assert '<span data-no="table:the_causes"></span></span> What <code>deep</code> learns</caption>' in html
    assert "<caption>" not in render("`Table: code`\n\n| a |\n|---|\n| b |").html


def test_headings_are_below_that_of_the_question(render: Render) -> None:
    """Whatever level the template begins with; their ids are the question's own."""
    html = render("# One\n\n### Two\n\nText").html
    assert '<h4 id="best-one">One</h4>' in html
    assert '<h6 id="best-two">Two</h6>' in html


def test_indented_text_is_no_code(render: Render) -> None:
    """Loops and conditions in a template are indented."""
    html = render(
        "{% for x in ['a'] %}\n    {% if true %}\n    {{ x }} is\n    {% endif %}\n{% endfor %}"
    ).html
    assert "<p>a is</p>" in html
