"""What each run, answer, figure and section of a project is made of, as a flat dict of short texts."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from labreport.errors import UsageError, display_path, with_location
from labreport.project import Data, Experiment, JsonValues, Project, Reader, Section, Study
from labreport.results.files import sha256_of_file
from labreport.stale.canonical import declaration_hash, reading_hash, short_hash, specification_repr
from labreport.stale.files import FileDigests
from labreport.stale.graph import Graph
from labreport.stale.node import Closure, FunctionKey, Node
from labreport.stale.observation import Observation
from labreport.stale.observed import Recorder, recording, start_recording
from labreport.stale.sources import ENGINE_FOLDER, Sources, installed
from labreport.stale.unstable import Digests, digests_elsewhere, read_known, write_known
from labreport.stale.versions import PYTHON, distribution, source_files, versions

ENGINE = 1
"""The engine as far as runs are made of it: raise it by hand when an edit of the engine changes their bits.
`tests/stale/test_inputs.py` pins those of a toy run."""
UNKNOWN = "?"
"""Stands for the digest of what is to be made first."""
Subject = Experiment | Reader | Section


class Dependencies:
    """What the targets of one project rest on, as it was loaded; digests of code and values are taken now.

    `cache_folder` is that of the stored results, where it is kept which values differ from process to
    process; beside it, in the report's `cache`, are remembered digests of files.
    """

    def __init__(
        self, project: Project, cache_folder: Path | None = None, unstable: Iterable[str] = ()
    ) -> None:
        self.project = project
        self.sources = installed(project.source) or Sources(project.source, project.folder)
        self.notices: list[str] = []
        """What a person is told: which values differ from process to process."""
        self._recorder = _recorder_of(self.sources)
        report = cache_folder.resolve().parent if cache_folder else None
        self._recorder.report = os.path.join(str(report), "") if report else ""
        self.digests = FileDigests(report / "cache" / "digests.json" if report else None)
        stable, known_unstable = read_known(cache_folder)
        self._follow(known_unstable.union(unstable))
        if cache_folder is not None and cache_folder.parent.is_dir():
            self._find_unstable(cache_folder, stable, known_unstable)
        keepers = set[FunctionKey]()
        for closure in self._closures.values():
            keepers |= closure.keepers
        self._recorder.keepers = keepers

    # What targets are made of

    def run_inputs(self, experiment: Experiment, seed: int) -> dict[str, str]:
        """What one run is made of: not its experiment's name and title, and not how far it goes.

        Raises `UsageError` for what cannot be told, and for a declared file that is not there.
        """
        project = self.project
        closure = self._closure(experiment)
        inputs = self._closure_inputs(closure)
        libraries = project.libraries if experiment.libraries is None else experiment.libraries
        inputs.update(_library_inputs(closure, libraries))
        data_files = project.data_files if experiment.files is None else experiment.files
        inputs.update(self._file_inputs(data_files, experiment.location))
        inputs["specification"] = specification_repr(experiment)
        inputs["code"] = _callable_name(experiment.start or experiment.fit)
        inputs["python"] = PYTHON
        inputs["threads"] = str(project.threads)
        inputs["engine"] = str(ENGINE)
        inputs["seed"] = str(seed)
        return inputs

    def reader_inputs(self, reader: Reader, runs: Mapping[tuple[str, int], str]) -> dict[str, str]:
        """What an answer or a figure is made of, beside the engine and the answers that it reads.

        `runs` has the digest of each run that it reads, by experiment and seed, or `UNKNOWN`.
        """
        closure = self._closure(reader)
        inputs = self._closure_inputs(closure)
        labels_of_sources = list[list[str]]()
        source_inputs: dict[str, str] = {}
        for source in reader.sources:
            inputs_of_source = self._source_inputs(source)
            labels_of_sources.append(list(inputs_of_source))
            source_inputs.update(inputs_of_source)
        inputs["reads"] = short_hash([list(reader.epochs), labels_of_sources, reader.answers])
        inputs["python"] = PYTHON
        digests_by_name: dict[str, dict[str, str]] = {}
        for (name, seed), digest in runs.items():
            digests_by_name.setdefault(name, {})[str(seed)] = digest
        for name, epochs in reader.epochs.items():
            digests = digests_by_name.get(name, {})
            numbers = " ".join(map(str, epochs))
            inputs[f"reads {name} {numbers}"] = (
                UNKNOWN if UNKNOWN in digests.values() else short_hash(digests)
            )
            inputs[f"experiment {name}"] = declaration_hash(self.project.experiment(name))
        for read in reader.reads:
            if isinstance(read.subject, Study):
                inputs[f"experiment {read.subject.name}"] = declaration_hash(read.subject)
        inputs.update(source_inputs)
        inputs.update(_library_inputs(closure, None))
        inputs.update(self._file_inputs(reader.data, reader.location))
        return inputs

    def section_inputs(self, section: Section) -> dict[str, str]:
        """The classes of the specifications that a section can print, and what their properties rest on."""
        closure = self._closure(section)
        return {**self._closure_inputs(closure), **_library_inputs(closure, None)}

    def _closure_inputs(self, closure: Closure) -> dict[str, str]:
        """What a closure rests on, with the tables and files in it."""
        inputs = dict(closure.inputs)
        for label in closure.inputs:
            declared = self._graph.declared.get(label)
            if isinstance(declared, Data):
                inputs.update(self._source_inputs(declared))
        for path in sorted(closure.files):
            inputs[self._data_label(path)] = self.digests.pin(path)
        return inputs

    def _source_inputs(self, source: Data | JsonValues) -> dict[str, str]:
        """How a table or a file of values is read, and its bytes; of a table that is no file, its values."""
        label = self._graph.label_of(source)
        inputs = {label: reading_hash(source)}
        if source.path is not None:
            inputs.update(self._file_inputs([source.path], source.location))
        elif isinstance(source, Data):
            inputs[f"data {label.removeprefix('table ')}"] = source.sha256
        return inputs

    def _file_inputs(self, paths: Iterable[str | Path], location: str) -> dict[str, str]:
        """The digests of declared files. Raises `UsageError` for one that is not there."""
        inputs = {}
        for name in paths:
            path = self.project.package / name
            if not path.is_file():
                text = f"{display_path(path)} is not there; restore it, or correct its name"
                raise UsageError(text, location=location)
            inputs[self._data_label(path)] = self.digests.pin(path)
        return inputs

    def _data_label(self, path: str | Path) -> str:
        return f"data {os.path.relpath(path, self.project.package)}"

    # How to say it

    def describe(self, label: str) -> tuple[str, str]:
        """What a person calls an input, and its place now: `("function project:fit", "project.py:12")`."""
        kind, _, name = label.partition(" ")
        for experiment in self.project.runs if kind == "experiment" else ():
            self._graph.declared.setdefault(f"experiment {experiment.name}", experiment)
        if label in self._graph.declared:
            return label, self._graph.declared[label].location
        module, _, qualified_name = name.partition(":")
        path = self.sources.path(module) if kind in ("code", "value", "module") else None
        if path is None:
            return label, ""
        statement = self._graph.statement_of(module, qualified_name)
        if statement is None:
            return label, display_path(path)
        function = qualified_name.rpartition(".")[2]
        lines = [line for line, written in statement.functions if written == function]
        words = "function" if lines else statement.kind if kind == "code" else kind
        line = lines[0] if lines else statement.lines.start
        return f"{words} {name}", f"{display_path(path)}:{line}"

    def path_to(self, subject: Subject, label: str) -> list[str]:
        """The names by which something rests on a label, from this to its own function, as `project:load`."""
        parents = self._closure(subject).parents
        matching = [known for known in parents if label in (known, known.partition(" ")[2])]
        path = list[str]()
        step = matching[0] if matching else ""
        while step:
            path.append(step.partition(" ")[2])
            step = parents[step]
        return path

    # What is read meanwhile

    @contextmanager
    def observe(self, subject: Subject, earlier: Mapping[str, str] | None = None) -> Iterator[Observation]:
        """Observe what is opened while a target of this subject is made; `earlier` was read before."""
        kind = type(subject).__name__.lower()
        closure = self._closure(subject)
        name = with_location(subject.location, f"{kind} {subject.name!r}")
        observation = Observation(name, self._recorder, self.digests, closure.keepers, earlier or {})
        before = self._recorder.target
        self._recorder.target = observation.opened
        try:
            yield observation
        finally:
            self._recorder.target = before

    def changed_reads(self, reads: Mapping[str, str]) -> list[str]:
        """The names in `reads` whose file is not any more, or again, what was recorded."""
        changed = []
        for name, recorded in reads.items():
            if self.digests.digest(os.path.join(self._recorder.folder, name)) != recorded:
                changed.append(name)
        return changed

    def changed_since_loaded(self) -> list[str]:
        """The files of code and declared data that are not any more what was digested."""
        changed = {display_path(path) for path in self.sources.changed()}
        changed.update(map(display_path, self.digests.changed()))
        return sorted(changed)

    def files(self) -> set[str]:
        """The files that were digested, or looked for when the project was loaded."""
        libraries = set[str]()
        for closure in self._closures.values():
            libraries |= closure.libraries
        paths = self.digests.pinned | self._recorder.paths_at_import()
        return paths.union(map(str, source_files(libraries)))

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the environment before the project was loaded."""
        return self._recorder.environment

    def variables(self) -> set[str]:
        """The names of those that the project asked for when it was loaded or may ask for; `*` for all.

        Those about threads are left out, which the engine sets itself.
        """
        if "*" in self._recorder.variables:
            return {"*"}
        names = set(self._recorder.variables)
        names.update(text for text in self._graph.variables if text != "*" and text.isprintable())
        return {name for name in names if not name.endswith("_THREADS")}

    def save(self) -> None:
        """Remember the digests of files for the next build."""
        self.digests.save()

    # What it rests on

    def _follow(self, unstable: Collection[str]) -> None:
        """Make the graph, and what each subject rests on, with digests as they are now."""
        self._graph = Graph(self.sources, unstable, self._opened_by)
        self._closures: dict[Any, Closure] = {}
        self._roots: dict[str, Node] = {}
        project = self.project
        for reader in (*project.questions, *project.figures):  # first, so that namesakes have fixed numbers
            for source in reader.sources:
                self._graph.label_of(source)
        subjects: list[Subject] = [*project.runs, *project.questions, *project.figures, *project.chapters]
        for subject in subjects:
            self._closure(subject)

    def _opened_by(self, module: str, lines: range | None) -> Iterable[str]:
        path = self.sources.path(module)
        return self._recorder.opened_by(str(path), lines)

    def _closure(self, subject: Subject) -> Closure:
        key = _closure_key(subject)
        if key not in self._closures:
            root = self._root(subject)
            self._closures[key] = self._graph.closure(root)
        return self._closures[key]

    def _root(self, subject: Subject) -> Node:
        """What a subject rests on directly."""
        if isinstance(subject, Section):
            classes = list[type]()
            for experiment in self.project.runs:
                specification_repr(experiment, classes)
            return self._graph.root("", lambda builder: list(dict.fromkeys(classes)))
        if isinstance(subject, Experiment):
            classes = []
            specification_repr(subject, classes)
            return self._callable_root(subject, subject.start or subject.fit, classes)
        return self._callable_root(subject, subject.function, [])

    def _callable_root(self, subject: Experiment | Reader, function: Any, classes: list[type]) -> Node:
        """A callable, and the classes of its specification; it has a label where no name leads to it."""
        label = "value fit"
        if isinstance(function, FunctionType):
            label = f"code {_callable_name(function)}"
        kind = type(subject).__name__.lower()
        node = self._graph.root(label, lambda builder: [builder.callable_parts(function), classes])
        if not node.may_vary:
            node.label = ""
        self._roots[f"{kind} {subject.name}"] = node
        return node

    def value_digests(self) -> dict[str, str]:
        """The digests of all that has values and not only code, by label."""
        digests = {}
        for label, node in (*self._graph.nodes.items(), *self._roots.items()):
            if node.may_vary:
                digests[label] = node.digest
        return digests

    def _find_unstable(self, results: Path, stable: Digests, unstable: set[str]) -> None:
        """Find values that differ from process to process, if some are new. Raises `UsageError`."""
        digests = self.value_digests()
        if self._graph.is_fixed() or digests.items() <= stable.items():
            return
        known = set(unstable)
        while varying := _varying(digests, digests_elsewhere(self.project.folder, unstable)) - unstable:
            for subject in self.project.runs:
                if f"experiment {subject.name}" in varying:
                    text = "what runs it differs from process to process; bind it to a name in the module"
                    subject.refuse(text)
            unstable |= varying
            self._follow(unstable)
            digests = self.value_digests()
        write_known(results, digests, unstable)
        for label in sorted(unstable - known):
            what, location = self.describe(label)
            text = f"{what} differs from process to process; what counts of it are the lines that make it"
            self.notices.append(with_location(location, text))


