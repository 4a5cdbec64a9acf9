"""The page as one text: nothing is asked of anybody, everything is numbered, and what fails is marked."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sample_report import HOSTILE, SAMPLE, fragment, report

from labreport.errors import UsageError
from labreport.page.claims import Claim
from labreport.page.document import render_page, served
from labreport.page.elements import replace_elements
from labreport.project import Experiment


@dataclass(frozen=True)
class Spec:
    """What is declared of an experiment."""

    nodes: int = 62


Report = tuple[Any, list[Any], dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The sample report."""
    return report(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(made: Report) -> str:
    """Its page."""
    return render_page(*made)


def page_of(
    made: Report,
    text: str = "<p>Text.</p>",
    numbers: dict[str, Any] | None = None,
    claims: tuple[Claim, ...] = (),
    experiments: tuple[Any, ...] = (),
    **options: Any,
) -> str:
    """What is printed of a report of one section with this text, its numbers and its claims."""
    project, _, figures, facts = made
    alone = replace(project, sections=project.sections[:1], experiments=experiments)
    section = fragment("summary", "Summary", text, numbers=numbers or {}, claims=claims)
    return render_page(alone, [section], figures, facts, medium="print", **options)


def body(page: str) -> str:
    """The page without what stands before `<body>`, and without its data."""
    return re.sub(r"<script.*?</script>", "", page[page.index("<body>") :], flags=re.DOTALL)


def test_the_page_asks_nobody_for_anything(page: str) -> None:
    """Whatever is loaded is a part of the page."""
    loaded = re.findall(r'\ssrc="([^"]*)"|url\("?([^")]*)|<link\b[^>]*href="([^"]*)"', page)
    assert [address for address in map("".join, loaded) if not address.startswith(("data:", "#"))] == []
    assert "@import" not in page


def test_an_id_is_given_once_and_every_link_leads_somewhere(page: str) -> None:
    """Also those of drawings."""
    names = Counter(re.findall(r'\sid="([^"]*)"', page))
    assert set(names.values()) == {1}
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(names)


def test_equal_headings_have_ids_with_numbers(made: Report) -> None:
    """As everywhere in Markdown; a number that another heading has is left out."""
    headings = ["best-method", "best-method-2", "best-method", "best-method"]
    page = page_of(made, "".join(f'<h4 id="{name}">Method</h4>' for name in headings))
    expected = ["best-method", "best-method-2", "best-method-3", "best-method-4"]
    assert expected == re.findall(r'<h4 id="([^"]*)"', page)


def test_equal_reports_are_equal_bytes(made: Report, page: str) -> None:
    """Rendered again."""
    assert page == render_page(*made)


def test_figures_and_tables_are_numbered_in_the_order_of_the_text(page: str) -> None:
    """From one, all through the report, and sections with questions likewise."""
    labels = re.findall(r'"label">(\w+) <span class="counter">(\d+)</span>', page)
    assert labels == [("Figure", "1"), ("Table", "1"), ("Figure", "2")]
    headings = re.findall(r'<h[23] id="heading-[^>]*><span class="counter">([\d.]+)</span> ', page)
    assert headings == ["1", "1.1", "2", "2.1"]


def test_a_reference_names_what_it_leads_to(page: str) -> None:
    """Kind and number, and a link to it."""
    references = re.findall(r'<a class="ref" href="#([^"]*)">([^<]*)</a>', page)
    assert references == [
        ("figure-accuracies", "Figure 1"),
        ("table-means", "Table 1"),
        ("question-best", "Question 1.1"),
    ]
    assert '<a class="cite" href="#reference-hochreiter">[1]</a>' in page
    assert '<ol class="references">\n<li id="reference-hochreiter">Sepp Hochreiter.' in page


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<a data-ref="accuracy"></a>', r"ref\('accuracy'\): .*; did you mean 'accuracies'\?"),
        (
            '<a href="#term-sigmod">x</a>',
            "links to #term-sigmod, which it does not have; did you mean 'term-sigmoid'",
        ),
        ((SAMPLE / "networks.html").read_text(), "twice; show it once"),
        ('<img src="../secret.png" alt="">', r"the image '../secret.png' is not there; allowed are files in"),
        (
            '<img src="https://example.org/x.png" alt="">',
            "the image 'https://example.org/x.png' is not there",
        ),
        ('<img src="figure:accurcy" alt="">', "no figure 'accurcy'; did you mean 'accuracies'"),
    ],
)
def test_a_mistake_in_the_text_is_one_message(made: Report, text: str, message: str) -> None:
    """It says what, and what is allowed."""
    project, fragments, figures, facts = made
    first = fragment("summary", "Summary", text)
    with pytest.raises(UsageError, match=message):
        render_page(project, [first, *fragments[1:]], figures, facts, medium="print")


