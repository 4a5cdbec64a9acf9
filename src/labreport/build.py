"""The order of a build: run what is stale, make what reads it, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from labreport.errors import LabReportError, MultipleErrors, UsageError, display_path, working_in
from labreport.plan import DOCUMENTS, DocumentTarget, Plan, RunTarget, SectionTarget, Target, tasks_of
from labreport.plan.snapshot import Snapshot, files_behind
from labreport.project import locate_project
from labreport.results import Store, files
from labreport.run import Event, Task, available_cores, execute
from labreport.stale import load
from labreport.stale.sources import MARKER


class _Listener(Protocol):
    """Who is told what was repaired or left out, what is stale, which runs begin, how far each target is.

    `published` is one document.
    """

    def note(self, text: str) -> None: ...
    def planned(self, plan: Plan, targets: Sequence[Target]) -> None: ...
    def running(self, tasks: Sequence[Task]) -> None: ...
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
    def wait() -> bool:
        note(f"another build works in {display_path(request.output)}; waiting for it")
        return False

    with files.lock(request.output / ".lock", stop=wait):
        yield


def open_plan(request: Request) -> Plan:
    """Load the project, and compare it with its report as it would be built now; nothing is changed."""
    return _opened(request, Plan)


def open_report(request: Request) -> Plan:
    """The same with the seeds with which the report was built, unless the request names their number."""
    return _opened(request, Plan.of_report)


def _opened(request: Request, make_plan: Callable[..., Plan]) -> Plan:
    from labreport.page import template_files

    project = load(request.folder)
    templates = project.folder / "templates"
    frame_files = {}
    for path in sorted(templates.rglob("*")):
        name = path.relative_to(templates)
        if path.is_file() and name.parts[0] not in ("questions", "sections"):
            frame_files[str(name)] = path
    return make_plan(
        project,
        request.output,
        Store(request.output / "results"),
        seeds=request.seeds,
        templates=lambda section: template_files(templates, section),
        frame_files=frame_files,
        force=request.force,
    )


def build_report(request: Request, listener: _Listener) -> Builder:
    """Make what is stale. Mistakes are in `Builder.errors`; raises what stops the whole build."""
    with working_in(request.folder), locked_report(request, listener.note):
        builder = Builder(request, listener)
        builder.build()
        return builder


@dataclass
class _Unmade:
    """What could not be made: the errors of each target, none where it reads another; damaged files."""

    errors: dict[Target, Sequence[LabReportError]] = field(default_factory=dict)
    damaged: set[Path] = field(default_factory=set)


class Builder:
    """A build and what came of it.

    `before` is what the answers were, None where there was no report. `snapshot` has the files on which the
    report rests, None where one of them has changed meanwhile, or where not everything was made.
    """

    def __init__(self, request: Request, listener: _Listener) -> None:
        self.request, self.listener, self.output = request, listener, request.output
        (self.output / MARKER).touch()
        self.plan = open_plan(request)
        self.project = self.plan.project
        self.before = answers_of(self.output)
        self.made: set[Target] = set()
        self.errors: list[LabReportError] = []
        self.snapshot: Snapshot | None = None
        self._failed: set[str] = set()
        """The experiments of which a run has failed."""

    def build(self) -> None:
        """Make what is stale of all that the request names, and publish the documents among it."""
        wanted = self.plan.graph.wanted(self.request.names)
        if any(isinstance(target, RunTarget) for target in wanted):
            self._check_rules()
        stale = self.plan.stale(wanted)
        self._tell_notices()
        if stale:
            (self.output / ".stamp").unlink(missing_ok=True)
            self.listener.planned(self.plan, stale)
        self._make_all(wanted)
        if not self.errors:
            self._check_settled(wanted)
            self._publish(wanted)
        if not self.errors and not self.request.names:
            self.snapshot = files_behind(self.plan)

    def _check_rules(self) -> None:
        """Raise `MultipleErrors` for the project's own rules that its experiments break."""
        if self.project.rules:
            rules = self.project.resolve("rules")
            broken = [UsageError(line) for line in rules(self.project.runs)]
            if broken:
                raise MultipleErrors(broken)

    def _tell_notices(self) -> None:
        """Tell once what the store has repaired or left out, and which values cannot be told."""
        for notices in (self.plan.dependencies.notices, self.plan.store.notices):
            while notices:
                self.listener.note(notices.pop(0))

    def _make_all(self, wanted: Sequence[Target]) -> None:
        """Run what is stale, and make what reads it; again where an array turns out to be damaged."""
        while True:
            self._run(self.plan.stale(wanted))
            unmade = self._make(self.plan, wanted)
            if not unmade.damaged:
                break
            for file in sorted(unmade.damaged):
                self.plan.store.discard(file)
            self._tell_notices()
            self.plan.forget()
        self.errors += _errors_to_tell(unmade)

    def _run(self, stale: Sequence[Target]) -> None:
        """Run what is stale, but no more of an experiment that has failed."""
        runs = [target for target in stale if isinstance(target, RunTarget)]
        tasks = [task for task in tasks_of(self.plan, runs) if task.name not in self._failed]
        if not tasks:
            return
        self.listener.running(tasks)
        is_first_report = self.before is None and not self.request.names
        outcome = execute(
            self.project,
            tasks,
            self.plan.store,
            jobs=self.request.jobs or available_cores(),
            scheduler=self.request.scheduler,
            progress=self.listener.event,
            on_first_seeds=self._publish_preliminary if is_first_report else None,
        )
        for failed in outcome.failed:
            self.errors.append(LabReportError(failed.text))
            self._failed.update(task.name for task in failed.tasks)
        self.plan.forget()
        still_stale = set(self.plan.stale(runs))
        self.made.update(target for target in runs if target not in still_stale)

    def _make(self, plan: Plan, targets: Iterable[Target]) -> _Unmade:
        """Make the answers, figures and sections among some targets that are stale."""
        unmade = _Unmade()
        for target in targets:
            if isinstance(target, DocumentTarget) or not plan.staleness(target).is_stale:
                continue
            reads_unmade = any(read in unmade.errors for read in plan.graph.reads(target))
            if isinstance(target, RunTarget) or reads_unmade:
                unmade.errors[target] = ()
                continue
            self.listener.event(target)
            try:
                self._make_one(plan, target)
            except files.Damaged as damage:
                unmade.damaged.add(damage.file)
                unmade.errors[target] = (damage,)
            except MultipleErrors as errors:
                unmade.errors[target] = errors.errors
            except LabReportError as error:
                unmade.errors[target] = (error,)
        return unmade

    def _make_one(self, plan: Plan, target: Target) -> None:
        """Make one target, and store it with what was read for it."""
        with plan.dependencies.observe(target.subject) as observation:
            value = target.make()
            reads = observation.reads()
        _check_unedited(plan)
        claims = value["claims"] if isinstance(target, SectionTarget) else ()
        plan.store_entry(target, value, reads, claims)
        self.made.add(target)
        if target.kind == "figure" and value["note"]:
            self.listener.note(value["note"])

    def _check_settled(self, wanted: Sequence[Target]) -> None:
        """Raise for a target that is stale again at once: the project changes what it reads."""
        if not self.made:
            return
        self.plan.forget()
        for target in self.plan.stale(wanted):
            reasons = self.plan.staleness(target).reasons
            if not isinstance(target, DocumentTarget) and reasons:
                text = f"{reasons[0]} since {target} was made"
                raise LabReportError(f"{text}; build again, or let nothing write there that the project runs")

    def _publish(self, wanted: Iterable[Target]) -> None:
        """Make the stale documents, each put in its place at once; there is no PDF beside another page."""
        from labreport.page.pdf import MissingLibrary

        plan = self.plan
        for target in wanted:
            if not isinstance(target, DocumentTarget) or not plan.staleness(target).is_stale:
                continue
            path = self.output / target.file_name
            self.listener.event(target)
            try:
                content = target.make()
            except MissingLibrary as error:
                self.listener.note(str(error))
                path.unlink(missing_ok=True)
                continue
            _check_unedited(plan)
            if target.name == "page" and plan.staleness(plan.graph.documents["pdf"]).is_stale:
                path.with_name(DOCUMENTS["pdf"]).unlink(missing_ok=True)
            files.write_bytes(path, content)
            plan.store_entry(target, None)
            self.made.add(target)
            self.listener.published(path.name)

    def _publish_preliminary(self) -> None:
        """A page of the first seed of each experiment, while the others go on."""
        plan = self.plan.with_first_seeds(1)
        lost = self._make(plan, plan.targets).errors.keys()
        page = plan.graph.documents["page"]
        try:
            content = page.make(lost, notice="Preliminary: one seed of each experiment; more follow.")
        except LabReportError as error:
            self.listener.note(f"there is no preliminary page: {error}")
        else:
            files.write_bytes(self.output / page.file_name, content)
            self.listener.published(page.file_name)