def _varying(digests: Digests, elsewhere: Iterable[Digests]) -> set[str]:
    """The labels whose digests differ from those of other processes."""
    varying = set[str]()
    for others in elsewhere:
        for label, digest in digests.items():
            if others.get(label, digest) != digest:
                varying.add(label)
    return varying


def _closure_key(subject: Subject) -> Any:
    """The same for subjects that rest on the same."""
    if isinstance(subject, Section):
        return "section"
    if isinstance(subject, Reader):
        return id(subject.function)
    classes = list[type]()
    specification_repr(subject, classes)
    function = subject.start or subject.fit
    return function if isinstance(function, str) else id(function), tuple(dict.fromkeys(classes))


def _callable_name(function: Any) -> str:
    """How a callable is called: `project:fit`, `project:Trainer.fit` of a method, or the name of its type."""
    if isinstance(function, str):
        return function
    name = getattr(function, "__qualname__", "")
    owner = function if name else type(function)
    return f"{owner.__module__}:{name or owner.__qualname__}"


def _library_inputs(closure: Closure, declared: tuple[str, ...] | None) -> dict[str, str]:
    """The versions of libraries: those that are declared, by default those that are used."""
    found = {}
    if declared is None:
        found = versions(closure.libraries)
    else:
        for name in declared:
            found[name] = distribution(name)[0] or "none"
    return {f"library {name}": version for name, version in found.items()}


def _recorder_of(sources: Sources) -> Recorder:
    """Who hears what the project's code opens."""
    recorder = recording()
    folder = os.path.join(str(sources.folder), "")
    return recorder if recorder is not None and recorder.folder == folder else start_recording(sources)


@cache
def engine_hash() -> str:
    """The digest of all files of the engine, of which everything but runs is made."""
    digests = []
    for path in sorted(ENGINE_FOLDER.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digests.append([str(path.relative_to(ENGINE_FOLDER)), sha256_of_file(path)])
    return short_hash(digests)


def module_files(project: Project) -> list[Path]:
    """The files of all modules of a project."""
    sources = installed(project.source) or Sources(project.source, project.folder)
    paths = map(sources.path, sources.modules())
    return [path for path in paths if path is not None]


_latest: list[Dependencies] = []


def dependencies(project: Project, cache_folder: Path | None = None) -> Dependencies:
    """What the targets of a loaded project rest on; made once, right after the project was loaded."""
    if not _latest or _latest[0].project is not project:
        _latest[:] = [Dependencies(project, cache_folder)]
    return _latest[0]
