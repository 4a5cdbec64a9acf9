"""What each run, answer and figure of a project is made of, as a flat dict of short texts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from labreport.errors import UsageError, display_path, with_location
from labreport.project import Data, Experiment, Project, Read, Reader, Study
from labreport.results import sha256_of
from labreport.results.files import sha256_of_file
from labreport.stale.code import ANY_CODE, LIBRARY, VALUE, Closure, Code
from labreport.stale.data import FileDigests, canonical_repr
from labreport.stale.loader import ENGINE_FOLDER, Sources, installed, opened, readable
from labreport.stale.syntax import Statement
from labreport.stale.versions import PYTHON, distribution, versions

ENGINE = 1
"""The engine as far as runs are made of it: raise it by hand when an edit of the engine changes their bits.
`tests/stale/test_ingredients.py` pins those of a toy run."""
UNKNOWN = "?"
"""Stands for the digest of what is to be made first."""


class Ingredients:
    """Of one project, as it was loaded; `cache_file` remembers the digests of data."""

    def __init__(self, project: Project, cache_file: Path | None = None) -> None:
        self.project = project
        self.sources = installed(project.source) or Sources(project.source)
        self.data = FileDigests(cache_file)
        self.closures: dict[Any, tuple[Closure, dict[str, str]]] = {}
        self._code = Code(self.sources, _declared)
        self._places: dict[str, Statement] = {}

    def run(self, experiment: Experiment, seed: int) -> dict[str, str]:
        """What one run is made of: not its experiment's name and title, and not how far it goes."""
        project = self.project
        given: Any = experiment.start or experiment.fit
        closure, found = self._followed(experiment)
        named = project.libraries if experiment.libraries is None else experiment.libraries
        used = {name: distribution(name)[0] or "none" for name in named or ()}
        used = versions(closure.of(LIBRARY)) if named is None else used
        names = project.data_files if experiment.files is None else experiment.files
        return {
            **found,
            **{f"library {name}": version for name, version in used.items()},
            **({"exclusive": "yes"} if experiment.exclusive else {}),
            **self._files(names, experiment.location),
            "specification": _specification_repr(experiment),
            "code": given if isinstance(given, str) else f"{given.__module__}:{given.__qualname__}",
            "python": PYTHON,
            "threads": str(project.threads),
            "engine": str(ENGINE),
            "seed": str(seed),
        }

    def reader(self, reader: Reader, runs: Mapping[tuple[str, int], str]) -> dict[str, str]:
        """What an answer or a figure is made of, beside the engine and the answers that it reads.

        `runs` has the digest of each run that it reads, by experiment and seed, or `UNKNOWN`.
        """
        closure, followed = self._followed(reader)
        order = [[*reader.epochs], [one.name for one in reader.tables], reader.answers]
        found = {**followed, "reads": short_hash(order), "python": PYTHON}
        for name, epochs in reader.epochs.items():
            each = {str(seed): value for (of, seed), value in runs.items() if of == name}
            label = f"reads {name} {' '.join(map(str, epochs))}"
            found[label] = UNKNOWN if UNKNOWN in each.values() else short_hash(each)
            found[f"experiment {name}"] = declaration_hash(self.project.experiment(name))
        for study in (one.subject for one in reader.reads if isinstance(one.subject, Study)):
            found[f"experiment {study.name}"] = declaration_hash(study)
        for table in (*reader.tables, *(one for one in self._values(closure) if isinstance(one, Data))):
            found[f"table {table.name}"] = short_hash([table.replicate, table.where, table.missing])
            own = {f"data {table.name}": table.sha256} if table.path is None else {}
            found |= own or self._files([table.path or ""], table.location)
        found |= {f"library {name}": version for name, version in versions(closure.of(LIBRARY)).items()}
        return found | self._files(reader.data, reader.location)

    def described(self, name: str) -> tuple[str, str]:
        """What a person calls an ingredient and its place now: `function project:fit`, `project.py:12`."""
        label = name.removeprefix("code ")
        one = self._places.get(label)
        path = self.sources.path(one.module if one else label) if name.startswith("code ") else None
        if path:
            return (
                (f"{one.kind} {label}", f"{display_path(path)}:{one.node.lineno}")
                if one
                else (name, display_path(path))
            )
        return name, next((one.location for one in self.project.runs if name == f"experiment {one.name}"), "")

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
        """The closure of a subject, and what it is made of by that and by what its function closes over."""
        values: dict[str, str] = {}
        code: list[Any] = []
        owner = with_location(subject.location, subject.name)
        if isinstance(subject, Experiment):
            _specification_repr(subject, code)
        given: Any = subject.function if isinstance(subject, Reader) else subject.start or subject.fit
        module, name = getattr(given, "__module__", ""), getattr(given, "__qualname__", "<")
        if isinstance(given, str):
            module, _, name = given.partition(":")
        if name.startswith("<"):
            text = "has no name; write a function or a class at the top of a module"
            raise UsageError(f"{owner}: {given!r} {text}")
        entries = {(module, name.partition(".")[0])}
        cells = getattr(given, "__closure__", None) or ()
        for free, cell in zip(given.__code__.co_freevars if cells else (), cells, strict=True):
            value, where = cell.cell_contents, f"{owner}: its {free}"
            known = [declaration_hash(one) for one in _declared(value)]
            values[f"value {free}"] = (
                short_hash(known) if known else canonical_repr(value, where, code, functions=True)
            )
        for one in code:
            module, name = one.__module__, one.__qualname__.partition(".")[0]
            entries.add((module, name) if self.sources.path(module) else (module.partition(".")[0], ""))
        label = frozenset(entries)
        if label not in self.closures:
            closure = self._code.closure(sorted(entries), [self.project.module])
            self.closures[label] = closure, self._told(closure)
        closure, found = self.closures[label]
        return closure, found | values

    def _told(self, closure: Closure) -> dict[str, str]:
        groups: dict[str, list[Statement]] = {}
        for one in sorted(closure.statements, key=lambda each: (each.node.lineno, each.alias)):
            groups.setdefault(one.label, []).append(one)
            self._places.setdefault(one.label, one)
        found = {
            f"code {label}": short_hash([one.digest for one in group]) for label, group in groups.items()
        }
        for name in self.sources.modules() if ANY_CODE in closure.items else ():
            if path := self.sources.path(name):
                found[f"code {name}"] = hashlib.sha256(self.sources.read(path)).hexdigest()[:16]
        named = [one for one in self._values(closure) if not isinstance(one, Data)]
        return found | {f"experiment {one.name}": declaration_hash(one) for one in named}

    def _values(self, closure: Closure) -> list[Any]:
        return [self._code.values[one] for one in closure.of(VALUE)]

    def _files(self, paths: Iterable[str | Path], place: str) -> dict[str, str]:
        found = {}
        for path in (self.project.package / each for each in paths):
            if not path.is_file():
                text = f"{display_path(path)} is not there; restore it, or correct its name"
                raise UsageError(text, location=place)
            found[f"data {os.path.relpath(path, self.project.package)}"] = self.data.digest(path)
        return found


