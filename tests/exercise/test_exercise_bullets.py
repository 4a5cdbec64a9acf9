"""Every bullet of the exercise is answered, what is to be tried is there, and no figure finds anything."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, cast

import pytest
from answering import QUESTIONS, answer
from findings_outside import findings_in_figures
from prose import render

from exercise.networks import Network
from exercise.project import PROJECT
from labreport.outline import Question, Section

BULLETS = (
    ("MNIST, sigmoid, cross-entropy, gradient descent and ten epochs with every network", "set-up.rules"),
    ("one hidden layer, at least 300 000 or fewer than 50 000 parameters: how many", "part-one.parameters"),
    ("… how many weights, how many biases", "part-one.parameters"),
    ("… accuracy on validation data, and how that differs on training and test data", "part-one.accuracy"),
    ("… how long an epoch takes", "part-one.time"),
    ("ten hidden layers of few, more and many nodes: any above 20 %", "part-two.above-20"),
    ("a hypothesis why they do as they do", "part-two.hypothesis"),
    ("how many parameters each of them has", "part-two.parameters"),
    ("whether parameters and accuracy go together, part one considered", "part-two.correlation"),
    ("three hidden layers, above 92 % on validation and test data", "part-three.goal"),
    ("which network is best on test data after training", "part-three.best"),
    ("whether they trained for a similar number of epochs", "part-three.epochs"),
    ("whether a network fails more often on one digit, with a chart by digit", "bonus.digits"),
    ("whether there is a pattern, and why that could be", "bonus.pattern"),
    ("a simple network for 20 and for 50 epochs", "bonus.longer"),
    ("whether returns have diminished after 20 epochs, and after 50", "bonus.diminishing"),
    ("a complex network for 5, 20 and 50 epochs beside the simple one", "bonus.complex"),
    ("the total time that both took", "bonus.time"),
    ("whether the complexity was worth the time", "bonus.worth"),
    ("whether the complex network would get better with more time", "bonus.more-time"),
    ("perspective: models that train for weeks to months", "bonus.perspective"),
)
CHARTED = {"wide", "small", "deep-8", "deep-32", "deep-64", "complex"}
"""The exercise asks for a chart of training and validation performance of every network."""
OWN = {"part-one.comparison", "set-up.rates", "set-up.depth-gain", "set-up.environment"}
"""Questions that the report asks of itself, beyond the exercise."""
TOLD = re.compile(rf"\d|\b(?:{'|'.join(sorted(CHARTED))})\b")


@pytest.mark.parametrize(("bullet", "slug"), BULLETS)
def test_a_bullet_of_the_exercise_has_its_answer(bullet: str, slug: str) -> None:
    """The first sentence of the answer holds a number or the name of a network, or the reason asked for."""
    first = re.split(r"(?<=[.;]) ", render(QUESTIONS[slug], answer(slug))["headline"].removeprefix("No. "))[0]
    assert TOLD.search(first) or (slug == "part-two.hypothesis" and first.startswith("Because")), (
        bullet,
        first,
    )


def test_no_question_answers_nothing_of_the_exercise() -> None:
    """The list and the outline are the same questions, except for the report's own."""
    slugs = {question.slug for question in PROJECT.outline.questions}
    assert {slug for _, slug in BULLETS} | OWN == slugs


def test_every_network_has_its_training_chart() -> None:
    """Loss and accuracy by epoch, on training and validation data."""
    holders: list[Question | Section] = [*PROJECT.outline.questions, *PROJECT.outline.sections]
    shown = {slug for holder in holders for slug in holder.figures if slug.startswith("curves-")}
    charted = {name for figure in PROJECT.outline.figures if figure.slug in shown for name in figure.needs}
    assert charted == CHARTED


def test_a_width_changed_in_the_catalogue_changes_numbers_and_words() -> None:
    """Another network gives other parameters, and another answer where a rule breaks."""
    narrow = answer("part-one.parameters", wide={"network": Network((100,))})
    assert narrow.quantities["wide.parameters"].value == 784 * 100 + 100 + 100 * 10 + 10
    slug = "set-up.rules"
    made: tuple[dict[str, Any], ...] = ({}, {"wide": {"network": Network((100,))}})
    before, after = (render(QUESTIONS[slug], answer(slug, **overrides)) for overrides in made)
    assert before["headline"].startswith("Yes")
    assert after["headline"].startswith("No: wide")


ROOT = Path(__file__).parents[2]
PLACE = re.compile(
    r"<pre># (?P<file>\S+), (?:in place of )?line (?P<line>\d+)[^\n]*\n(?P<code>.*?)</pre>", re.DOTALL
)
BOXES = [
    pytest.param(found, id=f"{template.stem}-{found['line']}")
    for template in sorted((ROOT / "templates").rglob("*.html"))
    for found in PLACE.finditer(template.read_text(encoding="utf-8"))
]


def test_there_are_boxes() -> None:
    """The number of nodes is what can be tried."""
    code = " ".join(cast("re.Match[str]", box.values[0])["code"] for box in BOXES)
    assert "(40,)" in code


@pytest.mark.parametrize("box", BOXES)
def test_a_box_names_the_line_that_it_replaces(box: re.Match[str]) -> None:
    """The changed line begins as the line of the file does; the changed file can still be read."""
    lines = (ROOT / box["file"]).read_text(encoding="utf-8").splitlines()
    number = int(box["line"]) - 1
    new = box["code"].rstrip().splitlines()
    start = re.compile(r'\s*(?:"\w+"|[A-Z_]+|Network)')
    old = start.match(lines[number])
    assert old is not None
    assert old[0] in [found[0] for line in new if (found := start.match(line))]
    ast.parse("\n".join([*lines[:number], *new, *lines[number + 1 :]]))


def test_no_finding_is_in_a_figure() -> None:
    """In the texts of the code that draws."""
    found = findings_in_figures(ROOT / "src" / "exercise")
    assert "\n".join(map(str, found)) == ""