def test_every_image_has_its_words_and_every_drawing_too(page: str, made: Report) -> None:
    """On the screen drawings are a part of the page, on paper images."""
    drawings = re.findall(r'<div class="drawing"><svg role="img" aria-label="([^"]*)"', page)
    assert drawings == ["line chart: Does not hold: side by side", "line chart: shrinking"]
    images = re.findall(r'<img src="data:image/svg[^"]*" alt="([^"]*)">', render_page(*made, medium="print"))
    assert images == drawings


@pytest.mark.parametrize("source", ['"plan.png"', "'plan.png'", "plan.png"])
def test_a_picture_of_the_author_becomes_a_part_of_the_page(made: Report, source: str) -> None:
    """From the folder of templates, whatever quotation marks it has."""
    (made[0].folder / "templates" / "plan.png").write_bytes(b"\x89PNG")
    shown = page_of(made, f'<p><img src={source} alt="A plan" /></p><p>Text.</p>')
    data = base64.b64encode(b"\x89PNG").decode()
    assert f'<p><img src="data:image/png;base64,{data}" alt="A plan" /></p><p>Text.</p>' in shown


def test_the_data_of_a_figure_are_below_it(page: str) -> None:
    """Whole numbers and fractions as they are, what is missing as a dash, names escaped."""
    table = page[page.index('<details class="figure-data">') :].partition("</details>")[0]
    assert table.count("<tr>") == 1 + 8
    assert '<td class="number" data-value="0.125">0.125</td>' in table
    assert "<td>–</td>" in table
    assert HOSTILE not in table


def test_the_data_of_each_number_are_in_the_page(page: str) -> None:
    """As JSON in a script that is no program, whatever a name is."""
    text = re.search(r'<script type="application/json" id="numbers">(.*?)</script>', page)
    assert text
    numbers = json.loads(text[1])
    assert numbers["best.mean.complex"]["values"] == {str(seed): f"98.{seed} %" for seed in range(5)}
    assert numbers["best.gap"]["what"] == HOSTILE
    assert set(re.findall(r'data-q="([^"]*)"', body(page))) == set(numbers)


def test_what_no_longer_holds_is_counted_at_the_top_and_linked(page: str) -> None:
    """Once for each place, in the order of the text."""
    assert "2 statements of this report do not hold" in page
    assert re.findall(r'<(\w+) class="claim fails" id="(claim-\d)"', page) == [
        ("div", "claim-1"),
        ("span", "claim-2"),
    ]
    assert page.index('href="#claim-2"') < page.index("<h2 id=")


def test_how_to_read_it_says_only_what_is_needed(made: Report, page: str) -> None:
    """Over what the intervals are is counted from the numbers that are printed."""
    assert "± is half the width of the 95 % interval over 5 seeds: chance alone" in page
    assert "† stands at" in page
    assert 'id="how-to-read"' not in page_of(made)
    gap = {"value": "1 ± 2", "n": 3, "unit": "plate", "method": "mean over items"}
    mean = {"value": "1 ± 2", "n": 4, "unit": "plate"}
    numbers = {"gap": gap, "mean": mean}
    plates = page_of(made, "<p>1 ± 2</p>", numbers=numbers)
    assert "interval over 3 to 4 plates: chance alone" in plates
    assert "that are right, chance means other seeds and other items" in plates
    assert "† stands at" not in plates
    assert "† stands at" in page_of(made, '<p>a wins<sup class="mark">†</sup></p>', numbers=numbers)


