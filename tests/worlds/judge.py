"""One world through answers, templates and audit: everything that is wrong with its report."""

from __future__ import annotations

import functools
import json
import math
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from example_report import DRAWING
from worlds.runs import WorldRuns, dataset
from worlds.sentences import contradicted
from worlds.world import World

from exercise import mnist
from exercise.catalogue import STUDIES
from exercise.project import PROJECT
from labreport.audit.contradictions import contradictions
from labreport.audit.reading import Page
from labreport.audit.screen import audit_page
from labreport.charts import export
from labreport.nodes import calls
from labreport.outline import Question, Section
from labreport.page.references import Target, resolve, targets
from labreport.page.sections import _Rendering
from labreport.page.traced import traced
from labreport.results import Results
from labreport.stats import Answer

TEMPLATES = Path(__file__).parents[2] / "templates"
SOURCE = "src/"
NO_NUMBER = re.compile(r"\b(?:nan|inf|Undefined)\b|(?<=>)None(?=<)")
NO_TEXT = re.compile(r"<svg\b.*?</svg>|<script\b.*?</script>|<pre\b.*?</pre>|<[^>]*>", re.DOTALL)
SEVERAL_SEEDS = re.compile(
    r"\b(?:with every seed|each of its seeds|each seed as|mean of [0-9]+ seeds?|means? over (?:the )?seeds"
    r"|most seeds)\b"
)
"""What is said of several seeds."""
GLOSSARY = re.compile(r"<dl\b.*?</dl>", re.DOTALL)
WORDS = re.compile(r"[0-9.]+(?:e-?[0-9]+)?|'[^']*'")
"""What differs between two faults of one kind."""
CONTRADICTIONS = {
    "though both are": "one quantity, two values",
    "the same comparison": "one comparison, two judgements",
    "says": "words and their finding",
}
NAMES = [experiment.name for experiment in PROJECT.all_experiments]
STUDY_NAMES = {grid.name: grid for grid in STUDIES}


@dataclass(frozen=True)
class Fault:
    """What is wrong: a `kind` by which faults are counted, and the words about this one."""

    kind: str
    text: str


def is_known(fault: Fault) -> bool:
    """Whether faults of this kind are on the written list."""
    return any(fnmatchcase(fault.kind, pattern) for pattern in known())


@functools.cache
def known() -> tuple[str, ...]:
    """Patterns of the kinds of faults that are to be fixed in the exercise."""
    lines = Path(__file__).with_name("known.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.partition("\t")[0] for line in lines if line and not line.startswith("#"))


def judge(world: World, *, figures: bool = False, part: int = 0, parts: int = 1) -> list[Fault]:
    """All faults of one world's report; an empty list if it crashes nowhere and contradicts itself nowhere.

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
    known = targets(PROJECT.outline, sections)
    for figure in PROJECT.outline.figures:  # of a question that crashed
        known.setdefault(figure.slug, Target("Figure", "", figure.slug))
    html = resolve("".join(section["screen"] for section in sections), known)
    if world.seeds == 1:
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
            found = calls.function(question.answer, question.slug)(
                _results(question.slug, question.needs, everything)
            )
            plain = found.to_plain()
            _finite(plain, question.slug)
            json.dumps(plain, allow_nan=False)
            for name in plain["findings"]:
                for problem in contradicted(plain, name):
                    faults.append(
                        Fault(f"sentence: {problem} ({question.slug})", plain["findings"][name]["says"])
                    )
        except Exception as error:
            faults.append(_crash(f"answer {question.slug}", error))
        else:
            yield question.slug, Answer.from_plain(json.loads(json.dumps(plain)))


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
            drawing = calls.draw(
                calls.function(figure.draw, figure.slug),
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
    page = Page().read(html)
    contradicting = list(contradictions(page, answers))
    for finding in audit_page(page, answers, TEMPLATES, NAMES, PROJECT.outline.declared):
        if finding not in contradicting and finding.where not in ("figures", "tables"):  # some may be missing
            yield Fault(f"audit: {finding.where} {WORDS.sub(' ', finding.problem)[:60]}", str(finding))
    for finding in contradicting:
        kind = next((kind for words, kind in CONTRADICTIONS.items() if words in finding.problem), "other")
        yield Fault(f"contradiction: {kind} ({finding.where.partition('#')[0]})", str(finding))
    for found in NO_NUMBER.finditer(NO_TEXT.sub("<>", html)):
        around = found.string[max(0, found.start() - 60) : found.end() + 40]
        yield Fault(f"text: {found[0]} is printed", " ".join(around.split()))


def as_if_several_seeds(html: str) -> Iterator[Fault]:
    """What a report of one seed says of several."""
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