def short_hash(value: Any) -> str:
    """The digest of plain values, short: enough to tell versions of one thing apart."""
    return sha256_of(value)[:16]


def _declared(value: Any) -> list[Any]:
    """The experiments, studies and tables that a value consists of; they count by what they are."""
    if isinstance(value, (Experiment, Study, Read, Data)):
        return [value.subject if isinstance(value, Read) else value]
    inner = value.values() if type(value) is dict else value if type(value) in (list, tuple, set) else ()
    found = [_declared(one) for one in inner]
    return [each for one in found for each in one] if all(found) else []


def declaration_hash(one: Experiment | Study) -> str:
    """The digest of how an experiment is declared: what readers of its results can see of it."""
    if isinstance(one, Study):
        return short_hash([one.name, one.title, repr(one.axes), *map(declaration_hash, one.experiments())])
    return short_hash(
        [
            one.name,
            one.title,
            one.epochs,
            one.seeds,
            one.exclusive,
            repr(one.design),
            _specification_repr(one),
        ]
    )


def _specification_repr(experiment: Experiment, code: list[Any] | None = None) -> str:
    where = with_location(experiment.location, f"experiment {experiment.name!r}: specification")
    return canonical_repr(experiment.specification, where, code)


@cache
def engine_hash() -> str:
    """The digest of all files of the engine, of which everything but runs is made."""
    paths = [path for path in sorted(ENGINE_FOLDER.rglob("*")) if "__pycache__" not in path.parts]
    own = [[str(path.relative_to(ENGINE_FOLDER)), sha256_of_file(path)] for path in paths if path.is_file()]
    return short_hash(own)


_latest: list[Ingredients] = []


def ingredients(project: Project, cache_file: Path | None = None) -> Ingredients:
    """The ingredients of a loaded project, made once."""
    if not _latest or _latest[0].project is not project:
        _latest[:] = [Ingredients(project, cache_file)]
    return _latest[0]


def run_inputs(project: Project, experiment: Experiment, seed: int) -> dict[str, str]:
    """What a run is made of; its `key` names it. Raises `UsageError` for what cannot be told."""
    return ingredients(project).run(experiment, seed)


def changed_since_loaded(project: Project) -> list[str]:
    """The files of code and data that are not any more what was digested."""
    found = ingredients(project)
    return sorted({display_path(path) for path in (*found.sources.changed(), *found.data.changed())})


@contextmanager
def check_reads(project: Project, made_of: Mapping[str, str], owner: str | Reader) -> Iterator[None]:
    """Raise `UsageError` at the end for what is read or loaded meanwhile and is no ingredient."""
    declare = "data_files= of the project, or in files= of the experiment"
    if isinstance(owner, Reader):
        declare = "data="
        owner = with_location(owner.location, f"{type(owner).__name__.lower()} {owner.name!r}")
    found = ingredients(project)
    before = len(found.sources.loaded)
    opened.clear()
    yield
    read = sorted(opened)
    closures = [closure for closure, code in found.closures.values() if code.items() <= made_of.items()]
    known = {name for closure in closures for name in closure.modules}
    for name in found.sources.loaded[before:]:
        if name not in known and not any(ANY_CODE in closure.items for closure in closures):
            text = f"the module {name} was loaded for it in a way that cannot be followed"
            raise UsageError(f"{owner}: {text}; import it by its name")
    declared = {name.removeprefix("data ") for name in made_of if name.startswith("data ")}
    for path in map(Path, read):
        if os.path.relpath(path, project.package) not in declared and readable(path, project.folder):
            text = f"the file {display_path(path)} was read for it, which is not among its ingredients"
            raise UsageError(f"{owner}: {text}; declare it in {declare}")
