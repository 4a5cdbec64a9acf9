"""What each run, answer and figure of a project is made of, as a flat dict of short texts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

from labreport.errors import UsageError, shown, told
from labreport.project import Data, Experiment, Project, Read, Reader, Study
from labreport.results import digest as key
from labreport.stale.code import LIBRARY, VALUE, Closure, Code
from labreport.stale.data import Digests
from labreport.stale.exact import exact
from labreport.stale.loader import Sources, installed, watch
from labreport.stale.syntax import Statement, Target
from labreport.stale.versions import PYTHON, distribution, versions

ENGINE = 1
"""The engine as far as runs are made of it: raise it by hand when an edit of the engine changes their bits.
`tests/stale/test_ingredients.py` pins those of a toy run."""
UNKNOWN = "?"
"""Stands for the digest of what is to be made first."""
_FOLDER = Path(__file__).resolve().parents[1]


class Ingredients:
    """Of one project, as it was loaded; `cache_file` remembers the digests of data."""

    def __init__(self, project: Project, cache_file: Path | None = None) -> None:
        loader = installed(project.source)
        self.project = project
        self.sources = loader.sources if loader else Sources(project.source)
        self.data = Digests(cache_file)
        self._code = Code(self.sources, lambda value: bool(_declared(value)))
        self.closures: dict[Any, tuple[Closure, dict[str, str]]] = {}
        self._runs: dict[str, dict[str, str]] = {}
        self._places: dict[str, Statement] = {}

    def run(self, experiment: Experiment, seed: int) -> dict[str, str]:
        """What one run is made of: not its experiment's name and title, and not how far it goes."""
        if experiment.name not in self._runs:
            self._runs[experiment.name] = self._run(experiment)
        names = self.project.data_files if experiment.files is None else experiment.files
        return {**self._runs[experiment.name], "seed": str(seed), **self._files(names, experiment.place)}

    def _run(self, experiment: Experiment) -> dict[str, str]:
        closure, found = self._followed(experiment)
        given = experiment.start or experiment.fit
        named = self.project.libraries if experiment.libraries is None else experiment.libraries
        used = {name: distribution(name)[0] or "none" for name in named or ()}
        used = versions(closure.of(LIBRARY)) if named is None else used
        return found | {
            "specification": _exact(experiment),
            "code": given if isinstance(given, str) else f"{given.__module__}:{given.__qualname__}",
            "python": PYTHON,
            "threads": str(self.project.threads),
            "engine": str(ENGINE),
            **({"exclusive": "yes"} if experiment.exclusive else {}),
            **{f"library {name}": version for name, version in used.items()},
        }

    def reader(self, reader: Reader, runs: Mapping[str, Mapping[int, str]]) -> dict[str, str]:
        """What an answer or a figure is made of, beside the engine and the answers that it reads.

        `runs` has the digest of each run that it reads, by experiment and seed, or `UNKNOWN`.
        """
        closure, followed = self._followed(reader)
        tables = [*reader.tables, *(one for one in self._values(closure) if isinstance(one, Data))]
        order = [[*reader.epochs], [one.name for one in reader.tables], reader.answers]
        found = {**followed, "reads": digest(order), "python": PYTHON}
        for name, epochs in reader.epochs.items():
            each = {str(seed): value for seed, value in runs.get(name, {}).items()}
            label = f"reads {name} {' '.join(map(str, epochs))}"
            found[label] = UNKNOWN if UNKNOWN in each.values() else digest(each)
            found[f"experiment {name}"] = declaration(self.project.experiment(name))
        for study in (one.subject for one in reader.reads if isinstance(one.subject, Study)):
            found[f"experiment {study.name}"] = declaration(study)
        for table in tables:
            found[f"table {table.name}"] = digest([table.replicate, table.where, table.missing])
            own = {f"data {table.name}": table.sha256} if table.path is None else {}
            found |= own or self._files([table.path or ""], table.place)
        found |= {f"library {name}": version for name, version in versions(closure.of(LIBRARY)).items()}
        return found | self._files(reader.data, reader.place)

    def where(self, name: str) -> str:
        """The place of an ingredient in the project now, as `project.py:12`; empty where it has none."""
        kind, _, label = name.partition(" ")
        if kind == "code":
            one = self._places.get(label)
            path = self.sources.path(one.module if one else label)
            return shown(path) + (f":{one.node.lineno}" if one else "") if path else ""
        return next((one.place for one in self.project.runs if name == f"experiment {one.name}"), "")

    def kind(self, name: str) -> str:
        """What a person calls an ingredient: `function project:fit` for `code project:fit`."""
        label = name.removeprefix("code ")
        return f"{self._places[label].kind} {label}" if label in self._places else name

    def way(self, subject: Experiment | Reader, label: str) -> list[str]:
        """The code by which something rests on a definition `module:name`, from there to its function."""
        closure, _ = self._followed(subject)
        one = next((each for each in closure.statements if each.label == label), None)
        found: list[str] = []
        while one is not None:
            found += [one.label] if one.label not in found and not one.alias else []
            one = closure.items[one]
        return found

    def _followed(self, subject: Experiment | Reader) -> tuple[Closure, dict[str, str]]:
        """The closure of a subject, and what it is made of by that."""
        values: dict[str, str] = {}
        classes: set[type] = set()
        if isinstance(subject, Experiment):
            _exact(subject, classes)
        given = subject.start or subject.fit if isinstance(subject, Experiment) else subject.function
        entries = _entries(given, told(subject.place, subject.name), values)
        own = [one for one in classes if self.sources.path(one.__module__)]
        entries |= {(one.__module__, one.__qualname__.partition(".")[0]) for one in own}
        label = (frozenset(entries), *sorted(values.items()), *sorted(map(str, classes)))
        if label not in self.closures:
            closure = self._code.closure(sorted(entries), [self.project.module])
            for one in classes.difference(own):
                closure.items.setdefault((LIBRARY, one.__module__.partition(".")[0]))
            self.closures[label] = (closure, values | self._told(closure))
        return self.closures[label]

    def _told(self, closure: Closure) -> dict[str, str]:
        groups: dict[str, list[Statement]] = {}
        for one in sorted(closure.statements, key=lambda each: (each.node.lineno, each.alias)):
            groups.setdefault(one.label, []).append(one)
            self._places.setdefault(one.label, one)
        found = {f"code {label}": digest([one.digest for one in group]) for label, group in groups.items()}
        for name in self.sources.modules() if closure.everything else ():
            if path := self.sources.path(name):
                found[f"code {name}"] = self.sources.digest(path)
        values = [one for one in self._values(closure) if not isinstance(one, Data)]
        return found | {f"experiment {one.name}": declaration(one) for one in values}

    def _values(self, closure: Closure) -> list[Any]:
        return [each for one in closure.of(VALUE) for each in _declared(self._code.values[one])]

    def _files(self, paths: Iterable[str | Path], place: str) -> dict[str, str]:
        found = {}
        for path in (self.project.package / each for each in paths):
            if not path.is_file():
                raise UsageError(told(place, f"{shown(path)} is not there; restore it, or correct its name"))
            found[f"data {os.path.relpath(path, self.project.package)}"] = self.data.digest(path)
        return found


