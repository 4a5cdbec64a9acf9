"""The inputs of each run, answer, figure and section: all that it depends on, as a dict of short texts."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from labreport.errors import UsageError, display_path, location_of, with_location
from labreport.filestat import ALL_VARIABLES
from labreport.project import Data, Experiment, JsonValues, Reader, Section, Study
from labreport.results.files import short_hash
from labreport.stale.canonical import specification_repr
from labreport.stale.closures import Closures, TargetDeclaration, callable_name, compute_closures
from labreport.stale.declarations import declaration_hash
from labreport.stale.files import FileHasher
from labreport.stale.labels import Label
from labreport.stale.loader import LoadedProject
from labreport.stale.observation import Observation
from labreport.stale.shared import SharedGlobals
from labreport.stale.unstable import KnownValues, compare_processes
from labreport.stale.versions import PYTHON, distribution, source_files, versions

ENGINE = 1
"""The version of the engine in the inputs of runs. Raise it by hand if an edit of the engine changes the bits
of runs; `tests/stale/test_inputs.py` pins those of a toy run."""
UNKNOWN = "?"
"""The hash of something that has to be made first."""
Inputs: TypeAlias = dict[str, str]
"""The inputs of a target: label (as text) to a hash or another short text, such as a version."""


def find_dependencies(loaded: LoadedProject, results: Path) -> Dependencies:
    """Find what each target of a loaded project depends on. Call it before any function of the project.

    `results` is the folder of results of a report. If the report exists, two more processes may load the
    project, to find values that differ from process to process; which ones is remembered in `results`. Raises
    `UsageError` for a value of which it cannot be known whether it changes.
    """
    report = results.resolve().parent
    loaded.recorder.report = os.path.join(report, "")
    known = KnownValues.read(results)
    closures = compute_closures(loaded, known.unstable)
    if report.is_dir():
        closures = compare_processes(loaded, closures, known, results)
    file_hasher = FileHasher(loaded.project.folder, report / "cache" / "digests.json")
    dependencies = Dependencies(loaded, closures, file_hasher)
    for label in sorted(closures.graph.unstable - known.unstable):
        what, location = dependencies.describe(label)
        counted = "what counts of it are the lines that make it"
        if label not in closures.graph.nodes:  # a question's own function, to which no global name leads
            counted = "it is made again by every build; give its function no value that differs"
        text = f"{what} differs from process to process; {counted}"
        dependencies.notices.append(with_location(location, text))
    return dependencies


class Dependencies:
    """Gives the inputs of all targets of a loaded project; made by `find_dependencies`."""

    def __init__(self, loaded: LoadedProject, closures: Closures, file_hasher: FileHasher) -> None:
        self.project, self.recorder = loaded.project, loaded.recorder
        self.closures, self.file_hasher = closures, file_hasher
        self.shared_globals = SharedGlobals(loaded, closures)
        self.notices: list[str] = []
        """Messages for the user: which values differ from process to process."""
        self._declaration_hashes: dict[str, str] = {}

    # Inputs of targets

    def run_inputs(self, experiment: Experiment, seed: int) -> Inputs:
        """The inputs of a run. Name and title of its experiment and the number of epochs are not among them.

        Raises `UsageError` if a declared file does not exist.
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
        """The inputs of an answer or a figure, except the engine and the answers that it reads.

        `runs` has the hash of each run that it reads by experiment and seed, or `UNKNOWN`.
        """
        inputs = self._code_inputs(reader) | self._library_inputs(reader)
        inputs["python"] = PYTHON
        labels_by_declaration = list[list[str]]()
        for declaration in reader.tables_and_values:
            data_inputs = self._data_inputs(declaration)
            labels_by_declaration.append(list(data_inputs))
            inputs |= data_inputs
        inputs["reads"] = short_hash(
            [list(reader.epochs_by_experiment), labels_by_declaration, reader.answers]
        )
        inputs |= self._experiment_inputs(reader, runs)
        return inputs | self._file_inputs(reader.data, reader.location)

    def _experiment_inputs(self, reader: Reader, runs: Mapping[str, Mapping[str, str]]) -> Inputs:
        """An input for the runs of each experiment that is read, and one for its declaration."""
        inputs: Inputs = {}
        for name, epochs in reader.epochs_by_experiment.items():
            hashes_by_seed = runs.get(name, {})
            runs_hash = UNKNOWN if UNKNOWN in hashes_by_seed.values() else short_hash(hashes_by_seed)
            label = " ".join(["reads", name, *map(str, epochs)])
            if label in inputs:  # `mlp` at epochs 64 and 100 has the same label as `mlp 64` at 100
                both = [inputs[label], runs_hash]
                runs_hash = UNKNOWN if UNKNOWN in both else short_hash(both)
            inputs[label] = runs_hash
            inputs[f"experiment {name}"] = self.declaration_hash(self.project.experiment(name))
        for read in reader.reads:
            if isinstance(read.declaration, Study):
                inputs[f"experiment {read.declaration.name}"] = self.declaration_hash(read.declaration)
        return inputs

    def section_inputs(self, section: Section) -> Inputs:
        """The inputs of a section from code: all specification classes, since it can print specifications."""
        return self._code_inputs(section) | self._library_inputs(section)

    def declaration_hash(self, declaration: Experiment | Study) -> str:
        """A short hash of the declaration of an experiment or a study, computed once."""
        if declaration.name not in self._declaration_hashes:
            self._declaration_hashes[declaration.name] = declaration_hash(declaration)
        return self._declaration_hashes[declaration.name]

    def _code_inputs(self, declaration: TargetDeclaration) -> Inputs:
        """The code and values in the closure of a declaration, with the tables and files among them."""
        closure = self.closures.of(declaration)
        inputs = dict(closure.inputs)
        for label in closure.inputs:
            declared = self.closures.graph.declarations.get(label)
            if isinstance(declared, Data):
                inputs |= self._data_inputs(declared)
        for path in sorted(closure.files):
            inputs[self._data_label(path)] = self.file_hasher.pin(path)
        return inputs

    def _library_inputs(self, declaration: TargetDeclaration, named: Sequence[str] | None = None) -> Inputs:
        """The versions of the `named` libraries, by default of those that the code of a declaration uses."""
        if named is None:
            versions_by_name = versions(self.closures.of(declaration).libraries)
        else:
            versions_by_name = {name: distribution(name).version or "none" for name in named}
        return {f"library {name}": version for name, version in versions_by_name.items()}

    def _data_inputs(self, declaration: Data | JsonValues) -> Inputs:
        """The declaration of a table or file of values, and its bytes; for a table of no file, its values."""
        label = self.closures.graph.label_of_declaration(declaration)
        inputs = {label: declaration_hash(declaration)}
        if declaration.path is not None:
            inputs.update(self._file_inputs([declaration.path], declaration.location))
        elif isinstance(declaration, Data):
            inputs[f"data {Label.parse(label).name}"] = declaration.sha256
        return inputs

    def _file_inputs(self, paths: Iterable[str | Path], location: str) -> Inputs:
        """The hashes of declared files. Raises `UsageError` if one does not exist."""
        inputs = {}
        for name in paths:
            path = self.project.package / name
            if not path.is_file():
                text = f"{display_path(path)} is not there; restore it, or correct its name"
                raise UsageError(text, location=location)
            inputs[self._data_label(path)] = self.file_hasher.pin(path)
        return inputs

    def _data_label(self, path: str | Path) -> str:
        return f"data {os.path.relpath(path, self.project.package)}"

    # Inputs in messages

    def describe(self, text: str) -> tuple[str, str]:
        """Words for an input, and its present location: `("function project:fit", "project.py:12")`.

        `text` is its label. The location is empty if it has none.
        """
        label = Label.parse(text)
        declaration = self.closures.graph.declarations.get(text)
        if declaration is not None:
            return text, declaration.location
        module, _, name = label.name.partition(":")
        path = self.recorder.project_modules.path(module)
        if path is None or label.kind not in ("code", "value", "module"):
            return text, ""
        statement = self.closures.graph.statement_of(module, name)
        if statement is None:
            return text, display_path(path)
        word, line = statement.describe(name)
        if word != "function" and label.kind != "code":
            word = label.kind
        return f"{word} {label.name}", location_of(path, line)

    def way_to(self, declaration: TargetDeclaration, label: str) -> list[str]:
        """The names that lead from an input to the function of a declaration: `["project:load", …]`."""
        parents = self.closures.of(declaration).parents
        way = list[str]()
        while label in parents:
            way.append(Label.parse(label).name)
            label = parents[label]
        return way

    # Files that are read while targets are made

    @contextmanager
    def observe(
        self, declaration: TargetDeclaration, earlier: Mapping[str, str] | None = None
    ) -> Iterator[Observation]:
        """Observe which files are opened inside the `with` block, in which its target is made.

        `earlier` are the files that an interrupted run had read before, with their hashes.
        """
        name = with_location(declaration.location, declaration.owner)
        self.shared_globals.look_before(declaration)
        observation = Observation(
            name, self.recorder, self.file_hasher, self.shared_globals, declaration, earlier or {}
        )
        self.recorder.for_target, self.recorder.thread = observation.opened, threading.get_ident()
        try:
            yield observation
        finally:
            self.recorder.for_target = None

    def changed_since_loaded(self) -> list[str]:
        """The source files and declared data files that have changed since the project was loaded, sorted."""
        loaded = {**self.recorder.project_modules.file_hashes, **self.file_hasher.pinned}
        return sorted(map(display_path, self.file_hasher.changed(loaded)))

    def files(self) -> set[str]:
        """The paths for the stamp: declared files, files opened during loading, sources of libraries."""
        paths = self.recorder.paths_at_import().union(self.file_hasher.pinned)
        return paths.union(map(str, source_files(self.closures.libraries())))

    def variables(self) -> set[str]:
        """Environment variables that the project read while loading or may read later, or `ALL_VARIABLES`."""
        if ALL_VARIABLES in self.recorder.variables:
            return {ALL_VARIABLES}
        texts = {text for text in self.closures.graph.variables if text.isprintable()}
        return self.recorder.variables | texts - {ALL_VARIABLES}
