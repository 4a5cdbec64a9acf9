"""The page room: sandbox, traced numbers, references, one self-contained document."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from example_report import Example, example

from labreport.errors import RenderError
from labreport.frame import FOLDER
from labreport.page import answers_json
from labreport.stats import Answer, Quantity
from labreport.stats.findings import VERSION


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """The example report."""
    return example(tmp_path / "templates")


def test_a_quantity_is_printed_inside_data_that_names_its_source(report: Example) -> None:
    """The attribute holds the value as measured, the text what its spread supports."""
    (section, _) = report.sections()
    start = '<data value="0.96473" data-source="part.one#accuracy" data-form="spread">'
    assert f"{start}96.5\u00a0±\u00a00.3\u00a0%</data>" in section["screen"]
    assert section["headlines"][0]["text"] == "It reaches 96.5\u00a0±\u00a00.3\u00a0%."


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("{{ answer.quantities.accuracy }}", "part.one#accuracy is printed without a filter"),
        ("{{ answer.quantities.precision | number }}", "there is no quantity 'precision'"),
        ("{{ answer.facts.digit | number }}", "filter 'number' was given 5"),
        ("{{ missing }}", "there is no variable 'missing' here; correct its name, or give it a value"),
        ("{{ words.itm }}", "this value has no 'itm'; did you mean 'item'?"),
        ("{% if %}", "Expected an expression"),
        ('{% include "../../etc/passwd" %}', "one.html: template '../../etc/passwd' is missing"),
        ("{% include '/etc/passwd' %}", "one.html: template '/etc/passwd' is missing"),
        ("{{ answer.__class__ }}", "unsafe"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ '{0.__class__}'.format(question) }}", "unsafe"),
        ("{{ self.__init__.__globals__ }}", "unsafe"),
        ('{{ answer.facts.update({"a": 1}) }}', "unsafe"),
        ('{{ ref("nowhere") }}', "nothing to refer to is called 'nowhere'"),
        ('{% call figure("other") %}<b>x</b>{% endcall %}', "figure 'other' is not declared"),
        ('{% call figure("curve") %}x{% endcall %}', "has no finding"),
    ],
)
def test_what_a_template_must_not_do_is_one_clear_line(
    report: Example, expression: str, complaint: str
) -> None:
    """The message says what is wrong; nothing else than `RenderError` comes out."""
    template = "{% block headline %}x{% endblock %}\n{% block body %}\n" + expression + "{% endblock %}"
    with pytest.raises(RenderError, match=re.escape(complaint)) as raised:
        report.with_question(template).page()
    assert "\n" not in str(raised.value)


def test_an_error_names_the_line_of_the_template(report: Example) -> None:
    """Whoever edits a template is taken to the line."""
    report.with_question(
        "{% block headline %}x{% endblock %}\n{% block body %}\n\n{{ nothing }}{% endblock %}"
    )
    with pytest.raises(
        RenderError, match=r"templates/questions/one.html:4: there is no variable 'nothing' here"
    ):
        report.sections()


def test_a_question_needs_both_blocks(report: Example) -> None:
    """A headline for the box, a body for the evidence."""
    with pytest.raises(RenderError, match="no block 'body'"):
        report.with_question("{% block headline %}x{% endblock %}").sections()


def test_facts_with_digits_are_traced_and_their_join_too(report: Example) -> None:
    """Text and whole numbers among the facts have their address; words stay bare."""
    report = report.with_answer(facts={**report.answers["part.one"].facts, "rows": ["deep-8", "plain"]})
    report.with_question(
        '{% block headline %}{{ answer.facts.rows | join(", ") }}{% endblock %}{% block body %}{% endblock %}'
    )
    headline = report.sections()[0]["headlines"][0]["headline_screen"]
    source = 'data-source="part.one#facts.rows.0" data-form="fact"'
    assert headline == f'<data value="deep-8" {source}>deep-8</data>, plain'


def test_a_fact_may_be_called_as_a_method_of_mappings_is(report: Example) -> None:
    """The dot finds the fact; where there is none, the method."""
    report = report.with_answer(facts={**report.answers["part.one"].facts, "items": "ten"})
    report.with_question(
        "{% block headline %}{{ answer.facts.items }} {{ 'accuracy' in (answer.quantities.keys() | list) }}"
        "{% endblock %}{% block body %}{% endblock %}"
    )
    assert report.sections()[0]["headlines"][0]["text"] == "ten True"


def test_a_name_from_the_facts_can_be_part_of_a_key(report: Example) -> None:
    """Joined to a key a fact is plain text; printed it is traced."""
    report = report.with_answer(
        quantities={"deep-8.x": Quantity(3, "", "made")},
        findings={},
        facts={**report.answers["part.one"].facts, "rows": ["deep-8"]},
    )
    report.with_question(
        '{% block headline %}{{ answer.quantities[answer.facts.rows[0] ~ ".x"] | bare }}{% endblock %}'
        "{% block body %}{% endblock %}"
    )
    assert report.sections()[0]["headlines"][0]["text"] == "3"


def test_a_term_is_linked_at_its_first_use_in_a_section_only(report: Example) -> None:
    """The reader meets the glossary once a section."""
    (section, _) = report.sections()
    assert section["screen"].count('href="#term-epoch"') == 1
    assert section["terms"] == ["epoch"]


def test_figures_tables_and_references_are_numbered_in_reading_order(report: Example) -> None:
    """Numbers are given when the whole document is known."""
    page = report.page()
    assert '<a class="ref" href="#figure-curve">Figure <span class="counter">1</span></a>' in page
    assert '<a class="ref" href="#part">Section <span class="counter">1</span></a>' in page
    assert 'Table <span class="counter">1</span></span> Numbers' in page
    assert "data-ref=" not in page
    assert "data-counter=" not in page


def test_the_alternative_text_is_the_kind_of_chart_and_the_finding(report: Example) -> None:
    """Prose and picture cannot disagree, in either medium."""
    alternative = "line chart: It rises to 96.5\u00a0%."
    assert f'aria-label="{alternative}"' in report.page("screen")
    assert f'alt="{alternative}"' in report.page("print")


def test_the_policy_allows_this_style_and_this_script_and_nothing_from_outside(report: Example) -> None:
    """The hashes are those of what is in the page; no source but data URIs is named."""
    page = report.page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        text = re.search(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{directive} &#39;sha256-{digest}&#39;" in policy[1]
    assert "default-src &#39;none&#39;" in policy[1]
    assert "http" not in policy[1]
    assert "unsafe" not in policy[1]


def test_the_page_loads_nothing_and_has_no_style_attribute(report: Example) -> None:
    """Every source is a data URI; the policy would refuse a style attribute."""
    page = report.page()
    assert all(source.startswith("data:") for source in re.findall(r'\ssrc="([^"]*)"', page))
    assert all(source.startswith('"data:') for source in re.findall(r"url\(([^)]*)\)", page))
    assert "@import" not in page
    assert not re.search(r"<[^>]*\sstyle=", page)


def test_the_same_report_is_the_same_bytes(report: Example) -> None:
    """Subset fonts, hashes and numbers included."""
    from labreport.page import webfonts

    first = report.page()
    webfonts._subset.cache_clear()
    assert first == report.page()


def test_fonts_hold_every_character_of_the_page(report: Example) -> None:
    """A Greek letter in a text is in the subset that goes with it."""
    from fontTools.ttLib import TTFont

    from labreport.page.webfonts import font_faces

    rules = font_faces(FOLDER / "fonts", ["η → ∂"])
    fonts = [base64.b64decode(data) for data in re.findall(r"base64,([^\"]*)\"", rules)]
    assert len(fonts) == 7
    import io

    for data in fonts[:1]:
        known = TTFont(io.BytesIO(data)).getBestCmap()
        assert {ord("η"), ord("→"), ord("∂"), ord("a")} <= set(known)
        assert ord("Ж") not in known


def test_fonts_are_kept_for_the_next_build_and_made_again_where_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same letters, nothing is made a second time; what is not whole is not used; old ones go."""
    from labreport.page import webfonts

    made: list[str] = []

    def subset(file: Path, characters: frozenset[str]) -> bytes:
        made.append(file.name)
        return "".join(sorted(characters)).encode()

    monkeypatch.setattr(webfonts, "_subset", subset)
    kept = tmp_path / "cache" / "fonts"
    first = webfonts.font_faces(FOLDER / "fonts", ["η"], kept)
    assert webfonts.font_faces(FOLDER / "fonts", ["ηη"], kept) == first
    assert len(made) == len(webfonts.FACES)
    damaged = next(kept.iterdir())
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert webfonts.font_faces(FOLDER / "fonts", ["η"], kept) == first
    assert len(made) == len(webfonts.FACES) + 1
    odd = next(iter(kept.iterdir()))
    odd.unlink()
    os.mkfifo(odd)  # which nobody writes to
    assert webfonts.font_faces(FOLDER / "fonts", ["η"], kept) == first
    for letter in "абвгд":
        webfonts.font_faces(FOLDER / "fonts", [letter], kept)
    assert len(list(kept.iterdir())) == webfonts.BUILDS * len(webfonts.FACES)


