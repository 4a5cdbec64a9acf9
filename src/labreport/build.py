"""The steps of a build: run what is stale, make answers, figures and sections, publish documents."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Protocol

from labreport.errors import LabReportError, MultipleErrors, UsageError, display_path, working_in
from labreport.filestat import STAMP
from labreport.plan import (
    DOCUMENTS,
    Cache,
    DocumentTarget,
    MadeTarget,
    Plan,
    ReaderTarget,
    RunTarget,
    StoredReport,
    Target,
    keys_to_replace,
    published_answers,
    replacements,
    tasks_of,
    wanted_targets,
)
from labreport.plan.stamped import StampedFiles, files_to_stamp
from labreport.project import locate_project
from labreport.results import Store, files
from labreport.run import Event, Task, available_cores, run_tasks
from labreport.stale import find_dependencies, open_project
from labreport.stale.modules import MARKER


class _Listener(Protocol):
    """The callbacks of a build: `note` a message, `planned` stale targets, `running` tasks, an `event`."""

    def note(self, text: str) -> None: ...
    def planned(self, plan: Plan, targets: Sequence[Target]) -> None: ...
    def running(self, tasks: Sequence[Task]) -> None: ...
    def event(self, event: Event | Target) -> None: ...


@dataclass(frozen=True)
class Request:
    """The options of a build.

    `names` are the targets to make, all if empty. `force` names targets to make even if they are fresh. With
    `jobs=0` there are as many local workers as cores. `scheduler` is the address of a Dask scheduler.
    """

    folder: Path
    output: Path
    seeds: int | None = None
    jobs: int = 0
    names: Sequence[str] = ()
    force: Sequence[str] = ()
    scheduler: str = ""


@contextmanager
def locked_report(request: Request, note: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a report inside the `with` block; if another build holds it, `note` that, and wait.

    Raises `UsageError` if the folder has no project.
    """
    locate_project(request.folder)

    @cache  # noted once
    def wait() -> bool:
        note(f"another build works in {display_path(request.output)}; waiting for it")
        return False

    with files.lock(request.output / ".lock", stop=wait):
        yield


def open_plan(request: Request) -> Plan:
    """Load the project, and plan a build of its report; nothing is written."""
    dependencies = find_dependencies(open_project(request.folder), request.output / "results")
    return Plan(dependencies, request.output, seeds=request.seeds, force=request.force)


def open_report(request: Request) -> Plan:
    """Plan a build with the number of seeds of the existing report, unless the request has a number."""
    entry = Cache(request.output / "cache").entry("document", "answers.json")
    if request.seeds is None and entry is not None:
        request = replace(request, seeds=entry.value["seeds"])
    return open_plan(request)


def build_report(request: Request, listener: _Listener) -> Builder:
    """Make what is stale. Errors of single targets are in `Builder.errors`; others are raised."""
    with working_in(request.folder), locked_report(request, listener.note):
        builder = Builder(request, listener)
        builder.build()
        return builder


@dataclass
class _Unmade:
    """The targets that could not be made, each with its errors, and the damaged files that were read.

    A target that only reads an unmade one has no errors of its own.
    """

    errors: dict[Target, Sequence[LabReportError]] = field(default_factory=dict)
    damaged: set[Path] = field(default_factory=set)


