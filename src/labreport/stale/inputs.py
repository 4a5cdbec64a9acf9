"""What each run, answer, figure and section of a project is made of, as a flat dict of short texts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from labreport.errors import UsageError, display_path, location_of, with_location
from labreport.project import Data, Experiment, JsonValues, Reader, Section, Study
from labreport.results.files import short_hash
from labreport.stale.canonical import specification_repr
from labreport.stale.closures import Closures, TargetSubject, callable_name, compute_closures
from labreport.stale.declarations import declaration_hash
from labreport.stale.files import FileDigests
from labreport.stale.labels import Label
from labreport.stale.loader import LoadedProject
from labreport.stale.observation import Observation
from labreport.stale.recorder import ALL_VARIABLES
from labreport.stale.unstable import KnownValues, compare_processes
from labreport.stale.versions import PYTHON, distribution, source_files, versions

ENGINE = 1
"""The engine as far as runs are made of it: raise it by hand when an edit of the engine changes their bits.
`tests/stale/test_inputs.py` pins those of a toy run."""
UNKNOWN = "?"
"""Stands for the digest of what is to be made first."""
Inputs: TypeAlias = dict[str, str]
"""What something is made of: the text of a `Label`, and a digest or another short text."""


def find_dependencies(loaded: LoadedProject, results: Path | None = None) -> Dependencies:
    """What the targets of a project rest on; to be called before any code of the project is.

    With a folder of `results`, whose report is there, two more processes may load the project, to find values
    that differ from process to process; there it is kept which do. Raises `UsageError` for what cannot be
    told.
    """
    folder = loaded.project.folder
    if results is None:
        return Dependencies(loaded, compute_closures(loaded), FileDigests(folder))
    report = results.resolve().parent
    loaded.recorder.report = os.path.join(report, "")
    known = KnownValues.read(results)
    closures = compute_closures(loaded, known.unstable)
    if report.is_dir():
        closures = compare_processes(loaded, closures, known, results)
    dependencies = Dependencies(loaded, closures, FileDigests(folder, report / "cache" / "digests.json"))
    for label in sorted(closures.graph.unstable - known.unstable):
        what, location = dependencies.describe(label)
        text = f"{what} differs from process to process; what counts of it are the lines that make it"
        dependencies.notices.append(with_location(location, text))
    return dependencies


class Dependencies:
    """What the targets of a loaded project rest on; made by `find_dependencies`."""

    def __init__(self, loaded: LoadedProject, closures: Closures, digests: FileDigests) -> None:
        self.project, self.recorder = loaded.project, loaded.recorder
        self.closures, self.digests = closures, digests
        self.notices: list[str] = []
        """What a person is told: which values differ from process to process."""
        self._declaration_hashes: dict[str, str] = {}

    # What targets are made of

    def run_inputs(self, experiment: Experiment, seed: int) -> Inputs:
        """What one run is made of: not its experiment's name and title, and not how far it goes.

        Raises `UsageError` for a declared file that is not there.
        """
        project = self.project
        libraries = project.libraries if experiment.libraries is None else experiment.libraries
        files = project.data_files if experiment.files is None else experiment.files
        inputs = self._code_inputs(experiment)
        inputs |= self._library_inputs(experiment, libraries)
        inputs |= self._file_inputs(files, experiment.location)
        inputs["specification"] = specification_repr(experiment)
        inputs["code"] = callable_name(experiment.start or experiment.fit)
        inputs["python"] = PYTHON
        inputs["threads"] = str(project.threads)
        inputs["engine"] = str(ENGINE)
        inputs["seed"] = str(seed)
        return inputs

    def reader_inputs(self, reader: Reader, runs: Mapping[str, Mapping[str, str]]) -> Inputs:
        """What an answer or a figure is made of, beside the engine and the answers that it reads.

        `runs` has, by experiment and seed, the digest of each run that it reads, or `UNKNOWN`.
        """
        inputs = self._code_inputs(reader) | self._library_inputs(reader)
        inputs["python"] = PYTHON
        labels_by_source = list[list[str]]()
        for source in reader.sources:
            source_inputs = self._source_inputs(source)
            labels_by_source.append(list(source_inputs))
            inputs |= source_inputs
        inputs["reads"] = short_hash([list(reader.epochs_by_experiment), labels_by_source, reader.answers])
        inputs |= self._experiment_inputs(reader, runs)
        return inputs | self._file_inputs(reader.data, reader.location)

    def _experiment_inputs(self, reader: Reader, runs: Mapping[str, Mapping[str, str]]) -> Inputs:
        """The runs that a reader reads of each experiment, and how experiments and studies are declared."""
        inputs: Inputs = {}
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
        return inputs

    def section_inputs(self, section: Section) -> Inputs:
        """The classes of the specifications that a section can print, and what their properties rest on."""
        return self._code_inputs(section) | self._library_inputs(section)

    def declaration_hash(self, declaration: Experiment | Study) -> str:
        """The digest of how an experiment or a study is declared, computed once."""
        if declaration.name not in self._declaration_hashes:
            self._declaration_hashes[declaration.name] = declaration_hash(declaration)
        return self._declaration_hashes[declaration.name]

    def _code_inputs(self, subject: TargetSubject) -> Inputs:
        """The code and values of a subject, with tables and files in them."""
        closure = self.closures.of(subject)
        inputs = dict(closure.inputs)
        for label in closure.inputs:
            declaration = self.closures.graph.declarations.get(label)
            if isinstance(declaration, Data):
                inputs |= self._source_inputs(declaration)
        for path in sorted(closure.files):
            inputs[self._data_label(path)] = self.digests.pin(path)
        return inputs

    def _library_inputs(self, subject: TargetSubject, named: Sequence[str] | None = None) -> Inputs:
        """The versions of the libraries that an author names, or else of those that a subject uses."""
        if named is None:
            versions_by_name = versions(self.closures.of(subject).libraries)
        else:
            versions_by_name = {name: distribution(name).version or "none" for name in named}
        return {f"library {name}": version for name, version in versions_by_name.items()}

    def _source_inputs(self, source: Data | JsonValues) -> Inputs:
        """How a table or a file of values is read, and its bytes; of a table that is no file, its values."""
        label = self.closures.graph.label_of(source)
        inputs = {label: declaration_hash(source)}
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
        declaration = self.closures.graph.declarations.get(text)
        if declaration is not None:
            return text, declaration.location
        module, _, name = label.name.partition(":")
        path = self.recorder.sources.path(module)
        if path is None or label.kind not in ("code", "value", "module"):
            return text, ""
        statement = self.closures.graph.statement_of(module, name)
        if statement is None:
            return text, display_path(path)
        word, line = statement.describe(name)
        if word != "function" and label.kind != "code":
            word = label.kind
        return f"{word} {label.name}", location_of(path, line)

    def way_to(self, subject: TargetSubject, label: str) -> list[str]:
        """The names by which something rests on a label, from this to its own function, as `project:load`."""
        parents = self.closures.of(subject).parents
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
        keepers = self.closures.of(subject).keepers
        observation = Observation(name, self.recorder, self.digests, keepers, earlier or {})
        before = self.recorder.for_target
        self.recorder.for_target = observation.opened
        try:
            yield observation
        finally:
            self.recorder.for_target = before

    def changed_since_loaded(self) -> list[str]:
        """The files of code and declared data that are not any more what was digested."""
        loaded = {**self.recorder.sources.digests, **self.digests.pinned}
        return sorted(map(display_path, self.digests.changed(loaded)))

    def files(self) -> set[str]:
        """The files that were digested, or looked for when the project was loaded; sources of libraries."""
        paths = self.recorder.paths_at_import().union(self.digests.pinned)
        return paths.union(map(str, source_files(self.closures.libraries())))

    def variables(self) -> set[str]:
        """The variables of the environment that the project asked for or may ask for; or `ALL_VARIABLES`."""
        if ALL_VARIABLES in self.recorder.variables:
            return {ALL_VARIABLES}
        texts = {text for text in self.closures.graph.variables if text.isprintable()}
        return self.recorder.variables | texts - {ALL_VARIABLES}
