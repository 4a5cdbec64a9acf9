"""What each run, answer and figure of a project is made of, as a flat dict of short texts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path
from typing import Any

from labreport.errors import UsageError, shown, told
from labreport.project import Data, Experiment, Project, Reader, Study
from labreport.project.experiment import Read
from labreport.results.files import digest
from labreport.stale.code import Closure, Code
from labreport.stale.data import Digests
from labreport.stale.exact import exact
from labreport.stale.loader import Sources, installed, watch
from labreport.stale.syntax import Statement, Target
from labreport.stale.versions import PYTHON, distribution, versions

ENGINE = 1
"""What runs are made of on the engine's side: raise it by hand when the bits of a run change by an edit of the
engine, and nothing else does. `tests/stale/test_ingredients.py` pins the bits of a toy run."""
UNKNOWN = "?"
"""Stands for the digest of what is to be made first."""
_FOLDER = Path(__file__).resolve().parents[1]
_GROUPS = (list, tuple, set, frozenset)


class Ingredients:
    """Of one project, as it was loaded; `cache` is the file that remembers digests of data."""

    def __init__(self, project: Project, cache_file: Path | None = None) -> None:
        loader = installed(project.source)
        self.project = project
        self.sources = loader.sources if loader else Sources(project.source)
        self.data = Digests(cache_file)
        self._code = Code(self.sources, declared)
        self._closures: dict[Any, tuple[Closure, dict[str, str]]] = {}
        self._runs: dict[str, dict[str, str]] = {}
        self._places: dict[str, Statement] = {}

    def run(self, experiment: Experiment, seed: int) -> dict[str, str]:
        """What one run is made of: not its experiment's name or title, and not how far it goes."""
        if experiment.name not in self._runs:
            self._runs[experiment.name] = self._run(experiment)
        names = self.project.data_files if experiment.files is None else experiment.files
        place = experiment.place if experiment.files is not None else self.project.place
        return {**self._runs[experiment.name], "seed": str(seed), **self._files(names, place, "data_files")}

    def _run(self, experiment: Experiment) -> dict[str, str]:
        closure, found = self._followed(experiment)
        named = self.project.libraries if experiment.libraries is None else experiment.libraries
        given = experiment.start or experiment.fit
        found |= {
            "specification": _exact(experiment),
            "start" if experiment.start else "fit": given if isinstance(given, str) else _name(given),
            "python": PYTHON,
            "threads": str(self.project.threads),
            "engine": str(ENGINE),
        }
        used = versions(closure.libraries) if named is None else {one: distribution(one)[0] for one in named}
        found |= {f"library {name}": version or "none" for name, version in used.items()}
        return found | ({"exclusive": "yes"} if experiment.exclusive else {})

    def reader(
        self, reader: Reader, runs: Mapping[str, Mapping[int, str]], answers: Mapping[str, str]
    ) -> dict[str, str]:
        """What an answer or a figure is made of.

        `runs` has the digest of each run that it may read, by the experiment's name and the seed; `answers`
        those of the answers that it reads, by question.
        """
        closure, followed = self._followed(reader)
        found = dict(followed)
        for name, epochs in reader.epochs.items():
            told_of = {str(seed): value for seed, value in runs.get(name, {}).items()}
            found[f"reads {name} {' '.join(map(str, epochs))}"] = UNKNOWN if UNKNOWN in told_of.values() else digest(told_of)[:16]
            found[f"experiment {name}"] = declaration(self.project.experiment(name))
        found |= {f"answer {name}": value for name, value in answers.items()}
        found |= {
            f"data {self._shown(one)}": one.sha256 for one in (*reader.tables, *_tables(closure.values))
        }
        found |= self._files(reader.data, reader.place, "data")
        found |= {f"library {name}": version for name, version in versions(closure.libraries).items()}
        return found | {"python": PYTHON, "engine": engine_digest()}

    def watched(self, made_of: Mapping[str, str], owner: str | Reader) -> AbstractContextManager[None]:
        """The net for what is read and loaded while something that is made of these is made; see `watch`."""
        names = [name.removeprefix("data ") for name in made_of if name.startswith("data ")]
        modules = {
            name
            for closure, found in self._closures.values()
            if found.items() <= made_of.items()
            for name in (self.sources.modules() if closure.everything else closure.modules)
        }
        declare = "data_files= of the project, or in files= of the experiment"
        if isinstance(owner, Reader):
            declare = "data="
            owner = told(owner.place, f"{type(owner).__name__.lower()} {owner.name!r}")
        allowed = [self.project.package / name for name in names]
        return watch(owner, self.project.folder, allowed, modules, self.sources.root, declare)

    def where(self, name: str) -> str:
        """The place of an ingredient in the project now, as `project.py:12`; empty where it has none."""
        kind, _, label = name.partition(" ")
        if kind == "code" and label in self._places:
            one = self._places[label]
            path = self.sources.path(one.module)
            return f"{shown(path)}:{one.line}" if path else ""
        if kind == "code" and (path := self.sources.path(label)):
            return shown(path)
        if kind in ("data", "template"):
            return shown(self.project.package / label) if kind == "data" else label
        experiment = label if kind == "experiment" else ""
        return next((one.place for one in self.project.runs if one.name == experiment), "")

    def kind(self, name: str) -> str:
        """What a person calls an ingredient: `function project:fit` for `code project:fit`."""
        label = name.removeprefix("code ")
        return f"{self._places[label].kind} {label}" if label in self._places else name

    def way(self, subject: Experiment | Reader, name: str) -> list[str]:
        """The code that leads from an ingredient to the function of what is made of it, `module:name` each."""
        closure, _ = self._followed(subject)
        label = name.removeprefix("code ")
        one = next((each for each in closure.statements if each.label == label), None)
        found: list[str] = []
        while one is not None and len(found) < len(closure.statements):
            if one.label not in found and not one.alias:
                found.append(one.label)
            one = closure.statements[one]
        return found

    def changed(self) -> list[str]:
        """The files of code and data that are not any more what was digested."""
        return sorted({shown(path) for path in (*self.sources.changed(), *self.data.changed())})

    def _followed(self, subject: Experiment | Reader) -> tuple[Closure, dict[str, str]]:
        """The closure of a subject, and its ingredients of code."""
        values: dict[str, str] = {}
        if isinstance(subject, Reader):
            entries = _entries(subject.function, told(subject.place, subject.name), values)
            classes = set[type]()
        else:
            entries = _entries(subject.start or subject.fit, told(subject.place, subject.name), values)
            classes = set()
            _exact(subject, classes)
        own = [one for one in classes if self.sources.path(one.__module__)]
        entries += [(one.__module__, one.__qualname__.partition(".")[0]) for one in own]
        label = (frozenset(entries), tuple(sorted(values.items())))
        if label not in self._closures:
            closure = self._code.closure(sorted(set(entries)), [self.project.module or "project"])
            closure.libraries |= {one.__module__.partition(".")[0] for one in classes if one not in own}
            self._closures[label] = (closure, {**values, **self._described(closure)})
        closure, found = self._closures[label]
        return closure, dict(found)

    def _described(self, closure: Closure) -> dict[str, str]:
        groups: dict[str, list[Statement]] = {}
        for one in closure.statements:
            groups.setdefault(one.label, []).append(one)
        found = {}
        for label, members in groups.items():
            members.sort(key=lambda one: (one.line, one.alias))
            self._places.setdefault(label, members[0])
            found[f"code {label}"] = digest([one.digest for one in members])[:16]
        if closure.everything:
            paths = {name: self.sources.path(name) for name in self.sources.modules()}
            found |= {f"code {name}": self.sources.digest(path) for name, path in paths.items() if path}
        for one in {id(value): value for value in closure.values}.values():
            found |= {f"experiment {each.name}": declaration(each) for each in _members(one)}
        return found

    def _files(self, names: Iterable[str], place: str, declare: str) -> dict[str, str]:
        found = {}
        for name in names:
            try:
                found[f"data {name}"] = self.data.digest(self.project.package / name)
            except OSError:
                path = shown(self.project.package / name)
                text = f"{path}: no such file; restore it, or correct {declare}="
                raise UsageError(told(place, text)) from None
        return found

    def _shown(self, table: Data) -> str:
        return os.path.relpath(table.path, self.project.package) if table.path else table.name


