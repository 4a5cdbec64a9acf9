"""A report of one question and one figure, in the engine's frame, for tests of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from labreport.outline import Figure, Outline, Question, Section
from labreport.page import render_document, render_section
from labreport.stats import Answer, Interval, Quantity, exact
from labreport.stats.operations.condition import compare

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="346pt" height="60pt" viewBox="0 0 346 60">{}</svg>'
QUESTION_TEMPLATE = """\
{% block headline %}It reaches {{ answer.quantities.accuracy | spread }}.{% endblock %}
{% block body %}
<p>One {{ term("epoch") }}, then another {{ term("epoch") }}; see {{ ref("curve") }}
and {{ ref("part") }}.</p>
{% call figure("curve") %}<b>It rises to {{ answer.quantities.accuracy | number }}.</b> One run.{% endcall %}
<table><caption>Numbers</caption><thead><tr><th scope="col">What</th><th scope="col">Here</th>
<th scope="col">There</th></tr></thead><tbody><tr><th scope="row">images</th>
<td class="number">{{ answer.quantities.images | bare }}</td><td>{{ answer.facts.digit }}</td></tr>
</tbody></table>
{% endblock %}
"""
SECTION_TEMPLATE = '{% extends "section.html" %}\n{% block intro %}<p>What follows.</p>{% endblock %}\n'
APPENDIX_TEMPLATE = '{% extends "section.html" %}\n'

ACCURACY = Quantity(0.96473, "fraction", "made", 5, 0.002, Interval(0.962, 0.967, "Student"))
ANSWER = Answer(
    {"images": Quantity(10_000, "images", "made")},
    facts={"digit": 5, "run": {"Seeds": "5", "Processor": "one of 2021"}},
) | exact("high", compare(ACCURACY, ">", 0.9), {"accuracy": ACCURACY})
DRAWING: Mapping[str, Any] = {
    "slug": "curve",
    "kind": "line chart",
    "svg_print": SVG.format('<text x="9" y="20" font-family="Source Sans 3" font-size="8">12</text>'),
    "svg_screen": SVG.format('<g id="curve-axes-1"><text x="9" y="20" font-size="8">12</text></g>'),
    "width_mm": 122.0,
    "height_mm": 21.0,
    "columns": ["epoch", "accuracy"],
    "rows": [[1, 0.5], [2, None]],
    "axes": [],
    "series": [],
}
SCRIPT, TEMPLATE = "</script><script>alert()</script>", "{{'eval'~'uated'}}{% raise %}"
MARKUP = "<img src=x onerror=alert()>&amp;'\""
HOSTILE = f"{SCRIPT}{TEMPLATE}{MARKUP}\u202egnp.exe\u2066"
"""It breaks out of wherever it is not shown as text, and holds no digit."""


@dataclass(frozen=True)
class Example:
    """All that a report is made from; `with_question` gives another question template."""

    templates: Path
    outline: Outline
    answers: Mapping[str, Answer] = field(default_factory=lambda: {"part.one": ANSWER})
    figures: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"curve": DRAWING})

    def with_question(self, template: str) -> Example:
        """The same report, its question's template replaced."""
        (self.templates / "questions" / "one.html").write_text(template, encoding="utf-8")
        return self

    def with_answer(self, **changes: Any) -> Example:
        """The same report, fields of its answer replaced."""
        return replace(self, answers={"part.one": replace(self.answers["part.one"], **changes)})

    def hostile(self) -> Example:
        """The same report, with `HOSTILE` wherever a project gives texts."""
        part, appendix = self.outline.sections
        part = replace(part, title=HOSTILE, questions=(replace(part.questions[0], text=HOSTILE),))
        outline = replace(
            self.outline, title=HOSTILE, subtitle=HOSTILE, author=HOSTILE, sections=(part, appendix)
        )
        drawing = {**DRAWING, "kind": HOSTILE, "columns": ["epoch", HOSTILE], "rows": [[HOSTILE, 1]]}
        found = self.with_answer(facts={"digit": HOSTILE, "run": {HOSTILE: HOSTILE}})
        return replace(found, outline=outline, figures={"curve": drawing})

    def sections(self) -> list[dict[str, Any]]:
        """Every section, rendered."""
        return [
            render_section(
                section,
                {question.slug: self.answers[question.slug] for question in section.questions},
                self.figures,
                self.templates,
                {},
            )
            for section in self.outline.sections
        ]

    def page(self, medium: Literal["screen", "print"] = "screen") -> str:
        """The whole document."""
        facts = self.answers[self.outline.facts].facts["run"]
        return render_document(self.outline, self.sections(), medium, self.templates, facts)


def example(folder: Path) -> Example:
    """An example whose templates are made in `folder`, which must not exist."""
    for name, text in (
        ("questions/one.html", QUESTION_TEMPLATE),
        ("sections/part.html", SECTION_TEMPLATE),
        ("sections/appendix.html", APPENDIX_TEMPLATE),
        ("glossary.html", '{% call explain("epoch") %}One pass.{% endcall %}\n'),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    question = Question("part.one", "How good is it?", "m:f", "questions/one.html", figures=("curve",))
    outline = Outline(
        "An example",
        "Made for tests",
        (
            Section("part", "The part", "sections/part.html", (question,)),
            Section("appendix", "Appendix", "sections/appendix.html"),
        ),
        (Figure("curve", "m:f"),),
        facts="part.one",
    )
    return Example(folder, outline)
