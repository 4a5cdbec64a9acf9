"""One world through answers, templates and audit: everything that is wrong with its report."""

from __future__ import annotations

import json
import math
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from example_report import DRAWING
from prose import render
from worlds.runs import WorldRuns, dataset
from worlds.truth import Results as Seen
from worlds.truth import false_findings, false_words
from worlds.world import World

from exercise import mnist
from exercise.catalogue import STUDIES
from exercise.project import PROJECT
from labreport.audit.screen import audit_html
from labreport.charts import export
from labreport.nodes import workshop
from labreport.outline import Question, Section
from labreport.page.documents import Target, resolve, targets
from labreport.page.sections import _Rendering
from labreport.page.values import traced
from labreport.results import Results
from labreport.stats import Answer

TEMPLATES = Path(__file__).parents[2] / "templates"
SOURCE = "src/"
NO_NUMBER = re.compile(r"\b(?:nan|inf|Undefined)\b|(?<=>)None(?=<)")
NO_TEXT = re.compile(r"<svg\b.*?</svg>|<script\b.*?</script>|<pre\b.*?</pre>|<[^>]*>", re.DOTALL)
SEVERAL_SEEDS = re.compile(
    r"\b(?:means? (?:of|over)(?! an epoch)|thin lines?|from seed to seed|(?:most|between) seeds"
    r"|(?:each|every|any|some) seed|depend\w* on the seed)\b"
)
"""What is said of several seeds."""
GLOSSARY = re.compile(r"<dl\b.*?</dl>", re.DOTALL)
WORDS = re.compile(r"[0-9.]+(?:e-?[0-9]+)?|'[^']*'")
"""What differs between two faults of one kind."""
NAMES = [experiment.name for experiment in PROJECT.all_experiments]
STUDY_NAMES = {grid.name: grid for grid in STUDIES}


@dataclass(frozen=True)
class Fault:
    """What is wrong: a `kind` by which faults are counted, and the words about this one."""

    kind: str
    text: str


def judge(world: World, *, figures: bool = False, part: int = 0, parts: int = 1) -> list[Fault]:
    """All faults of one world's report: crashes, contradictions, and what is false.

    With `figures`, every figure is drawn, exported and checked as well, which takes most of the time. Of
    several `parts`, only every so many questions are asked, beginning with question number `part`.
    """
    questions = PROJECT.outline.questions[part % parts :: parts]
    faults: list[Fault] = []
    with _images(world.images):
        everything = WorldRuns(world)
        answers = dict(_answers(questions, everything, faults))
        drawings = dict(_figures(everything, answers, faults)) if figures else {}
        sections = list(_sections(answers, drawings, faults))
        faults += _false(questions, everything, answers)
    known = targets(PROJECT.outline, sections)
    for figure in PROJECT.outline.figures:  # of a question that crashed
        known.setdefault(figure.slug, Target("Figure", "", figure.slug))
    html = resolve("".join(section["screen"] for section in sections), known)
    if set(world.seeds.values()) == {1}:
        faults += as_if_several_seeds(html)
    return [*faults, *_audited(html, answers)]


@contextmanager
def _images(images: int) -> Iterator[None]:
    """Only so many images, for whoever loads MNIST."""
    load, small = mnist.load, dataset(images)
    mnist.load = lambda: small  # type: ignore[assignment]
    try:
        yield
    finally:
        mnist.load = load


def _results(reader: str, needs: tuple[str, ...], everything: WorldRuns) -> Results:
    grids = {**STUDY_NAMES, **everything.studies}
    studies = {name: grids[name] for name in needs if name in grids}
    cells = [cell.name for grid in studies.values() for cell in grid.experiments()]
    names = [name for name in needs if name not in studies] + cells
    return Results(reader, {name: everything[name] for name in names}, studies)


def _answers(
    questions: Iterable[Question], everything: WorldRuns, faults: list[Fault]
) -> Iterator[tuple[str, Answer]]:
    for question in questions:
        try:
            found = workshop.function(question.answer, question.slug)(
                _results(question.slug, question.needs, everything)
            )
            plain = found.to_plain()
            _finite(plain, question.slug)
            json.dumps(plain, allow_nan=False)
        except Exception as error:
            faults.append(_crash(f"answer {question.slug}", error))
        else:
            yield question.slug, Answer.from_plain(json.loads(json.dumps(plain)))


