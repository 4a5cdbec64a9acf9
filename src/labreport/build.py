"""The order of a build: run what is stale, make what reads it, publish."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from labreport import results
from labreport.errors import (
    LabReportError,
    MultipleErrors,
    UsageError,
    display_path,
    raised_at,
)
from labreport.plan import DOCUMENTS, Plan, Target
from labreport.project import Figure, Section, locate_project, resolve_callable
from labreport.results import Store, files
from labreport.run import Event, Task, available_cores, execute
from labreport.stale import load
from labreport.stale.sources import MARKER

if TYPE_CHECKING:
    from labreport.page import RenderedSection, ReportSource

_OLDER = re.compile(r"[0-9a-f]{64}(\.\d+\.[0-9a-f]{12}\.safetensors|\.json)|ledger\.json|workflow\.py")
"""Names that only versions before this one gave."""


class _Listener(Protocol):
    """Who is told what was repaired or left out, what is stale, which runs begin, how far each thing is.

    `cost` gives about how many seconds an epoch takes by its specification; `published` is one document.
    """

    def note(self, text: str) -> None: ...
    def planned(self, plan: Plan, things: Sequence[Target]) -> None: ...
    def running(self, tasks: Sequence[Task], cost: Callable[[Any], float] | None) -> None: ...
    def event(self, event: Event | Target) -> None: ...
    def published(self, name: str) -> None: ...


@dataclass(frozen=True)
class Request:
    """What is asked for: `names` to build, all when empty; `force`, to make though they are fresh."""

    folder: Path
    output: Path
    seeds: int | None = None
    jobs: int = 0
    names: Sequence[str] = ()
    force: Sequence[str] = ()
    scheduler: str = ""


@contextmanager
def locked_report(request: Request, note: Callable[[str], None]) -> Iterator[None]:
    """Hold the report's folder, where there is a project; who comes second waits, and says so."""
    locate_project(request.folder)

    @cache
    def waits() -> bool:
        note(f"another build works in {display_path(request.output)}; waiting for it")
        return False

    with files.lock(request.output / ".lock", stop=waits):
        yield


def open_report(request: Request) -> Plan:
    """Load the project, and compare it with what its report is made of; nothing is changed."""
    from labreport.page import template_files

    project = load(request.folder)
    templates = project.folder / "templates"
    paths = {path.relative_to(templates): path for path in templates.rglob("*") if path.is_file()}
    frame = {name: path for name, path in paths.items() if name.parts[0] not in ("questions", "sections")}
    return Plan(
        project,
        request.output,
        Store(request.output / "results"),
        seeds=request.seeds,
        templates=lambda section: template_files(templates, section),
        more={f"template {name}": files.sha256_of_file(path) for name, path in frame.items()},
        force=request.force,
    )


def build_report(request: Request, listener: _Listener) -> Builder:
    """Make what is stale. Mistakes are in `Built.errors`; raises what stops the whole build."""
    with locked_report(request, listener.note):
        built = Builder(request, listener)
        built._carry_out()
        return built