def test_the_last_page_counts_what_is_checked(made: Report) -> None:
    """How many statements, how many of them hold, do not, or are not decided; none of a report without."""
    claims = tuple(Claim("a.md", 1, "a wins", "a.more", holds) for holds in (True, False, None))
    checked = page_of(made, claims=claims).partition("<dt>Checked</dt>")[2]
    assert checked.startswith(
        "<dd>The program that made this report has compared 3 statements with the results"
    )
    assert "1 agrees, 1 does not, 1 is not decided." in checked
    assert "1 statement with the results: it agrees." in page_of(made, claims=claims[:1])
    with_other_text = Claim("a.md", 2, "b wins", "b.more", False, otherwise=True)
    assert "1 statement with the results" in page_of(made, claims=(claims[0], with_other_text))
    assert "<dt>Checked</dt>" not in page_of(made)


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        (1, "Made with one run of each experiment; the text was written for five. From one run nobody"),
        (2, "Made with two runs of each experiment; the text was written for five.</p>"),
        (5, ""),
        (None, ""),
    ],
)
def test_a_report_of_fewer_runs_says_so_at_its_top(made: Report, seeds: int | None, message: str) -> None:
    """With how many it was made, and for how many its text was written; with one, what the mark means."""
    page = page_of(made, seeds=seeds, experiments=(Experiment("small", Spec(), start=print),))
    assert message in page
    assert bool(message) == ("Made with" in page)


def test_an_answer_of_one_line_stands_in_the_contents_of_the_page_only(made: Report, page: str) -> None:
    """Each question with its answer, and none of it on paper."""
    assert '<span class="line">They tie, at 98.1&nbsp;%.</span>' in page
    assert "They tie, at 98.1&nbsp;%." not in render_page(*made, medium="print")


def test_a_report_that_is_preliminary_says_so(made: Report) -> None:
    """Below its title."""
    assert '<p class="notice">More seeds &lt; follow</p>' in page_of(made, notice="More seeds < follow")


def test_texts_of_the_project_are_escaped(page: str) -> None:
    """Title, subtitle, author."""
    assert "By &lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; Söhne" in page
    assert HOSTILE not in page


def test_the_fonts_hold_the_letters_of_the_page_and_are_small(page: str) -> None:
    """Seven faces, of which each has only what is used."""
    faces = re.findall(r"@font-face\{[^}]*base64,([A-Za-z0-9+/=]+)", page)
    assert len(faces) == 7
    assert all(base64.b64decode(face).startswith(b"wOF2") for face in faces)
    assert len(page) < 300_000


def test_a_style_sheet_of_the_project_replaces_the_engines(tmp_path: Path) -> None:
    """One file, by its name."""
    made = report(tmp_path)
    (tmp_path / "templates" / "styles").mkdir()
    (tmp_path / "templates" / "styles" / "printout.css").write_text("p { color: rebeccapurple }")
    page = render_page(*made)
    assert "rebeccapurple" in page
    assert ".skip, .figure-data" not in page


def test_watch_is_given_what_the_last_build_changed(page: str) -> None:
    """As data of its script, in which a text is no HTML; the file itself has none."""
    shown = served(page, was={"best.gap": "</script>"}, fallen={("best.md", 7)})
    data = shown.partition('<script type="application/json" id="changes">')[2].partition("</script>")[0]
    assert {"was": {"best.gap": "</script>"}, "fallen": [["best.md", 7]]} == json.loads(data)
    assert 'id="changes"' not in page


def test_watch_reloads_the_page_and_shows_an_error_escaped(page: str) -> None:
    """The file itself holds neither."""
    shown = served(page, "project.py:3: <b>")
    box = '<pre class="notice warns" role="alert">project.py:3: &lt;b&gt;</pre>'
    assert f'<main id="report" tabindex="-1">{box}' in shown
    assert "EventSource" in shown
    assert "EventSource" not in page
    assert 'role="alert"' not in served(page)


def test_what_follows_an_element_that_ends_itself_stays() -> None:
    """It has no end tag, and is replaced as one that is written without the stroke."""
    for image in ('<img src="a.png">', '<img src="a.png" />'):
        text = f"<p>{image}</p><p>After it.</p>"
        assert replace_elements(text, "img", lambda element: element.attributes["src"]) == (
            "<p>a.png</p><p>After it.</p>"
        )
