"""What nodes are made with: stored results, payloads of other nodes, the project's functions."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.authoring import failed, place, refuse, say_where
from labreport.display import unprintable
from labreport.errors import LabReportError, OutdatedCode, RenderError, UndeclaredRead, UsageError
from labreport.fingerprint.observed import noting
from labreport.outline import Figure, Outline, Question
from labreport.plan.nodes import Node, State
from labreport.plan.planner import Planner
from labreport.project import Project
from labreport.store.sealed import Cache

if TYPE_CHECKING:
    from labreport.nodes.content import Reader
    from labreport.pdf.separate import Writer
    from labreport.stats import Answer


DECLARE = "data= of its question or figure"
"""Where an author says that an answer or a figure reads a file."""


def draw(function: Callable[..., Any], results: Any, answers: Any) -> Any:
    """What the function of a figure draws; one with a single argument gets the results only."""
    only_results = hasattr(function, "__code__") and function.__code__.co_argcount == 1
    return function(results) if only_results else function(results, answers)


def function(name: str, asked_by: str) -> Callable[..., Any]:
    """The function that `name` means, or that the question or figure of this name was made of.

    `asked_by` says in an error who named it.
    """
    module, _, attribute = name.partition(":")
    try:
        found = vars(importlib.import_module(module)).get(attribute)
    except ImportError as error:
        raise UsageError(f"{asked_by}: {name!r} cannot be imported: {error}") from error
    if isinstance(found, (Question, Figure)):
        found = found.function
    if not callable(found):
        raise UsageError(f"{asked_by}: {name!r} is not a function; write it as 'module:function'")
    called: Callable[..., Any] = found
    return called


class Workshop:
    """Makes nodes in the plan's order and keeps what they put out in the cache."""

    def __init__(self, planner: Planner, cache: Cache, reader: Reader, root: Path) -> None:
        self.planner = planner
        self.reader = reader
        self.templates = root / "templates"
        self._root = root
        self._cache = cache
        self.fonts = cache.directory / "fonts"
        self._payloads: dict[str, Any] = {}

    @property
    def project(self) -> Project:
        """The declaration."""
        return self.planner.graph.project

    def check_unedited(self) -> None:
        """Raise `OutdatedCode` where a file or library is not any more what was planned."""
        if problem := self.planner.fingerprints.edited():
            raise OutdatedCode(problem)

    def made(self, node: Node) -> Any:
        """What a stale node puts out, which is not kept yet.

        Raises `RenderError` where the project's code fails, naming the node and the cause, and `OutdatedCode`
        where it was edited after it was planned.
        """
        status = self.planner.status(node.name)
        if status.state is State.PENDING:
            raise RenderError(f"{node.name} waits for {status.reasons[-1]}")
        asking: Any = getattr(node, "question", getattr(node, "figure", None))
        try:
            allowed = self.planner.fingerprints.allowed(node.name, status.ingredients, DECLARE)
            with noting() as noted:
                payload = node.make(self)
            if problem := allowed.edited():
                raise OutdatedCode(problem)
            if problem := allowed.problem(noted):
                raise RenderError(problem)
        except UndeclaredRead as error:
            refuse(asking.place, f"{error} ({place(error, self._root)} reads it)", "reads", ...)
        except UsageError as error:
            say_where(error, self._root)
            raise
        except LabReportError:
            raise
        except (Exception, SystemExit) as error:  # the project's own code may raise anything
            told = failed(f"{node.kind} {node.slug}", error, self._root, getattr(asking, "place", ()))
            nothing = (
                " It reads nothing; name in reads= what it needs." if asking and not asking.needs else ""
            )
            raise RenderError(told + nothing) from error
        if problem := unprintable(payload):
            raise RenderError(f"{node.kind} {node.slug}: {problem}.")
        return payload

    def payload(self, name: str) -> Any:
        """What a node put out, as plain JSON values."""
        if name not in self._payloads:
            kind, _, slug = name.partition("/")
            cached = self._cache.get(kind, slug)
            if cached is None:
                raise RenderError(f"{name}: its cached value cannot be read; run again to rebuild it")
            self._payloads[name] = cached.payload
        return self._payloads[name]

    def answers(self, slugs: Iterable[str]) -> dict[str, Answer]:
        """Answers by question."""
        from labreport.stats import Answer

        return {slug: Answer.from_plain(self.payload(f"answer/{slug}")) for slug in slugs}

    def keep(self, node: Node, payload: Any) -> None:
        """Keep what a node put out. Raises `StoreError`."""
        planner = self.planner
        status = planner.status(node.name)
        output = self._cache.put(node.kind, node.slug, status.key, payload)
        self._payloads.pop(status.name, None)
        planner.made(status, self._cache.path(node.kind, node.slug), output)


@dataclass
class Press:
    """What the documents of one publication are made with; `scratch` is an empty folder."""

    workshop: Workshop
    writer: Writer
    scratch: Path
    printed: str = ""
    """The HTML that was handed to the writer."""

    @cached_property
    def sections(self) -> list[Any]:
        """All rendered sections, in order."""
        return [self.workshop.payload(f"section/{section.slug}") for section in self.outline.sections]

    @cached_property
    def answers(self) -> Mapping[str, Answer]:
        """All answers, in reading order."""
        return self.workshop.answers(question.slug for question in self.outline.questions)

    def render_again(self) -> None:
        """Render all sections once more, to find the line of one of their templates."""
        for node in self.workshop.planner.graph.of_kind("section"):
            node.make(self.workshop)

    @property
    def outline(self) -> Outline:
        """The report as values."""
        return self.workshop.project.outline

    @property
    def experiments(self) -> tuple[str, ...]:
        """The names of all experiments, those of studies too."""
        return tuple(experiment.name for experiment in self.workshop.project.all_experiments)

    @cached_property
    def answers_json(self) -> str:
        """The text of `answers.json`, which is published and attached to the PDF."""
        from labreport.page import answers_json

        return answers_json(
            self.outline,
            self.answers,
            self.facts,
            self.sections,
            self.workshop.planner.kept(),
            self.workshop.project.words.phrases,
        )

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the title page says of the run."""
        if not self.outline.facts:
            return {}
        facts: Mapping[str, Any] = self.answers[self.outline.facts].facts.get("run", {})
        return facts
