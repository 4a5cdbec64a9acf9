"""The exercise's whole report from made results: every template, every figure, as a build makes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import drawn

from exercise.catalogue import EXPERIMENTS
from exercise.project import PROJECT
from exercise.show_code import show_check, show_code
from labreport.charts import export
from labreport.experiment import plain
from labreport.outline import Section
from labreport.page import answers_json, evidence, render_document, render_section
from labreport.page.environment import Medium
from labreport.pdf import write
from labreport.stats import Answer

TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class Report:
    """The documents of one report, as text when they are asked for, and the answers that they print."""

    answers: Mapping[str, Answer]
    answers_json: str
    sections: list[Any]

    @cached_property
    def screen(self) -> str:
        """The page."""
        return self._rendered("screen", evidence=evidence(self.answers_json))

    @cached_property
    def paper(self) -> str:
        """What is set in type."""
        return self._rendered("print")

    def _rendered(self, medium: Medium, **more: Any) -> str:
        facts = self.answers[PROJECT.outline.facts].facts["run"]
        return render_document(
            PROJECT.outline, self.sections, medium, TEMPLATES, facts, PROJECT.words, **more
        )

    def write(self, folder: Path) -> Path:
        """Put the three files that a build publishes into `folder`, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.html").write_text(self.screen, encoding="utf-8")
        (folder / "answers.json").write_text(self.answers_json, encoding="utf-8")
        write(self.paper, TEMPLATES, folder / "report.pdf")
        return folder


def made_report(case: str = "five seeds") -> Report:
    """The report of one of the kinds of made results in `drawn.CASES`."""
    answers = {slug: _stored(drawn.answer(slug, case).to_plain()) for slug in drawn.QUESTIONS}
    kept = {slug: Answer.from_plain(answer) for slug, answer in answers.items()}
    figures = {slug: _stored(export(slug, drawn.drawn(slug, case))) for slug in drawn.FIGURES}
    sections = [_stored(_section(section, kept, figures)) for section in PROJECT.outline.sections]
    facts = kept[PROJECT.outline.facts].facts["run"]
    return Report(kept, answers_json(PROJECT.outline, kept, facts, sections), sections)


def _stored(value: Any) -> Any:
    """As the cache gives it back."""
    return json.loads(json.dumps(value))


def _section(
    section: Section, answers: Mapping[str, Answer], figures: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    section = section.with_templates(lambda name: (TEMPLATES / name).is_file(), "section.html")
    shown = [slug for question in section.questions for slug in question.figures] + list(section.figures)
    read = [question.slug for question in section.questions] + list(section.answers)
    return render_section(
        section,
        {slug: answers[slug] for slug in read},
        {slug: figures[slug] for slug in shown},
        TEMPLATES,
        {"experiments": _experiments(section), "check": show_check()},
        PROJECT.words,
    )


def _experiments(section: Section) -> dict[str, Any]:
    return {
        experiment.name: {
            "title": experiment.title,
            "epochs": experiment.epochs,
            "snapshots": list(experiment.snapshots),
            "specification": plain(experiment.specification),
            "keys": [hashlib.sha256(f"{experiment.name} {seed}".encode()).hexdigest() for seed in range(5)],
            "code": show_code(experiment),
        }
        for experiment in EXPERIMENTS
        if experiment.name in section.experiments
    }