def digest(value: Any) -> str:
    """The digest of plain values, short: enough to tell versions of one thing apart."""
    return key(value)[:16]


def _declared(value: Any) -> list[Any]:
    """The experiments, studies and tables that a value consists of; they count by what they are."""
    if isinstance(value, (Experiment, Study, Read, Data)):
        return [value.subject if isinstance(value, Read) else value]
    inner = value.values() if type(value) is dict else value if type(value) in (list, tuple, set) else ()
    found = [_declared(one) for one in inner]
    return [each for one in found for each in one] if all(found) else []


def declaration(one: Experiment | Study) -> str:
    """The digest of how an experiment is declared: what readers of its results can see of it."""
    if isinstance(one, Study):
        return digest([one.name, one.title, repr(one.axes), *map(declaration, one.experiments())])
    return digest([one.name, one.title, one.epochs, one.seeds, one.exclusive, repr(one.design), _exact(one)])


def _exact(experiment: Experiment, classes: set[type] | None = None) -> str:
    try:
        return exact(experiment.specification, "specification", classes)
    except UsageError as error:
        experiment.refuse(str(error))


def _entries(given: Any, owner: str, values: dict[str, str]) -> set[Target]:
    """Where a function is defined, as names of modules; the values that it closes over go to `values`."""
    if isinstance(given, str):
        module, _, name = given.partition(":")
        return {(module, name.partition(".")[0])}
    name = getattr(given, "__qualname__", "<")
    if name.startswith("<"):
        raise UsageError(
            f"{owner}: {given!r} has no name; write a function or a class at the top of a module"
        )
    functions: list[Callable[..., Any]] = [given]
    names = getattr(getattr(given, "__code__", None), "co_freevars", ())
    for free, cell in zip(names, getattr(given, "__closure__", None) or (), strict=False):
        if known := _declared(cell.cell_contents):
            values[f"value {free}"] = digest([declaration(one) for one in known])
        else:
            values[f"value {free}"] = exact(cell.cell_contents, f"{owner}: its {free}", functions=functions)
    return {(each.__module__, each.__qualname__.partition(".")[0]) for each in functions}


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
    """What a run is made of; its `key` names it. Raises `UsageError` for what cannot be told."""
    return ingredients(project).run(experiment, seed)


def watched(
    project: Project, made_of: Mapping[str, str], owner: str | Reader
) -> AbstractContextManager[None]:
    """Raise `UsageError` at the end for what is read or loaded meanwhile and is no ingredient."""
    declare = "data_files= of the project, or in files= of the experiment"
    if isinstance(owner, Reader):
        declare = "data="
        owner = told(owner.place, f"{type(owner).__name__.lower()} {owner.name!r}")
    names = [name.removeprefix("data ") for name in made_of if name.startswith("data ")]
    allowed = {os.path.normpath(project.package / name) for name in names}
    closures = ingredients(project).closures.values()
    found = [closure for closure, code in closures if code.items() <= made_of.items()]
    free = any(closure.everything for closure in found)
    modules = None if free else {name for closure in found for name in closure.modules}
    return watch(owner, project, allowed, modules, declare)


def changed_since_loaded(project: Project) -> list[str]:
    """The files of code and data that are not any more what was digested."""
    found = ingredients(project)
    return sorted({shown(path) for path in (*found.sources.changed(), *found.data.changed())})