def _false(
    questions: Iterable[Question], everything: WorldRuns, answers: Mapping[str, Answer]
) -> Iterator[Fault]:
    """What the findings and the words of each question say that the results contradict."""
    seen = Seen(everything)
    for question in questions:
        if question.slug in answers:
            answer = answers[question.slug]
            for text in false_findings(seen, question.slug, answer):
                yield Fault(f"false: a finding of {question.slug}", text)
            for text in false_words(seen, question.slug, answer, render(question, answer)):
                yield Fault(f"false: the words of {question.slug}", text)


def _finite(value: Any, where: str) -> None:
    """Raise `ValueError` that names the first number which is not one."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where} is {value}")
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, (list, tuple))
        else ()
    )
    for key, item in items:
        _finite(item, f"{where}.{key}")


def _figures(
    everything: WorldRuns, answers: Mapping[str, Answer], faults: list[Fault]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for figure in PROJECT.outline.figures:
        if any(name not in answers for name in figure.answers):
            continue
        try:
            drawing = workshop.draw(
                workshop.function(figure.draw, figure.slug),
                _results(figure.slug, figure.needs, everything),
                answers,
            )
            yield figure.slug, export(figure.slug, drawing)
        except Exception as error:
            faults.append(_crash(f"figure {figure.slug}", error))


def _sections(
    answers: Mapping[str, Answer], drawings: Mapping[str, Any], faults: list[Fault]
) -> Iterator[Mapping[str, Any]]:
    for section in PROJECT.outline.sections:
        known = tuple(question for question in section.questions if question.slug in answers)
        if not all(slug in answers for slug in section.answers):
            continue
        part = replace(section, template="section.html", figures=())  # whose own template reads all answers
        whole = len(known) == len(section.questions)
        try:
            yield _rendered(replace(section if whole else part, questions=known), answers, drawings)
        except Exception as error:
            before = len(faults)
            for question in known:  # one by one, to find which it is and to continue with the others
                try:
                    yield _rendered(replace(part, questions=(question,)), answers, drawings)
                except Exception as one:
                    faults.append(_crash(f"template of {question.slug}", one))
            if len(faults) == before:
                faults.append(_crash(f"template of section {section.slug}", error))


def _rendered(
    section: Section, answers: Mapping[str, Answer], drawings: Mapping[str, Any]
) -> Mapping[str, Any]:
    section = section.with_templates(lambda name: (TEMPLATES / name).is_file(), "section.html")
    shown = [slug for question in section.questions for slug in question.figures] + list(section.figures)
    figures = {slug: drawings.get(slug, {**DRAWING, "slug": slug}) for slug in shown}
    read = [question.slug for question in section.questions] + list(section.answers)
    views = {slug: traced(slug, answers[slug]) for slug in read}
    rendered = _Rendering(section, views, figures, TEMPLATES, {"experiments": {}}, PROJECT.words, "screen")
    return {"screen": rendered.html, "figures": rendered.figures}


def _audited(html: str, answers: Mapping[str, Answer]) -> Iterator[Fault]:
    for finding in audit_html(html, answers, TEMPLATES, NAMES, PROJECT.outline.declared):
        if finding.where not in ("figures", "tables"):  # some may be missing
            yield Fault(f"audit: {finding.where} {WORDS.sub(' ', finding.problem)[:60]}", str(finding))
    for found in NO_NUMBER.finditer(NO_TEXT.sub("<>", html)):
        around = found.string[max(0, found.start() - 60) : found.end() + 40]
        yield Fault(f"text: {found[0]} is printed", " ".join(around.split()))


def as_if_several_seeds(html: str) -> Iterator[Fault]:
    """What a report of one seed says of several in its prose."""
    prose = " ".join(NO_TEXT.sub(" ", GLOSSARY.sub("", html)).split())
    for found in SEVERAL_SEEDS.finditer(prose):
        yield Fault(f"one seed: {found[0]}", prose[max(0, found.start() - 60) : found.end() + 40])


def _crash(where: str, error: Exception) -> Fault:
    place = next(
        (
            f"{frame.filename.rpartition(SOURCE)[2]}:{frame.name}"
            for frame in reversed(traceback.extract_tb(error.__traceback__))
            if SOURCE in frame.filename
        ),
        "?",
    )
    words = f"{type(error).__name__}: {error}"
    return Fault(f"crash: {where}: {WORDS.sub(' ', words)[:70]} at {place}", f"{words} at {place}")