def test_fonts_are_made_ahead_for_the_next_page(
    report: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a page that is there, the subsets that a page with another text of the same letters has."""
    from labreport.page import prepare_fonts, webfonts

    page = report.page()
    (tmp_path / "fonts").mkdir()
    monkeypatch.setenv(webfonts.KEPT, str(tmp_path / "fonts"))
    prepare_fonts(page)
    ahead = sorted(path.name for path in (tmp_path / "fonts").iterdir())
    assert report.with_question("{% block headline %}x{% endblock %}{% block body %}y{% endblock %}").page()
    assert sorted(path.name for path in (tmp_path / "fonts").iterdir()) == ahead
    assert len(ahead) == len(webfonts.FACES)


def test_hostile_texts_are_shown_as_text_everywhere(report: Example) -> None:
    """Title, question, facts, figures, tables and data: nothing of them becomes markup or is evaluated."""
    hostile = report.hostile()
    for page in (hostile.page("screen"), hostile.page("print")):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{&#39;eval&#39;~&#39;uated&#39;}}" in page
        assert "evaluated" not in page
    assert hostile.page("screen").count("<script>") == 1


def test_two_ids_alike_and_a_link_to_nowhere_are_refused(report: Example) -> None:
    """The document is checked before anyone opens it."""
    for body, complaint in (('<p id="part">x</p>', "id 'part' twice"), ('<a href="#lost">x</a>', "#lost")):
        report.with_question("{% block headline %}x{% endblock %}{% block body %}" + body + "{% endblock %}")
        with pytest.raises(RenderError, match=complaint):
            report.page()


def test_sections_survive_a_trip_through_json(report: Example) -> None:
    """They are kept in the cache as such."""
    sections = report.sections()
    assert sections == json.loads(json.dumps(sections))


def test_answers_are_sorted_versioned_and_carry_their_headline(report: Example) -> None:
    """What a script or a grader reads."""
    text = answers_json(report.outline, report.answers, {"Seeds": "5"}, report.sections())
    document = json.loads(text)
    assert document["schema"] == VERSION
    assert document["run"] == {"Seeds": "5"}
    question = document["questions"]["part.one"]
    assert question["headline"] == "It reaches 96.5\u00a0±\u00a00.3\u00a0%."
    assert question["quantities"]["accuracy"]["value"] == 0.96473
    assert question["findings"]["high"]["says"] == "It holds."
    assert text == json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def test_an_answer_that_json_cannot_hold_is_refused(report: Example) -> None:
    """NaN would be read as nothing, or not at all."""
    broken = {"part.one": Answer({"x": Quantity(float("nan"))})}
    with pytest.raises(RenderError, match="not a plain JSON value"):
        answers_json(report.outline, broken, {})


def test_every_finding_is_told_below_its_question_on_screen(report: Example) -> None:
    """In the folded evidence, marked as its words are anywhere; the printed page has none."""
    told = '<span data-finding="part.one#findings.high" data-judgement="yes"'
    evidence = report.page().partition('<details class="checks">')[2].partition("</details>")[0]
    assert told in evidence
    assert ">It holds.</span>" in evidence
    assert told not in report.page("print")


def test_a_section_without_questions_at_the_beginning_comes_before_the_answers(report: Example) -> None:
    """As a summary does; one at the end stays there."""
    page = report.page()
    assert page.index("Answers at a glance</span>") < page.index('id="appendix"')
    part, appendix = report.outline.sections
    turned = replace(report, outline=replace(report.outline, sections=(appendix, part)))
    page = turned.page()
    assert page.index('id="appendix"') < page.index("Answers at a glance</span>") < page.index('id="part"')


def test_a_template_that_does_not_end_is_an_error(report: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line of the template that was at work."""
    monkeypatch.setattr("labreport.page.environment.SECONDS", 0.2)
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    report.with_question("{% block headline %}It.{% endblock %}{% block body %}" + loop + "{% endblock %}")
    with pytest.raises(RenderError, match=r"templates/questions/one\.html:1: takes more than 0\.2 s; look"):
        report.sections()
