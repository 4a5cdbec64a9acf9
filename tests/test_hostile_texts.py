"""Texts made to break out of where they are, and numbers without a result: shown as text, or refused.

The hostile texts hold no digit, which the audit would refuse before anything else.
"""

from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path

import pytest
from example_report import HOSTILE, MARKUP, SCRIPT, TEMPLATE
from faults.formats import documents
from program import Program

QUESTION = "templates/questions/studied.grid.html"


class Page(html.parser.HTMLParser):
    """The elements of a page, its text, and the values of its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


@pytest.fixture(scope="module")
def plain() -> Program:
    """A checkout with its report, whose PDF is not set in type."""
    return Program.built("--seeds", "1")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A report with hostile texts wherever the content gives texts: outline, catalogue, answers, drawing."""
    program = Program.built("--seeds", "1").copy(tmp_path_factory.mktemp("hostile") / "checkout")
    quoted = HOSTILE.replace('"', '\\"').replace("\u202e", "\\u202e").replace("\u2066", "\\u2066")
    program.edit("src/exercise/outline.py", 'title="Walks"', f'title="{quoted}", author="{quoted}"')
    program.edit("src/exercise/outline.py", '"A report of the stand-in exercise"', f'"{quoted}"')
    program.edit("src/exercise/outline.py", '"The walks, measured"', f'"{quoted}"')
    program.edit("src/exercise/outline.py", '"How close does the quick walk come?"', f'"{quoted}"')
    program.edit("src/exercise/answers.py", '"best": best}', f'"best": best, "note": "{quoted}"}}')
    program.edit("src/exercise/figures.py", '"line chart"', f'"{quoted}"')
    program.edit("src/exercise/figures.py", 'set_xlabel("epoch")', f'set_xlabel("{quoted}")')
    program.edit("src/exercise/figures.py", '"walk", "epoch"', f'"{quoted}", "epoch"')
    program.edit("src/exercise/catalogue.py", '"the quick walk"', f'"{quoted}"')
    ran = program.run("--seeds", "1")
    assert ran.code == 0, ran.err
    return program


def page(program: Program) -> Page:
    """The published page."""
    return Page((program.folder / "report" / "report.html").read_text(encoding="utf-8"))


def test_hostile_texts_add_no_element_that_runs(plain: Program, hostile: Program) -> None:
    """As many scripts as with plain texts, no handler, no new image."""
    before, after = page(plain).elements, page(hostile).elements
    for tag in ("script", "style", "link", "iframe", "object", "base", "form"):
        assert [found for found, _ in after].count(tag) == [found for found, _ in before].count(tag), tag
    assert not [names for _, names in after if any(name.startswith("on") for name in names)]
    assert not [names for _, names in after if names.get("src") == "x"]


def test_hostile_texts_are_shown_as_they_are(hostile: Program) -> None:
    """Title, heading and question read as they were written; nothing in them was evaluated."""
    shown = page(hostile)
    assert shown.text.count(SCRIPT) >= 2
    assert TEMPLATE in shown.text
    assert MARKUP in shown.text
    assert "evaluated" not in shown.text


def test_the_policy_of_the_page_still_allows_nothing_from_outside(hostile: Program) -> None:
    """The Content-Security-Policy is there, with a hash for each script and no unsafe-inline for them."""
    policies = [
        names.get("content") or ""
        for tag, names in page(hostile).elements
        if tag == "meta" and (names.get("http-equiv") or "").lower() == "content-security-policy"
    ]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    scripts = next(part for part in policies[0].split(";") if part.strip().startswith("script-src"))
    assert "sha256-" in scripts
    assert "unsafe" not in scripts
    assert "http" not in policies[0]


def test_hostile_texts_stay_text_in_the_answers(hostile: Program) -> None:
    """And do not end the JSON or add to it."""
    text = (hostile.folder / "report" / "answers.json").read_text(encoding="utf-8")
    assert SCRIPT in json.dumps(json.loads(text), ensure_ascii=False)


def test_hostile_texts_do_not_disturb_the_terminal(hostile: Program) -> None:
    """Control and direction characters are shown, not obeyed."""
    ran = hostile.run("status", "--seeds", "1")
    assert ran.code == 0
    assert "\u202e" not in ran.out + ran.err