def declared(value: Any) -> bool:
    """Whether a value of a module is experiments, studies or tables, which count by what they are."""
    if isinstance(value, dict):
        return bool(value) and all(map(declared, value.values()))
    if isinstance(value, _GROUPS):
        return bool(value) and all(map(declared, value))
    return isinstance(value, (Experiment, Study, Read, Data))


def _members(value: Any) -> list[Experiment | Study]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, _GROUPS):
        return [one for each in value for one in _members(each)]
    value = value.subject if isinstance(value, Read) else value
    return [] if isinstance(value, Data) else [value]


def _tables(values: Iterable[Any]) -> list[Data]:
    return [one for one in values if isinstance(one, Data)]


@cache
def declaration(one: Experiment | Study) -> str:
    """The digest of how an experiment is declared: what readers of its results can see of it."""
    if isinstance(one, Study):
        return digest([one.name, one.title, repr(one.axes), declaration(one.base)])[:16]
    said = [one.name, one.title, one.epochs, one.seeds, one.exclusive, repr(one.design), _exact(one)]
    return digest(said)[:16]


def _exact(experiment: Experiment, classes: set[type] | None = None) -> str:
    try:
        return exact(experiment.specification, "specification", classes)
    except UsageError as error:
        experiment.refuse(str(error))


