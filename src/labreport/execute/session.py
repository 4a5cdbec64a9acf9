"""Everything a command works with, opened once, and a build: what is asked for, and what came of it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from labreport.authoring import at, failed, say_where
from labreport.authoring import place as place_in
from labreport.console.plan import counted
from labreport.console.progress import Progress
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, OutdatedCode, UsageError
from labreport.experiment import Experiment, Study
from labreport.fingerprint.files import Digests
from labreport.fingerprint.modules import default_roots, folder_of, source_files, version
from labreport.fingerprint.observed import edited, loading
from labreport.frame import Lookup
from labreport.locate import Place
from labreport.nodes.content import Reader
from labreport.nodes.unfold import unfold
from labreport.nodes.workshop import Workshop
from labreport.outline import Figure, Outline, Question
from labreport.plan.ledger import Ledger
from labreport.plan.nodes import Graph
from labreport.plan.planner import Planner
from labreport.processes import cores
from labreport.program import nearby, to_install
from labreport.project import Project
from labreport.sources import loaded
from labreport.store.files import Quarantine
from labreport.store.output import check_owner
from labreport.store.sealed import Cache
from labreport.trajectory.store import Store

if TYPE_CHECKING:
    from labreport.execute.training import Failure

LEDGER = "ledger.json"


@dataclass(frozen=True)
class Session:
    """The open project. Nothing is written by opening it."""

    place: Place
    output: Path
    graph: Graph
    store: Store
    cache: Cache
    ledger: Ledger
    digests: Digests
    planner: Planner
    quarantine: Quarantine
    seeds: int

    @property
    def project(self) -> Project:
        """The content's declaration."""
        return self.graph.project

    @property
    def source(self) -> Path:
        """The folder from which the project's modules are imported."""
        return self.place.source

    @property
    def data_folders(self) -> list[Path]:
        """Folders in which another file may change what there is to run, or what is stored."""
        recorded = [one.recorded for one in self.project.experiments if one.recorded]
        names = {name for table in recorded for name in table.folders}
        packed = [self.store.folder] if self.store.packs() else []
        return [*packed, *(folder_of(self.place.package) / name for name in sorted(names))]

    def reader(self) -> Reader:
        """A reader of the stored results, for the questions and figures of the graph."""
        return Reader(self.planner, self.store)

    def workshop(self) -> Workshop:
        """The means to make nodes."""
        return Workshop(self.planner, self.cache, self.reader(), self.place.root)

    def pack(self) -> None:
        """Put small results into packs, where there are many. Raises `StoreError`; nothing is lost then."""
        self.digests.forget(self.store.compact())
        for path in self.store.packs():
            self.digests(path)

    def save(self) -> None:
        """Write the ledger, with the stamps of files that the clock has left behind."""
        self.digests.settle()
        self.ledger.files.clear()
        self.ledger.files.update(self.digests.export())
        self.quarantine.clear(self.output / LEDGER)
        self.ledger.save(self.output / LEDGER)