class Builder:
    """A build and what came of it; `before` is what the answers were, None where there was no report."""

    def __init__(self, request: Request, listener: _Listener) -> None:
        self.request, self.listener, self.output = request, listener, request.output
        if (self.output / "ledger.json").exists():
            listener.note(f"{display_path(self.output)} was made by an earlier version; it is made again")
            shutil.rmtree(self.output / "cache", ignore_errors=True)
            for path in [*self.output.glob("*"), *self.output.glob("results/*")]:
                if _OLDER.fullmatch(path.name):
                    path.unlink()
        (self.output / MARKER).touch()
        self.plan, self.before = open_report(request), answers_of(self.output)
        self.project = self.plan.project
        self.made = set[Target]()
        self.errors: list[LabReportError] = []

    def _carry_out(self) -> None:
        plan, listener = self.plan, self.listener
        wanted = plan.wanted(self.request.names)
        stale = [thing for thing in wanted if plan.state(thing)]
        for line in plan.store.notices:
            listener.note(line)
        if self.project.rules and any(thing.kind == "run" for thing in wanted):
            rules = resolve_callable(self.project.rules, self.project.location, "rules")
            if broken := [UsageError(line) for line in rules(self.project.runs)]:
                raise MultipleErrors(broken)
        if stale:
            (self.output / ".stamp").unlink(missing_ok=True)
            listener.planned(plan, stale)
        if runs := [thing for thing in stale if thing.kind == "run"]:
            self._run(runs)
        self._make(plan, wanted, self.errors)
        if not self.errors and not self.request.names:
            self._publish()

    def _run(self, stale: Sequence[Target]) -> None:
        tasks = [Task(*task) for task in self.plan.tasks(stale)]
        cost = None
        if self.project.cost:
            cost = resolve_callable(self.project.cost, self.project.location, "cost")
        self.listener.running(tasks, cost)
        first = self.before is None and not self.request.names
        failed = execute(
            self.project,
            tasks,
            self.plan.store,
            jobs=self.request.jobs or available_cores(),
            scheduler=self.request.scheduler,
            progress=self.listener.event,
            on_first_seeds=self._preliminary if first else None,
        ).failed
        self.errors += [LabReportError(each.text) for each in failed]
        self.made |= {thing for thing in stale if not self.plan.state(thing)}

    def _make(self, plan: Plan, things: Iterable[Target], errors: list[LabReportError]) -> set[Target]:
        """Make answers, figures and sections; gives those that cannot be made, or read one that cannot."""
        lost: dict[Target, Sequence[LabReportError]] = {}
        for thing in things:
            if thing.kind in DOCUMENTS or not plan.state(thing):
                continue
            if thing.kind == "run" or lost.keys() & set(plan.reads(thing)):
                lost[thing] = ()
                continue
            self.listener.event(thing)
            try:
                value = compute(plan, thing)
                _check_unedited(plan)
                plan.keep(thing, value, claims=value["claims"] if thing.kind == "section" else ())
            except LabReportError as error:
                lost[thing] = error.errors if isinstance(error, MultipleErrors) else (error,)
                continue
            self.made.add(thing)
            if thing.kind == "figure" and value["note"]:
                self.listener.note(value["note"])
        bad = {getattr(one, "table", None) for each in lost.values() for one in each} - {None}
        for thing, each in lost.items():  # what the author's code raises for a bad table follows from that
            follows = bad & {*getattr(thing.subject, "tables", ())}
            errors += [one for one in each if not (one.__cause__ and follows)]
        errors.sort(key=lambda one: not getattr(one, "table", None))
        return {*lost}

    def _publish(self) -> None:
        """Make the stale documents, each put in its place at once; there is no PDF beside another page."""
        from labreport.page.pdf import MissingLibrary

        plan = self.plan
        for thing in [one for one in plan.things if one.kind in DOCUMENTS and plan.state(one)]:
            path = self.output / DOCUMENTS[thing.kind]
            self.listener.event(thing)
            try:
                content = document(plan, thing.kind)
            except MissingLibrary as error:
                self.listener.note(str(error))
                path.unlink(missing_ok=True)
                continue
            _check_unedited(plan)
            if thing.kind == "page" and plan.state(Target("pdf", "pdf")):
                path.with_name(DOCUMENTS["pdf"]).unlink(missing_ok=True)
            files.write_bytes(path, content)
            plan.keep(thing, None)
            self.made.add(thing)
            self.listener.published(path.name)

    def _preliminary(self) -> None:
        """A page of the first seed of each experiment, while the others go on."""
        plan = self.plan.narrowed({one.name: 1 for one in self.project.runs})
        lost = self._make(plan, plan.things, [])
        try:
            page = document(plan, "page", lost, "Preliminary: one seed of each experiment; more follow.")
        except LabReportError as error:
            self.listener.note(f"there is no preliminary page: {error}")
        else:
            files.write_bytes(self.output / DOCUMENTS["page"], page)
            self.listener.published(DOCUMENTS["page"])


def _check_unedited(plan: Plan) -> None:
    """Raise for a file that is not any more what was digested: what was made of it has no key."""
    report = f"{display_path(plan.report)}/"
    if edited := [one for one in plan.dependencies.changed_since_loaded() if not one.startswith(report)]:
        raise LabReportError(f"{edited[0]}: it was edited while this was built; build again")


def compute(plan: Plan, thing: Target) -> dict[str, Any]:
    """Make an answer, a figure or a section of what is kept, as plain values.

    Raises `LabReportError`, with the author's line.
    """
    from labreport import charts
    from labreport.stats import Answer, to_json

    reader = thing.subject
    try:
        if thing.kind == "section":
            return section(plan, reader).to_json()
        arguments = reader.arguments(
            results.results_for_reader(reader, plan.runs), stored_answers(plan, reader.answers)
        )
        with plan.dependencies.observe(reader):
            if thing.kind == "figure":
                with charts.style():
                    return asdict(charts.export(reader.function(*arguments), name=reader.name))
            answer = reader.function(*arguments)
        if not isinstance(answer, Answer):
            text = f"question {reader.name!r} returns {type(answer).__name__}; return an Answer"
            raise UsageError(text, location=reader.location)
        return to_json(answer)
    except Exception as error:  # the author's code may raise anything
        for table in getattr(reader, "tables", ()):
            table.explain(error)
        if isinstance(error, LabReportError):
            raise
        line = next(iter(str(error).splitlines()), "")
        text = f"{thing}: {type(error).__name__}: {line}"
        raise LabReportError(text, location=raised_at(error) or reader.location) from error