UNPRINTABLE = {
    "a title": ("src/exercise/outline.py", 'title="Walks"', 'title="W{}"', "outline: title: character 2 is "),
    "an experiment": ("src/exercise/catalogue.py", '"the quick walk"', '"{}"', "experiment 'alpha': title: "),
    "a fact": (
        "src/exercise/answers.py",
        '"best": best}',
        '"best": "{}"}}',
        "answer studied.grid: facts.best: ",
    ),
    "a cell": ("src/exercise/figures.py", '"walk", "epoch"', '"{}", "epoch"', "figure curves: columns[0]: "),
}


HALF_A_PAIR, NUL = ("\\ud800", "U+D800"), ("\\0", "U+0000")


@pytest.mark.parametrize(
    ("place", "character", "name"),
    [
        (place, *character)
        for place, character in zip(UNPRINTABLE, (HALF_A_PAIR, NUL, HALF_A_PAIR, NUL), strict=True)
    ],
)
def test_a_character_that_cannot_be_shown_is_refused(
    place: str, character: str, name: str, plain: Program, tmp_path: Path
) -> None:
    """Half a surrogate pair or a NUL: one line that says where; the last report stays."""
    program = plain.copy(tmp_path / "checkout")
    before = documents(program.folder / "report")
    file, old, new, message = UNPRINTABLE[place]
    program.edit(file, old, new.format(character))
    ran = program.run("--seeds", "1")
    assert ran.code in (1, 2), ran.out
    assert message in ran.err
    assert name in ran.err
    assert len(ran.err.splitlines()) == 1
    assert documents(program.folder / "report") == before


def test_a_nul_in_a_template_is_refused(plain: Program, tmp_path: Path) -> None:
    """As in any other text."""
    program = plain.copy(tmp_path / "checkout")
    program.edit(QUESTION, "<ul>", "\0<ul>")
    ran = program.run("--seeds", "1")
    assert ran.code == 1
    assert "U+0000" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("text", ["{{ ''.__class__.__mro__ }}", "{% if %}"])
def test_a_template_that_reaches_out_is_refused(text: str, plain: Program, tmp_path: Path) -> None:
    """One line that names the template; the last report stays. What is refused is in `test_page.py`."""
    program = plain.copy(tmp_path / "checkout")
    before = documents(program.folder / "report")
    program.edit(QUESTION, "<ul>", f"{text}<ul>")
    ran = program.run("--seeds", "1")
    assert ran.code == 1, ran.out
    assert "studied.grid" in ran.err
    assert "Traceback" not in ran.err
    assert documents(program.folder / "report") == before


DATA = '<p><data value="0.98" data-source="{}" data-form="number">98 %</data></p>'
TYPED = (
    "<p>Accuracy is 98 %.</p>",
    "<p>{{ 90 + 8 }}</p>",
    "{% call try_it('More') %}<p>{{ 49 * 2 }} %</p>{% endcall %}",
    DATA.format("studied.grid#nothing"),
    DATA.format("studied.grid#best"),
)
PRINTED = (
    "<p>{{ answer.facts.cells | length + 94 }}</p>",
    "{% call try_it('More') %}{{ answer.facts.cells | length + 73 }}{% endcall %}",
)
ATTRIBUTE, NAME = ('<p title="{{ 49 * 2 }} %">Accurate.</p>',), ("<p><code>{{ 49 * 2 }}</code></p>",)
"""Found in the template, in the page, and, one at a time, while it is rendered."""


@pytest.mark.parametrize(
    "ways", [TYPED, PRINTED, ATTRIBUTE, NAME], ids=["typed", "printed", "attribute", "name"]
)
def test_a_number_without_a_result_stops_the_report(
    ways: tuple[str, ...], plain: Program, tmp_path: Path
) -> None:
    """Each is named by the author's own line that prints it, all at once, and the previous report stays."""
    program = plain.copy(tmp_path / "checkout")
    before = documents(program.folder / "report")
    program.edit(QUESTION, "<ul>", "".join(f"{way}\n" for way in ways) + "<ul>")
    ran = program.run("--seeds", "1")
    assert ran.code == 1
    said = rf"error: {re.escape(QUESTION)}:(\d+): the number (98( %)?|90|49|77) has no source"
    found = [re.match(said, line) for line in ran.err.splitlines()]
    assert all(found), ran.err
    assert sorted({int(one[1]) for one in found if one}) == [*range(3, 3 + len(ways))]
    errors = f"{len(found)} error{'s' * (len(found) > 1)}"
    assert f"Build failed: {errors}. The previous report is unchanged." in ran.out
    assert documents(program.folder / "report") == before
