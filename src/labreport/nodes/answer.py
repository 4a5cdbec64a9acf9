"""An answer: what a question's function computes from the results that it reads."""

from __future__ import annotations

from typing import Any

from labreport.errors import RenderError
from labreport.nodes.workshop import Workshop
from labreport.outline import Question
from labreport.placed import at, place_of
from labreport.plan.nodes import Node
from labreport.plan.planner import Planner

STATISTICS = ("numpy", "scipy")
MADE_BY = ("labreport.nodes.answer:AnswerNode", "labreport.nodes.reading:Reader")
"""The engine's part in an answer."""


class AnswerNode(Node):
    """One question of the outline."""

    kind = "answer"
    cached = True

    def __init__(self, question: Question, reads: tuple[str, ...]) -> None:
        super().__init__(question.slug, reads)
        self.question = question

    @property
    def needs(self) -> tuple[str, ...]:
        """What the question declares."""
        return self.question.needs

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The results, the answer's code, and what verification found where the question asks for it."""
        made_of = {
            **planner.results(self.needs),
            **planner.fingerprints.data(self.question.data),
            **planner.fingerprints.code_here(self.question.answer, *MADE_BY),
            **planner.fingerprints.libraries(*STATISTICS),
        }
        if self.question.reads_verification:
            planner.fingerprints.file(planner.verification.path)
            made_of["verification"] = planner.verification.identity(self, planner.put_out)
        return made_of

    def make(self, workshop: Workshop) -> Any:
        """Call the question's function."""
        from labreport.stats import Answer

        function = workshop.function(self.question.answer, f"question {self.slug!r}")
        answer = function(workshop.reader.of_question(self.question))
        if not isinstance(answer, Answer):
            kind = type(answer).__name__
            raise RenderError(f"{self.name}: {self.question.answer} must return an Answer, not a {kind}")
        for name, finding in answer.findings.items():
            for number in finding.numbers:
                if number not in answer.quantities:
                    text = f"{self.name}: finding {name!r} names {number!r}, which is none of its quantities"
                    raise RenderError(at(place_of(function), text))
        return answer.to_plain()