def _errors_to_tell(unmade: _Unmade) -> list[LabReportError]:
    """All errors, those of tables first; without what the author's code raises because of a bad table."""
    of_tables: list[LabReportError] = []
    of_others: list[tuple[Target, LabReportError]] = []
    for target, errors in unmade.errors.items():
        for error in errors:
            if _table_of(error):
                of_tables.append(error)
            else:
                of_others.append((target, error))
    bad_tables = {_table_of(error) for error in of_tables}
    errors_to_tell = list(of_tables)
    for target, error in of_others:
        reads_bad_table = not bad_tables.isdisjoint(getattr(target.subject, "tables", ()))
        if error.__cause__ is None or not reads_bad_table:
            errors_to_tell.append(error)
    return errors_to_tell


def _table_of(error: LabReportError) -> object:
    return getattr(error, "table", None)


def _check_unedited(plan: Plan) -> None:
    """Raise for a file that is not any more what was digested: what was made of it has no key."""
    report = f"{display_path(plan.report)}/"
    for path in plan.dependencies.changed_since_loaded():
        if not path.startswith(report):
            raise LabReportError(f"{path}: it was edited while this was built; build again")


def answers_of(path: Path) -> dict[str, Any] | None:
    """The answers of a report, by its folder or its `answers.json`; None where there are none."""
    try:
        return files.read_json(path / DOCUMENTS["answers.json"] if path.is_dir() else path)
    except files.Damaged:
        return None