def stored_answers(plan: Plan, names: Collection[str], lost: Container[Target] = ()) -> Any:
    """The kept answers of these questions as `Names`, but those that are lost; `"*"` are all."""
    from labreport.stats import Namespace, from_json

    asked = [one.name for one in plan.project.questions] if "*" in names else names
    there = [name for name in asked if Target("answer", name) not in lost]
    return Namespace({name: from_json(plan.value("answer", name)) for name in there})


def _figures(plan: Plan, drawn: Iterable[Figure], lost: Container[Target]) -> dict[str, Any]:
    """The kept drawings of these figures, but those that are lost, by name."""
    from labreport.charts import Exported

    there = [one.name for one in drawn if plan.thing(one) not in lost]
    return {name: Exported(**plan.value("figure", name)) for name in there}


def section(plan: Plan, chapter: Section, lost: Collection[Target] = ()) -> RenderedSection:
    """Render a section of what is kept; a question says so whose answer, or a figure of it, is lost."""
    from labreport.page import render_section

    asked = [*(one.name for one in chapter.questions), *chapter.answers]
    drawn = [*(each for one in chapter.questions for each in one.figures), *chapter.figures]
    undrawn = [one for one in chapter.questions if any(plan.thing(each) in lost for each in one.figures)]
    return render_section(
        chapter,
        stored_answers(plan, asked, {*lost, *map(plan.thing, undrawn)}).members,
        _figures(plan, drawn, lost),
        plan.project.runs,
        plan.project.folder / "templates",
    )


def document(plan: Plan, kind: str, lost: Collection[Target] = (), notice: str = "") -> bytes:
    """Render a document of what is kept, without what is lost.

    Raises `MissingLibrary` where the PDF cannot be set here.
    """
    if kind == "answers.json":
        return files.json_bytes(_answers(plan))
    from labreport.page import RenderedSection

    def fragment(one: Section) -> RenderedSection:
        again = plan.thing(one) in lost
        return (
            section(plan, one, lost) if again else RenderedSection.from_json(plan.value("section", one.name))
        )

    drawn = _figures(plan, plan.project.figures, lost)
    made = plan.project, [*map(fragment, plan.project.chapters)], drawn, _facts(plan)
    seeds = max((len(plan.seeds(experiment)) for experiment in plan.project.runs), default=None)
    if kind == "pdf":
        from labreport.page.pdf import render_pdf

        return render_pdf(*made, seeds=seeds)
    from labreport.page.document import render_page

    return render_page(*made, notice=notice, seeds=None if notice else seeds).encode()


def report_source(plan: Plan) -> ReportSource:
    """What a report that was built is exported from."""
    from labreport.page import ReportSource

    digits_shown: dict[str, int] = {}
    for chapter in plan.project.chapters:
        digits_shown |= plan.value("section", chapter.name)["digits_shown"]
    drawings = _figures(plan, plan.project.figures, ())
    return ReportSource(results.load(plan.report), plan.project, drawings, digits_shown)


def _answers(plan: Plan) -> dict[str, Any]:
    """What `answers.json` says."""
    from labreport.page import template_of

    project = plan.project
    asked: dict[str, Any] = {}
    sections: dict[str, Any] = {}
    for chapter in project.chapters:
        claims = plan.value("section", chapter.name)["claims"]
        for one in chapter.questions:
            file = f"templates/{template_of(one)}"
            own = [claim for claim in claims if claim["file"] == file]
            claims = [claim for claim in claims if claim not in own]
            answer = plan.value("answer", one.name)
            asked[one.name] = {"question": one.text, "section": chapter.name, "answer": answer, "claims": own}
        sections[chapter.name] = {"title": chapter.title, "claims": claims}
    experiments = {
        one.name: results.describe_experiment(one, project.epochs_kept(one), plan.runs(one))
        for one in project.runs
    }
    said = {"title": project.title, "subtitle": project.subtitle, "author": project.author}
    return {**said, "experiments": experiments, "questions": asked, "sections": sections}


def _facts(plan: Plan) -> dict[str, str]:
    """What the report was made with, in at most four lines."""
    from labreport.stats.makers.provenance import made_with

    runs = {run.key: run for one in plan.project.runs for run in plan.runs(one)}.values()
    told = {"Runs": f"{len(runs)}, in {len(plan.project.runs)} experiments"}
    return {**told, **made_with(runs, plan.project.words.run)} if runs else {}


def answers_of(path: Path) -> dict[str, Any] | None:
    """The answers of a report, by its folder or its `answers.json`; None where there are none."""
    try:
        return files.read_json(path / DOCUMENTS["answers.json"] if path.is_dir() else path)
    except files.Damaged:
        return None
