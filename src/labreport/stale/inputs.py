"""What each run, answer, figure and section of a project is made of, as a flat dict of short texts."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType
from typing import Any, TypeAlias

from labreport.errors import UsageError, display_path, location_of, with_location
from labreport.project import Data, Experiment, JsonValues, Project, Reader, Section, Study
from labreport.results import short_hash
from labreport.stale.canonical import (
    declaration_hash,
    reading_hash,
    specification_classes,
    specification_repr,
)
from labreport.stale.effects import is_fixed
from labreport.stale.files import FileDigests
from labreport.stale.labels import Label
from labreport.stale.loader import recorder_of
from labreport.stale.node import Closure, Node
from labreport.stale.observation import Observation
from labreport.stale.program import Program
from labreport.stale.programgraph import ProgramGraph
from labreport.stale.unstable import Digests, read_known, varying_labels, write_known
from labreport.stale.versions import PYTHON, distribution, source_files, versions

ENGINE = 1
"""The engine as far as runs are made of it: raise it by hand when an edit of the engine changes their bits.
`tests/stale/test_inputs.py` pins those of a toy run."""
UNKNOWN = "?"
"""Stands for the digest of what is to be made first."""
TargetSubject: TypeAlias = Experiment | Reader | Section
Inputs: TypeAlias = dict[str, str]
"""What something is made of: the text of a `Label`, and a digest or another short text."""


class Dependencies:
    """What the targets of one project rest on, as it was loaded; digests of code and values are taken now.

    In the folder of the stored results it is kept which values differ from process to process; beside it, in
    the report's `cache`, are remembered digests of files. Raises `UsageError` for what cannot be told.
    """

    def __init__(
        self, project: Project, results_folder: Path | None = None, unstable: Iterable[str] = ()
    ) -> None:
        self.project = project
        self.notices: list[str] = []
        """What a person is told: which values differ from process to process."""
        self.recorder = recorder_of(project)
        report = results_folder.resolve().parent if results_folder else None
        self.recorder.report = os.path.join(str(report), "") if report else ""
        self.digests = FileDigests(report / "cache" / "digests.json" if report else None)
        self._program = Program(self.recorder.sources)
        self._declaration_hashes: dict[str, str] = {}
        stable, known_unstable = read_known(results_folder)
        self._make_graph(known_unstable.union(unstable))
        if results_folder is not None and results_folder.parent.is_dir():
            self._find_unstable(results_folder, stable, known_unstable)

    # What targets are made of

    def run_inputs(self, experiment: Experiment, seed: int) -> Inputs:
        """What one run is made of: not its experiment's name and title, and not how far it goes.

        Raises `UsageError` for a declared file that is not there.
        """
        project = self.project
        libraries = project.libraries if experiment.libraries is None else experiment.libraries
        files = project.data_files if experiment.files is None else experiment.files
        return {
            **self._code_inputs(experiment, libraries),
            **self._file_inputs(files, experiment.location),
            "specification": specification_repr(experiment),
            "code": _callable_name(experiment.start or experiment.fit),
            "python": PYTHON,
            "threads": str(project.threads),
            "engine": str(ENGINE),
            "seed": str(seed),
        }

    def reader_inputs(self, reader: Reader, runs: Mapping[str, Mapping[str, str]]) -> Inputs:
        """What an answer or a figure is made of, beside the engine and the answers that it reads.

        `runs` has, by experiment and seed, the digest of each run that it reads, or `UNKNOWN`.
        """
        inputs = self._code_inputs(reader)
        inputs["python"] = PYTHON
        labels_of_sources = []
        for source in reader.sources:
            source_inputs = self._source_inputs(source)
            labels_of_sources.append(list(source_inputs))
            inputs.update(source_inputs)
        inputs["reads"] = short_hash([list(reader.epochs_by_experiment), labels_of_sources, reader.answers])
        for name, epochs in reader.epochs_by_experiment.items():
            digests = runs.get(name, {})
            digest = UNKNOWN if UNKNOWN in digests.values() else short_hash(digests)
            label = str(Label("reads", name, epochs))
            if label in inputs:  # `mlp` at epochs 64 and 100, and `mlp 64` at 100
                both = [inputs[label], digest]
                digest = UNKNOWN if UNKNOWN in both else short_hash(both)
            inputs[label] = digest
            inputs[f"experiment {name}"] = self.declaration_hash(self.project.experiment(name))
        for read in reader.reads:
            if isinstance(read.subject, Study):
                inputs[f"experiment {read.subject.name}"] = self.declaration_hash(read.subject)
        inputs.update(self._file_inputs(reader.data, reader.location))
        return inputs

    def section_inputs(self, section: Section) -> Inputs:
        """The classes of the specifications that a section can print, and what their properties rest on."""
        return self._code_inputs(section)

    def declaration_hash(self, declaration: Experiment | Study) -> str:
        """The digest of how an experiment or a study is declared, computed once."""
        if declaration.name not in self._declaration_hashes:
            self._declaration_hashes[declaration.name] = declaration_hash(declaration)
        return self._declaration_hashes[declaration.name]

    def _code_inputs(self, subject: TargetSubject, libraries: Iterable[str] | None = None) -> Inputs:
        """The code and values of a subject, with tables and files in them, and libraries.

        These are the ones that an author names, or else those that are used.
        """
        closure = self._closure(subject)
        inputs = dict(closure.inputs)
        for label in closure.inputs:
            declaration = self._graph.declarations.get(label)
            if isinstance(declaration, Data):
                inputs.update(self._source_inputs(declaration))
        for path in sorted(closure.files):
            inputs[self._data_label(path)] = self.digests.pin(path)
        if libraries is None:
            versions_by_name = versions(closure.libraries)
        else:
            versions_by_name = {name: distribution(name).version or "none" for name in libraries}
        for name, version in versions_by_name.items():
            inputs[f"library {name}"] = version
        return inputs

    def _source_inputs(self, source: Data | JsonValues) -> Inputs:
        """How a table or a file of values is read, and its bytes; of a table that is no file, its values."""
        label = self._graph.label_of(source)
        inputs = {label: reading_hash(source)}
        if source.path is not None:
            inputs.update(self._file_inputs([source.path], source.location))
        elif isinstance(source, Data):
            inputs[f"data {Label.parse(label).name}"] = source.sha256
        return inputs

    def _file_inputs(self, paths: Iterable[str | Path], location: str) -> Inputs:
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

    def describe(self, text: str) -> tuple[str, str]:
        """What a person calls an input, and its location now: `("function project:fit", "project.py:12")`."""
        label = Label.parse(text)
        declaration = self._graph.declarations.get(text)
        if declaration is not None:
            return text, declaration.location
        module, _, name = label.name.partition(":")
        path = self._program.sources.path(module)
        if path is None or label.kind not in ("code", "value", "module"):
            return text, ""
        statement = self._graph.statement_of(module, name)
        if statement is None:
            return text, display_path(path)
        word, line = statement.describe(name)
        if word != "function" and label.kind != "code":
            word = label.kind
        return f"{word} {label.name}", location_of(path, line)

    def way_to(self, subject: TargetSubject, label: str) -> list[str]:
        """The names by which something rests on a label, from this to its own function, as `project:load`."""
        parents = self._closure(subject).parents
        way = list[str]()
        while label in parents:
            way.append(Label.parse(label).name)
            label = parents[label]
        return way

    # What is read meanwhile

    @contextmanager
    def observe(
        self, subject: TargetSubject, earlier: Mapping[str, str] | None = None
    ) -> Iterator[Observation]:
        """Observe what is opened while a target of this subject is made; `earlier` was read before."""
        name = with_location(subject.location, subject.owner)
        keepers = self._closure(subject).keepers
        observation = Observation(name, self.recorder, self.digests, keepers, earlier or {})
        before = self.recorder.for_target
        self.recorder.for_target = observation.opened
        try:
            yield observation
        finally:
            self.recorder.for_target = before

    def changed_reads(self, reads: Mapping[str, str]) -> list[str]:
        """The names in `reads` whose file is not any more, or again, what was recorded."""
        changed = []
        for name, recorded in reads.items():
            if self.digests.digest(os.path.join(self.recorder.folder, name)) != recorded:
                changed.append(name)
        return changed

    def changed_since_loaded(self) -> list[str]:
        """The files of code and declared data that are not any more what was digested."""
        changed = {display_path(path) for path in self._program.sources.changed()}
        changed.update(map(display_path, self.digests.changed()))
        return sorted(changed)

    def files(self) -> set[str]:
        """The files that were digested, or looked for when the project was loaded; sources of libraries."""
        libraries = set[str]()
        for closure in self._closures.values():
            libraries |= closure.libraries
        paths = self.recorder.paths_at_import().union(self.digests.pinned)
        return paths.union(map(str, source_files(libraries)))

    def variables(self) -> set[str]:
        """The variables of the environment that the project asked for or may ask for; `*` for all."""
        if "*" in self.recorder.variables:
            return {"*"}
        texts = {text for text in self._graph.variables if text != "*" and text.isprintable()}
        return texts | self.recorder.variables

    # What it rests on

    def _make_graph(self, unstable: Collection[str]) -> None:
        """Make the graph, and what each subject rests on, with digests as they are now."""
        self._graph = ProgramGraph(self._program, self.recorder, unstable)
        self._closures: dict[Any, Closure] = {}
        self._roots: dict[str, Node] = {}
        project = self.project
        for experiment in project.all_experiments:
            self._graph.label_of(experiment)
        for reader in (*project.questions, *project.figures):  # first, so that namesakes have fixed numbers
            for source in reader.sources:
                self._graph.label_of(source)
        subjects: list[TargetSubject] = [
            *project.all_experiments,
            *project.questions,
            *project.figures,
            *project.chapters,
        ]
        for subject in subjects:
            self._closure(subject)

    def _closure(self, subject: TargetSubject) -> Closure:
        """All that a subject rests on; made once for subjects of the same function and classes."""
        function, classes = self._function_and_classes(subject)
        key = id(function), classes
        if key not in self._closures:
            label = ""
            if function is not None:
                is_function = isinstance(function, FunctionType)
                label = f"code {_callable_name(function)}" if is_function else "value fit"
            root = self._graph.root(label, function, classes)
            if not root.may_vary:  # a name leads to the function
                root.label = ""
            self._roots[f"{type(subject).__name__.lower()} {subject.name}"] = root
            self._closures[key] = self._graph.closure(root)
        return self._closures[key]

    def _function_and_classes(self, subject: TargetSubject) -> tuple[Any, tuple[type, ...]]:
        """What a subject rests on directly; a section has no function, but may print all specifications."""
        if isinstance(subject, Reader):
            return subject.function, ()
        if isinstance(subject, Experiment):
            specification_repr(subject)  # which refuses what is not allowed
            return subject.start or subject.fit, tuple(specification_classes(subject.specification))
        classes = dict[type, None]()
        for experiment in self.project.all_experiments:
            classes.update(dict.fromkeys(specification_classes(experiment.specification)))
        return None, tuple(classes)

    # Values that differ from process to process

    def value_digests(self) -> Digests:
        """The digests of all that has values and not only code, by label."""
        nodes = {**self._graph.nodes, **self._roots}
        return {label: node.digest for label, node in nodes.items() if node.may_vary}

    def _find_unstable(self, results_folder: Path, stable: Digests, unstable: set[str]) -> None:
        """Find values that differ from process to process, if some are new. Raises `UsageError`."""
        digests = self.value_digests()
        if is_fixed(self._program) or digests.items() <= stable.items():
            return
        known = set(unstable)
        while varying := varying_labels(digests, self.project.folder, unstable) - unstable:
            for subject in self.project.all_experiments:
                if f"experiment {subject.name}" in varying:
                    text = "what runs it differs from process to process; bind it to a name in the module"
                    subject.refuse_declaration(text)
            unstable |= varying
            self._make_graph(unstable)
            digests = self.value_digests()
        write_known(results_folder, digests, unstable)
        for label in sorted(unstable - known):
            what, location = self.describe(label)
            text = f"{what} differs from process to process; what counts of it are the lines that make it"
            self.notices.append(with_location(location, text))


def _callable_name(function: Any) -> str:
    """How a callable is called: `project:fit`, `project:Trainer.fit` of a method, or the name of its type."""
    if isinstance(function, str):
        return function
    name = getattr(function, "__qualname__", "")
    owner = function if name else type(function)
    return f"{owner.__module__}:{name or owner.__qualname__}"


_latest: list[Dependencies] = []


def dependencies(project: Project, results_folder: Path | None = None) -> Dependencies:
    """What the targets of a loaded project rest on; made once, right after the project was loaded."""
    if not _latest or _latest[0].project is not project:
        _latest[:] = [Dependencies(project, results_folder)]
    return _latest[0]
