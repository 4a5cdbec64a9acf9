"""Everything after training: answers, figures and sections, each made only when its status says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims import Answer
from labreport.errors import LabReportError, RenderError, failed
from labreport.execute.calls import function
from labreport.execute.reading import Reader
from labreport.execute.session import Session
from labreport.outline import Figure, Question, Section
from labreport.plan.nodes import Node, State, Status
from labreport.texts import unprintable


class Maker:
    """Makes nodes in the plan's order and keeps them in the cache."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reader = Reader(session.graph, session.planner, session.store)
        self._payloads: dict[str, Any] = {}

    def make(self, node: Node) -> bool:
        """Bring one node up to date; whether it had to be made.

        Raises `RenderError` where the content's code fails, naming the node and the cause.
        """
        status = self._session.planner.status(node.name)
        if status.state is State.FRESH:
            return False
        if status.state is State.PENDING:
            raise RenderError(f"{node.name} waits for {status.reasons[-1]}")
        self._keep(status, self._content(node))
        return True

    def payload(self, name: str) -> Any:
        """What a node put out, as plain JSON values."""
        if name not in self._payloads:
            kind, _, slug = name.partition("/")
            cached = self._session.cache.get(kind, slug)
            if cached is None:
                raise RenderError(f"{name}: its cached value cannot be read; run again to make it anew")
            self._payloads[name] = cached.payload
        return self._payloads[name]

    def answers(self, slugs: Any) -> dict[str, Answer]:
        """Answers by question."""
        return {slug: Answer.from_plain(self.payload(f"answer/{slug}")) for slug in slugs}

    def _keep(self, status: Status, payload: Any) -> None:
        session = self._session
        if problem := unprintable(payload):
            raise RenderError(f"{status.node.kind} {status.node.slug}: {problem}.")
        output = session.cache.put(status.node.kind, status.node.slug, status.key, payload)
        path = session.cache.path(status.node.kind, status.node.slug)
        session.digests.forget([path])
        written = session.digests(path)
        if written is None:
            raise RenderError(f"{path}: written, but cannot be read back")
        self._payloads.pop(status.name, None)
        session.planner.made(status, {str(path.relative_to(session.output)): written}, output)

    def _content(self, node: Node) -> Any:
        try:
            value = node.value
            if isinstance(value, Question):
                return self._answer(value)
            if isinstance(value, Figure):
                return self._figure(value)
            if isinstance(value, Section):
                return self._section(value)
        except LabReportError:
            raise
        except Exception as error:  # the content's own code may raise anything
            raise RenderError(failed(f"{node.kind} {node.slug}", error, self._session.root)) from error
        raise RenderError(f"{node.name}: nothing knows how to make it")

    def _answer(self, question: Question) -> Any:
        results = self._reader.of_question(question)
        answer = function(question.answer, f"question {question.slug!r}")(results)
        if not isinstance(answer, Answer):
            raise RenderError(
                f"answer/{question.slug}: {question.answer} returned no Answer but {type(answer).__name__}"
            )
        return answer.to_plain()

    def _figure(self, figure: Figure) -> Any:
        from labreport.charts import export

        results = self._reader.results(f"figure {figure.slug!r}", figure.needs)
        drawing = function(figure.draw, f"figure {figure.slug!r}")(results, self.answers(figure.answers))
        return export(figure.slug, drawing)

    def _section(self, section: Section) -> Any:
        from labreport.page import render_section

        slugs = [question.slug for question in section.questions] + list(section.answers)
        figures = [slug for question in section.questions for slug in question.figures] + list(
            section.figures
        )
        context: Mapping[str, Any] = self._context(section)
        return render_section(
            section,
            self.answers(slugs),
            {slug: self.payload(f"figure/{slug}") for slug in figures},
            self._session.root / "templates",
            context,
        )

    def _context(self, section: Section) -> dict[str, Any]:
        context = self._session.planner.ingredients.context(section)
        project = self._session.project
        experiments = {experiment.name: experiment for experiment in project.all_experiments}
        if project.show_code and context["experiments"]:
            show = function(project.show_code, "project.show_code")
            for name, shown in context["experiments"].items():
                shown["code"] = show(experiments[name])
        if project.show_check and context["experiments"]:
            context["check"] = function(project.show_check, "project.show_check")()
        return context