def _name(given: Any) -> str:
    while isinstance(given, partial):
        given = given.func
    return f"{given.__module__}:{given.__qualname__}"


def _entries(given: Any, owner: str, values: dict[str, str]) -> list[Target]:
    """Where a function is defined, as names of modules; what it has bound is added to `values`."""
    if isinstance(given, str):
        module, _, name = given.partition(":")
        return [(module, name.partition(".")[0])]
    functions: list[Callable[..., Any]] = []
    while isinstance(given, partial):
        bound = exact([*given.args, given.keywords], f"{owner}: what partial binds", functions=functions)
        values["value of partial"] = bound + values.get("value of partial", "")
        given = given.func
    if not hasattr(given, "__qualname__") or "<lambda>" in given.__qualname__:
        raise UsageError(
            f"{owner}: {given!r} is no function with a name; write a function at the top of a module"
        )
    names = getattr(getattr(given, "__code__", None), "co_freevars", ())
    for name, cell in zip(names, getattr(given, "__closure__", None) or (), strict=False):
        if declared(cell.cell_contents):
            values[f"value {name}"] = digest([declaration(one) for one in _members(cell.cell_contents)])[:16]
        else:
            values[f"value {name}"] = exact(cell.cell_contents, f"{owner}: its {name}", functions=functions)
    found = [(given.__module__, given.__qualname__.partition(".")[0])]
    return found + [(each.__module__, each.__qualname__.partition(".")[0]) for each in functions]


@cache
def engine_digest() -> str:
    """The digest of all files of the engine, of which everything but runs is made."""
    found = hashlib.sha256()
    for path in sorted(_FOLDER.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(f"{path.relative_to(_FOLDER)}\n".encode() + path.read_bytes())
    return found.hexdigest()[:16]


_latest: list[Ingredients] = []


def ingredients(project: Project, cache_file: Path | None = None) -> Ingredients:
    """The ingredients of a loaded project, made once."""
    if not _latest or _latest[0].project is not project:
        _latest[:] = [Ingredients(project, cache_file)]
    return _latest[0]


def made_of_run(project: Project, experiment: Experiment, seed: int) -> dict[str, str]:
    """What a run of an experiment is made of; its `key` names it.

    Raises `UsageError` for code, a value or a file that cannot be told.
    """
    return ingredients(project).run(experiment, seed)


def watched(
    project: Project, made_of: Mapping[str, str], owner: str | Reader
) -> AbstractContextManager[None]:
    """Raise `UsageError` at the end for what is read or loaded meanwhile and no ingredient."""
    return ingredients(project).watched(made_of, owner)


def changed_since_loaded(project: Project) -> list[str]:
    """The files of code and data that are not any more what was digested."""
    return ingredients(project).changed()


def key(made_of: Mapping[str, str]) -> str:
    """The name of what is made of these: a SHA-256 in hexadecimal."""
    return digest(made_of)