@dataclass
class Build:
    """One build: what is asked for, with what it works, on which screen, and what has come of it.

    That is names of nodes made, trainings done and failed, and what kept the report back.
    """

    session: Session
    request: Request
    terminal: Terminal
    progress: Progress
    trained: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 when all is done, 1 when something failed."""
        return 1 if self.failures or self.problems else 0

    @property
    def errors(self) -> int:
        """How many errors were shown."""
        return len({failure.cause for failure in self.failures}) + len(self.problems)

    @property
    def processes(self) -> int:
        """How many may be at work at once."""
        return self.request.jobs or cores()

    def failed(self, error: LabReportError) -> None:
        """Show what keeps the report back, and note it."""
        self.problems += [str(error), *error.more]
        self.terminal.failure(error)

    def show_notices(self) -> None:
        """Show what was set aside since the last time."""
        for notice in self.session.quarantine.notices:
            self.terminal.warn(notice)
        self.session.quarantine.notices.clear()


def open_session(
    place: Place,
    output: Path,
    seeds: int | None = None,
    force: Iterable[str] | None = (),
    repair: bool = True,
    published: bool = False,
    preliminary: bool = False,
    looks: bool = False,
) -> Session:
    """Open the project at `place`. `force` names what to rebuild; None forces everything. A report of a
    `preliminary` session says that more seeds follow. One that `looks` needs no library that only runs need.

    With `seeds` None, there are as many as the project says, or, where a report is `published`, as that
    has. With `repair` false, damaged files are reported but not moved. Raises `UsageError` where the output
    folder belongs to somebody else or the project names a library that is not installed, and `OutdatedCode`
    where a file of source code was edited after this process had loaded it.
    """
    check_owner(output, place)
    quarantine = Quarantine(output, repair=repair)
    ledger = Ledger.load(output / LEDGER, quarantine)
    digests = Digests(place.root, ledger.files, output)
    place.importable()
    for path in sources(place):
        digests(path)
    project = load_project(place)
    if (missing := not_installed(project)) and not looks:
        raise UsageError(missing)
    for file, runs in loaded.values():
        if runs != digests(file) and runs != digests.again(file):
            raise OutdatedCode(edited(nearby(file)))
    seeds = seeds or (ledger.seeds if published else 0) or len(project.seed_range)
    graph = unfold(project, seeds, preliminary)
    store = Store(output / "results", quarantine)
    if repair:
        store.take_back()
    cache = Cache(output / "cache", quarantine)
    forced = list(graph.nodes) if force is None else [name for word in force for name in graph.resolve(word)]
    planner = Planner(graph, place.root, output, store, cache, ledger, digests, forced)
    return Session(place, output, graph, store, cache, ledger, digests, planner, quarantine, seeds)


def sources(place: Place) -> list[Path]:
    """Every file of engine and project that a report can rest on."""
    return [
        *source_files(default_roots(place.package)),
        *Lookup(place.templates).all_files(),
        *(path for path in (place.root / "build.py", place.root / "pyproject.toml") if path.is_file()),
    ]


def not_installed(project: Project) -> str:
    """A line for the first library that the project names and that is not installed; else empty."""
    named = [project.libraries if one.libraries is None else one.libraries for one in project.all_experiments]
    found = (name for names in named for name in names or () if not version(name))
    if not (missing := next(found, "")):
        return ""
    return (
        f"libraries names {missing!r}, which is not installed; {to_install()}, or correct its name "
        f"(this is Python {sys.executable})"
    )


def other_seeds(session: Session, asked: int | None) -> list[str]:
    """A line where the report has another number of seeds than the project, and none was asked for."""
    if asked or (has := session.ledger.seeds) in (0, session.seeds):
        return []
    says = f"the report has {counted(has, 'seed')}, and a build without --seeds has {session.seeds}"
    return [f"{says}; --seeds {has} is about the report as it is"]


def unused(session: Session) -> list[str]:
    """A line for each experiment, study, question and figure of a module that has no part in the report."""
    project, outline = session.project, session.project.outline
    named = [(name, one) for module in _loaded(session) for name, one in vars(module).items()]
    left_out = [one for _, one in named if isinstance(one, Question) and one not in outline.questions]
    used = {one.name for one in project.all_experiments}
    used |= {name for grid in project.studies for name in (grid.name, grid.base.name)}
    used |= {need for one in left_out for need in one.needs}
    shown = {slug for one in (*outline.questions, *left_out) for slug in one.figures}
    shown |= {one.slug for one in outline.figures}
    found = set()
    for name, one in named:
        if isinstance(one, (Experiment, Study)) and one.name not in used:
            text = f"nothing reads {one.name!r}; list {name} beside those that are read, or in the project"
        elif isinstance(one, Question) and one in left_out:
            text = f"the question {one.slug!r} is in no section; list {name} in one"
        elif isinstance(one, Figure) and one.slug not in shown:
            text = f"nothing shows the figure {one.slug!r}; list {name} in figures= of a question"
        elif isinstance(one, Figure) and not (one.needs or one.answers or one.data):
            text = f"the figure {one.slug!r} reads nothing; name in reads= what it draws"
        else:
            continue
        found.add(at(one.place, text))
    return sorted(found)


def own_modules(session: Session) -> list[Path]:
    """The files of the project's modules that are loaded."""
    files = (getattr(module, "__file__", None) for module in _loaded(session))
    return [Path(file) for file in files if file]


def _loaded(session: Session) -> list[ModuleType]:
    package = session.project.package
    return [module for name, module in [*sys.modules.items()] if name.partition(".")[0] == package]


def titles(outline: Outline) -> dict[str, str]:
    """Each question with its number, by its slug."""
    from labreport.page import targets

    return {one.slug: f"{targets(outline, ())[one.slug].number} {one.text}" for one in outline.questions}


def load_project(place: Place) -> Project:
    """What the project's module declares; loading it runs the project's own checks."""
    place.importable()
    try:
        with loading(str(place.root)):
            module = importlib.import_module(place.module)
    except LabReportError as error:
        say_where(error, place.root)
        raise
    except (Exception, SystemExit) as error:  # the project's own code may raise anything
        where = place_in(error, place.root)
        if isinstance(error, ModuleNotFoundError) and where:
            said = f"there is no module {error.name!r}; {to_install()}, or correct the name"
            raise UsageError(f"{where}: {said}") from error
        raise UsageError(failed("" if where else f"project {place.module}", error, place.root)) from error
    found = {id(value): value for value in vars(module).values() if isinstance(value, Project)}
    if len(found) != 1:
        said = f"has {len(found) or 'no'} labreport.Project; exactly one is needed"
        places = [one.place for one in found.values()] or [(str(module.__file__),)]
        raise UsageError(at(places[-1], said))
    (project,) = found.values()
    return replace(project, package=place.package, module=place.module)


@dataclass(frozen=True)
class Request:
    """What the user asked for. `targets` are names; empty means the whole report.

    `force` names what to rebuild; None forces everything. `jobs` is the number of workers.
    """

    place: Place
    output: Path
    seeds: int | None = None
    jobs: int = 0
    targets: tuple[str, ...] = ()
    force: tuple[str, ...] | None = ()
    scheduler: str = ""
    lock_timeout: float = -1.0
    adopt: bool = False
    """See `labreport.store.output.check_owner`."""
    verbose: bool = False
    arguments: str = ""
    """The command line as the front door will compare it, for the stamp."""
    watched: bool = False
    """Whether the report is on the screen already, which follows the build."""
    told: Callable[..., None] = lambda phase, keys=(): None
    """Called with what is begun: `training` with the keys of what is trained, `making`, and `paper` once the
    page is published."""
