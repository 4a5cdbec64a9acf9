"""Everything a command works with, opened once: project, store, cache, ledger and planner."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labreport.errors import LabReportError, UsageError
from labreport.fingerprint.files import Digests
from labreport.fingerprint.modules import default_roots, search_folder, source_files
from labreport.frame import Lookup
from labreport.nodes.reading import Reader
from labreport.nodes.unfold import unfold
from labreport.nodes.workshop import Workshop
from labreport.plan.graph import Graph
from labreport.plan.ledger import Ledger
from labreport.plan.planner import Planner
from labreport.project import Project
from labreport.store.cache import Cache
from labreport.store.output import check_owner
from labreport.store.quarantine import Quarantine
from labreport.trajectory import Store

PACKAGE = "exercise"
"""The content package of this checkout."""
LEDGER = "ledger.json"


@dataclass(frozen=True)
class Session:
    """The open project. Nothing is written by opening it."""

    root: Path
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
        """The folder from which the project's package is imported."""
        return search_folder(self.project.package)

    def reader(self) -> Reader:
        """A reader of the stored results, for the questions and figures of the graph."""
        return Reader(self.graph, self.planner, self.store)

    def workshop(self) -> Workshop:
        """The means to make nodes."""
        return Workshop(self.planner, self.cache, self.reader(), self.root)

    def save(self) -> None:
        """Write the ledger, with the stamps of files that the clock has left behind."""
        self.digests.settle()
        self.ledger.files.clear()
        self.ledger.files.update(self.digests.export())
        self.quarantine.clear(self.output / LEDGER)
        self.ledger.save(self.output / LEDGER)


def open_session(
    root: Path,
    output: Path,
    seeds: int | None = None,
    force: Iterable[str] | None = (),
    repair: bool = True,
    published: bool = False,
) -> Session:
    """Open the project at `root`. `force` names what to rebuild; None forces everything.

    With `seeds` None, there are as many as the project says, or, where a report is `published`, as that
    has. With `repair` false, damaged files
    are reported but not moved. Raises `UsageError` where the output folder belongs to somebody else.
    """
    check_owner(output, PACKAGE)
    quarantine = Quarantine(output, repair=repair)
    ledger = Ledger.load(output / LEDGER, quarantine)
    digests = Digests(root, ledger.files, output)
    # Before the content is imported, so that an edit in between is noticed the next time
    for path in sources(root, PACKAGE):
        digests(path)
    project = load_project()
    seeds = seeds or (ledger.seeds if published else 0) or project.seeds
    graph = unfold(project, seeds)
    store = Store(output / "results", quarantine)
    cache = Cache(output / "cache", quarantine)
    forced = list(graph.nodes) if force is None else [name for word in force for name in graph.resolve(word)]
    planner = Planner(graph, root, output, store, cache, ledger, digests, forced)
    return Session(root, output, graph, store, cache, ledger, digests, planner, quarantine, seeds)


def sources(root: Path, package: str) -> list[Path]:
    """Every file of engine and project that a report can rest on."""
    return [
        *source_files(default_roots(package)),
        *Lookup(root / "templates").all_files(),
        *(path for path in (root / "build.py",) if path.is_file()),
    ]


def load_project() -> Project:
    """The content package's `PROJECT`; loading it runs the exercise's own checks."""
    try:
        module = importlib.import_module(f"{PACKAGE}.project")
    except LabReportError:
        raise
    except Exception as error:  # the content's own code may raise anything
        raise UsageError(f"{_place(error)}: {type(error).__name__}: {error}") from error
    project = vars(module).get("PROJECT")
    if not isinstance(project, Project):
        raise UsageError(f"{PACKAGE}.project defines no PROJECT; it must be a labreport.project.Project")
    return project


def _place(error: Exception) -> str:
    """File and line of the content that an error came from."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename} line {error.lineno}"
    place = PACKAGE
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if f"{PACKAGE}/" in name.replace("\\", "/"):
            place = f"{name} line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
