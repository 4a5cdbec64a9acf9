"""Answers made by hand, and sections rendered of them from templates that a test writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from labreport.page import RenderedSection, render_section
from labreport.project import Experiment, Measure, question, section
from labreport.stats import Answer, Sample, fact, from_json, number, ranking, to_json

ACCURACY = Measure("test accuracy", "%", margin=0.2)
SEEDS = {
    "complex": (0.9810, 0.9815, 0.9820, 0.9811, 0.9812),
    "wide": (0.9805, 0.9810, 0.9818, 0.9812, 0.9810),
    "small": (0.9750, 0.9755, 0.9757, 0.9751, 0.9750),
}
DRAWN = {"title": "", "caption": "Each dot is a seed.", "alt": "", "kind": "dots", "width_mm": 160.0}


@dataclass(frozen=True)
class Network:
    """What is declared of an experiment."""

    nodes: int = 62
    momentum: float = 0.9
    optimizer: str = "sgd"


def seeds(**values: tuple[float, ...]) -> dict[str, Sample]:
    """Samples of one value for each seed."""
    return {name: Sample(name, dict(enumerate(measured))) for name, measured in values.items()}


def ranked(count: int = 5) -> Answer:
    """`complex` and `wide` are the same, `small` is clearly behind; of one seed nothing is known."""
    return ranking(seeds(**{name: values[:count] for name, values in SEEDS.items()}), ACCURACY)


def truths() -> Answer:
    """A fact that holds, one that does not, and one that is unknown; an exact number and texts from data."""
    facts = {"yes": fact(True, "yes is so"), "no": fact(False, "no is so"), "open": fact(None, "open is so")}
    texts = {
        "cell": "x|y",
        "tag": "<b>&amp;</b>",
        "star": "a*b*c",
        "dollars": "$5 and $6",
        "digits": ["5", "8", "9"],
    }
    return Answer(
        **facts, **texts, ten=number(10, exact=True), dose=number(1.63, ci=(1.2, 2.1), unit="µM", n=4)
    )


def stored(answer: Answer, question: str = "") -> Answer:
    """An answer as it is read from its file."""
    return from_json(json.loads(json.dumps(to_json(answer))), question)


Render = Callable[..., RenderedSection]


def renderer(folder: Path) -> Render:
    """Render the section `part` with the question `best`, whose template is `text`, beside other `files`."""
    templates = folder / "templates"

    def rendered(
        text: str | None = None,
        answer: Answer | None = None,
        *,
        figures: tuple[str, ...] = (),
        files: dict[str, str] | None = None,
        drawn: dict[str, Any] | None = None,
        more: dict[str, Answer] | None = None,
    ) -> RenderedSection:
        contents = dict(files or {})
        if text is not None:
            contents["questions/best.md"] = text
        for name, content in contents.items():
            (templates / name).parent.mkdir(parents=True, exist_ok=True)
            (templates / name).write_text(content)
        declared: Any = tuple(SimpleNamespace(name=name) for name in figures)
        best = replace(question("Which is <best>?", name="best")(ranked), figures=declared)
        drawing = SimpleNamespace(**DRAWN | (drawn or {}))
        exported: Any = dict.fromkeys(figures, drawing)
        experiments = [Experiment(name, Network(), epochs=50, start="m:f") for name in SEEDS]
        made = {"best": answer or ranked()} | (more or {})
        answers = {name: stored(answer, name) for name, answer in made.items()}
        return render_section(section("Part", best, name="part"), answers, exported, experiments, templates)

    return rendered


def rows_of(table: str) -> list[list[str]]:
    """The rows of a table that is written `text → what it gives`; `\\n` in it ends a line of a text."""
    lines = table.strip().split("\n    ")
    return [line.replace("\\n", "\n").split(" → ") for line in lines]