class Builder:
    """One build, which `begun` at this time of the monotonic clock, and its results.

    `before` is the `answers.json` of the report before, None if there was none. `made` are the targets that
    were made, `errors` why others were not. `stamped_files` are for the stamp; None if not everything was
    made, or if a file has changed meanwhile.
    """

    def __init__(self, request: Request, listener: _Listener) -> None:
        self.begun = time.monotonic()
        self.request, self.listener, self.output = request, listener, request.output
        (self.output / MARKER).touch()
        self.plan = open_plan(request)
        self.before = published_answers(self.output)
        self.made: set[Target] = set()
        self.errors: list[LabReportError] = []
        self.stamped_files: StampedFiles | None = None

    def build(self) -> None:
        """Make the stale targets among those that the request names and what they read, and publish."""
        from labreport.page import check_templates

        wanted = wanted_targets(self.plan.graph, self.request.names)
        if any(isinstance(target, RunTarget) for target in wanted):
            _check_rules(self.plan)
        stale = self.plan.stale(wanted)
        sections = self.plan.project.all_sections
        stale_names = {target.name for target in stale if target.kind == "section"}
        check_templates(
            self.plan.templates, sections, [section for section in sections if section.name in stale_names]
        )
        self._tell_notices()
        if stale:
            (self.output / STAMP).unlink(missing_ok=True)
            self.listener.planned(self.plan, stale)
        self._run_and_make(wanted)
        if not self.errors:
            self._check_settled(wanted)
            self._publish(wanted)
        if not self.errors and not self.request.names:
            self.stamped_files = files_to_stamp(self.plan)

    def _tell_notices(self) -> None:
        """Pass new notices to the listener: damaged results, values that differ between processes."""
        for notices in (self.plan.dependencies.notices, self.plan.store.notices):
            while notices:
                self.listener.note(notices.pop(0))

    def _run_and_make(self, wanted: Sequence[Target]) -> None:
        """Run stale runs, and make the stale targets that read them.

        If a stored file of arrays turns out to be damaged, it is discarded, and both steps are repeated.
        """
        runs = [target for target in wanted if isinstance(target, RunTarget)]
        while True:
            self._run_stale(runs)
            unmade = self._make_stale(self.plan, wanted)
            if not unmade.damaged:
                break
            failed = self.plan.stale(runs)
            runs = [run for run in runs if run not in failed]
            for file in sorted(unmade.damaged):
                self.plan.store.discard(file)
            self._tell_notices()
            self.plan.invalidate()
        self.errors += _errors_to_tell(unmade)

    def _run_stale(self, runs: Sequence[RunTarget]) -> None:
        """Run the stale ones among these runs, and add an error for each cause of failure."""
        plan = self.plan
        stale = plan.stale(runs)
        tasks = tasks_of(plan, runs)
        if not tasks:
            return
        self.listener.running(tasks)
        is_first_report = self.before is None and not self.request.names
        keys = keys_to_replace(plan)
        self._run_tasks(
            [task for task in tasks if task.key not in keys],
            plan.store,
            self._publish_preliminary if is_first_report else None,
        )
        again = [task for task in tasks if task.key in keys]
        if again:
            with replacements(plan, again) as store:
                self._run_tasks(again, store)
        plan.invalidate()
        self.made.update(set(stale).difference(plan.stale(stale)))

    def _run_tasks(
        self, tasks: Sequence[Task], store: Store, on_first_seeds: Callable[[], None] | None = None
    ) -> None:
        """Run tasks into a store, and add an error for each cause of failure."""
        failures = run_tasks(
            self.plan.project,
            tasks,
            store,
            jobs=self.request.jobs or available_cores(),
            scheduler=self.request.scheduler,
            progress=self.listener.event,
            on_first_seeds=on_first_seeds,
        )
        self.errors += [LabReportError(failure.text) for failure in failures]

    def _make_stale(self, plan: Plan, targets: Iterable[Target]) -> _Unmade:
        """Make the stale answers, figures and sections among these targets, which are in order of making."""
        unmade = _Unmade()
        for target in targets:
            if isinstance(target, DocumentTarget) or not plan.staleness(target).is_stale:
                continue
            reads_unmade = any(read in unmade.errors for read in target.prerequisites(plan.graph))
            if not isinstance(target, MadeTarget) or reads_unmade:
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

    def _make_one(self, plan: Plan, target: MadeTarget) -> None:
        """Make one target, and store it with the list of files that it read."""
        with plan.dependencies.observe(target.declaration) as observation:
            value = target.make(StoredReport(plan))
            file_hashes = observation.file_hashes()
        _check_unedited(plan)
        plan.store_entry(target, value, file_hashes)
        self.made.add(target)
        if target.kind == "figure" and value["note"]:
            self.listener.note(value["note"])

    def _check_settled(self, wanted: Sequence[Target]) -> None:
        """Raise `LabReportError` if a target is stale at once, because the project writes a file it reads."""
        if not self.made:
            return
        self.plan.invalidate()
        for target in self.plan.stale(wanted):
            reasons = self.plan.staleness(target).reasons
            if not isinstance(target, DocumentTarget) and reasons:
                text = f"{reasons[0]} since {target} was made"
                raise LabReportError(f"{text}; build again, or let nothing write there that the project runs")

    def _publish(self, wanted: Iterable[Target]) -> None:
        """Write the stale documents. A stale PDF is removed before a new page is written beside it."""
        from labreport.page.pdf import MissingLibrary

        for target in wanted:
            if not isinstance(target, DocumentTarget) or not self.plan.staleness(target).is_stale:
                continue
            self.listener.event(target)
            try:
                content = target.make(StoredReport(self.plan))
            except MissingLibrary as error:
                self.listener.note(str(error))
                (self.output / target.file_name).unlink(missing_ok=True)
                continue
            _check_unedited(self.plan)
            if target == self.plan.graph.page and self.plan.staleness(self.plan.graph.pdf).is_stale:
                (self.output / DOCUMENTS["pdf"]).unlink(missing_ok=True)
            files.write_bytes(self.output / target.file_name, content)
            self.plan.store_document(target)
            self.made.add(target)

    def _publish_preliminary(self) -> None:
        """Write a page with the first seed of each experiment, while workers run the others."""
        plan = self.plan.with_first_seeds()
        unmade = self._make_stale(plan, plan.targets).errors
        page = plan.graph.page
        notice = "Preliminary: one seed of each experiment; more follow."
        try:
            content = page.make_preliminary(StoredReport(plan, unmade), notice)
        except LabReportError as error:
            self.listener.note(f"there is no preliminary page: {error}")
        else:
            files.write_bytes(self.output / page.file_name, content)


def _check_rules(plan: Plan) -> None:
    """Raise `MultipleErrors` if experiments break the project's own `rules`."""
    project = plan.project
    if project.rules:
        rules = project.resolve("rules")
        broken = [UsageError(line) for line in rules(project.all_experiments)]
        if broken:
            raise MultipleErrors(broken)


def _errors_to_tell(unmade: _Unmade) -> list[LabReportError]:
    """The errors to report: those of tables first, without errors that a bad table probably caused."""
    of_tables: dict[LabReportError, object] = {}
    for errors in unmade.errors.values():
        of_tables |= {error: error.table for error in errors if error.table}
    of_others = []
    for target, errors in unmade.errors.items():
        tables = target.declaration.tables if isinstance(target, ReaderTarget) else []
        reads_bad_table = not set(tables).isdisjoint(of_tables.values())
        for error in errors:
            is_consequence = reads_bad_table and error.__cause__ is not None
            if error not in of_tables and not is_consequence:
                of_others.append(error)
    return list(of_tables) + of_others


def _check_unedited(plan: Plan) -> None:
    """Raise `LabReportError` if a source or data file has changed since it was hashed: the keys are old."""
    report = f"{display_path(plan.report)}/"
    for path in plan.dependencies.changed_since_loaded():
        if not path.startswith(report):
            raise LabReportError(f"{path}: it was edited while this was built; build again")
