"""Digests of everything that a node can be made of: code, templates, files, data, libraries."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from functools import cached_property
from hashlib import sha256
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from labreport.errors import OutdatedCode, UsageError
from labreport.experiment import Experiment, Study, plain
from labreport.fingerprint.canonical import canonical, digest, exact
from labreport.fingerprint.code import CARRYING_OUT, Code
from labreport.fingerprint.files import Digests
from labreport.fingerprint.modules import changed, default_roots, distributions, folder_of, required, version
from labreport.fingerprint.observed import Allowed, edited, while_loading
from labreport.fingerprint.syntax import FORMAT as SUMMARY
from labreport.fingerprint.syntax import Summary, summarise
from labreport.fingerprint.templates import Templates
from labreport.frame import BIBLIOGRAPHY, MACROS, Lookup
from labreport.frame import ENGINE as FRAME
from labreport.outline import Section
from labreport.plan.ledger import Ledger
from labreport.plan.nodes import ORDER, Changed
from labreport.program import nearby
from labreport.project import Project

PROSES = "answers"
"""The folder of the frame with the prose that answers come with."""
ENGINE = Path(__file__).resolve().parents[1]
"""The engine's folder."""
DATA = "data "
"""How ingredients begin that are files, before their names."""
FUNCTION = "function "
"""How ingredients begin that are definitions, before their names."""
FORMAT = 2
"""Of a stored result; raising it makes every result stale."""
PYTHON = ".".join(map(str, sys.version_info[:2]))
"""The version of Python that runs everything."""
ONE_STEP = "labreport.execute.one_step:in_one_step"
"""What makes a run of a fit."""


def made_by(specification: Any, one_step: bool) -> tuple[str, ...]:
    """What has a part in a run besides its function, as roots of code: the classes of all dataclasses in its
    specification, whose methods it may call, and what drives a fit."""
    classes: set[type] = set()
    exact(specification, "specification", classes)
    return roots_of(classes, one_step)


def roots_of(classes: Iterable[type], one_step: bool) -> tuple[str, ...]:
    """The roots of code that these classes are."""
    roots = {f"{kind.__module__}:{kind.__qualname__.partition('.')[0]}" for kind in classes}
    return (*sorted(roots), *([ONE_STEP] if one_step else []))


class Fingerprints:
    """What can be said of a project's ingredients without making anything; each method gives named values.

    A group (functions, templates, files) is one digest; the ledger keeps its members, so that a reason can
    name the one that changed.
    """

    def __init__(self, project: Project, root: Path, digests: Digests, ledger: Ledger) -> None:
        self._project = project
        self._root = root
        self._lookup = Lookup(root / "templates")
        self._digests = digests
        self._ledger = ledger
        self._code = Code(project.source_roots or default_roots(project.package), self._summary)
        self._templates = Templates(
            self._lookup.find, self._template, MACROS, self._lookup.templates_there, self._lookup.shown
        )
        self._roots: dict[str, tuple[str, ...]] = {}
        self._training: dict[tuple[Any, ...], tuple[dict[str, Any], dict[str, str]]] = {}
        self._results: dict[int, tuple[Experiment, dict[str, Any], dict[str, str]]] = {}
        self._declarations: dict[str, str] = {}
        self._used: set[Path] = set()
        self._versions: dict[str, str] = {}

    def training(self, experiment: Experiment) -> dict[str, Any]:
        """All that decides a result besides its specification and its seed."""
        return self._trained(experiment)[0]

    def result(self, experiment: Experiment) -> tuple[dict[str, Any], dict[str, str]]:
        """All that decides a result besides its seed: not its title, nor how far it goes.

        By name, and the canonical text of each, most of which is that of other experiments.
        """
        known = self._results.get(id(experiment))
        if known is None:
            own = {"identity": experiment.identity[0], "specification": experiment.values}
            if experiment.exclusive:
                own["exclusive"] = True
            training, texts = self._trained(experiment)
            texts = {**texts, **{name: canonical(value, name) for name, value in own.items()}}
            known = self._results[id(experiment)] = (experiment, {**own, **training}, texts)
        return known[1:]

    def _trained(self, experiment: Experiment) -> tuple[dict[str, Any], dict[str, str]]:
        files = self._project.data_files if experiment.files is None else experiment.files
        classes = experiment.identity[1]
        label = (experiment.code, files, experiment.libraries, classes, experiment.one_step)
        if label not in self._training:
            roots = roots_of(classes, experiment.one_step)
            libraries = self._libraries(experiment, roots)
            found = self.rests_on(experiment.code, files, libraries, roots)
            self._training[label] = (found, {name: canonical(value) for name, value in found.items()})
        return self._training[label]

    def rests_on(
        self, code: str, files: Iterable[str], libraries: Iterable[str], more: Iterable[str] = ()
    ) -> dict[str, Any]:
        """What a result has in its key when it is made by `code` from `files`, which lie below the package.

        `more` is what `made_by` says of its specification.

        Raises `UsageError` for a file that is not there.
        """
        data = self._below(files, "data_files")
        return {
            "data": data,
            **self.code(code, *filter(self._code.defines, more)),
            **self._read_by(code, *filter(self._code.defines, more)),
            **self._versioned(libraries),
            "python": PYTHON,
            "threads": self._project.threads,
            "format": FORMAT,
        }

    def recorded(self, experiment: Experiment) -> dict[str, str]:
        """The runs of a recorded experiment, each by its digest. Its files count for the stamp only."""
        table = experiment.recorded
        assert table is not None
        for name in table.files:
            self._digests(table.folder / name)
        return self._group("runs", table.runs, f"run {experiment.name}: ")

    def declared(self, needs: tuple[str, ...]) -> dict[str, str]:
        """How what is read is declared, titles included, and in which order it is read."""
        if not needs:
            return {}
        members = {f"declaration of {need}": self._declaration(need) for need in needs}
        return self._group("declarations", {**members, ORDER: digest(needs)}, "")

    def _declaration(self, need: str) -> str:
        if need not in self._declarations:
            project = self._project
            all_named: tuple[Study | Experiment, ...] = (*project.studies, *project.experiments)
            found = next(one for one in all_named if one.name == need)
            self._declarations[need] = digest(exact(found))
        return self._declarations[need]

    @cached_property
    def outline(self) -> dict[str, Any]:
        """All that the outline says, by section, question and figure."""
        outline = self._project.outline
        parts = [part for section in outline.sections for part in self.section(section).items()]
        figures = [(f"figure {figure.slug}", digest(exact(figure))) for figure in outline.figures]
        order = [[section.slug for section in outline.sections], [figure.slug for figure in outline.figures]]
        rest = {one.name: getattr(outline, one.name) for one in fields(outline)}
        del rest["sections"], rest["figures"]
        return {**rest, **dict(parts), **dict(figures), "order": digest(order)}

    @staticmethod
    def section(section: Section) -> dict[str, str]:
        """All that the outline says of a section and of its questions."""
        alone = [exact(replace(section, questions=())), [question.slug for question in section.questions]]
        questions = {f"question {one.slug}": digest(exact(one)) for one in section.questions}
        return {f"section {section.slug}": digest(alone), **questions}

    def _libraries(self, experiment: Experiment, more: Iterable[str]) -> tuple[str, ...]:
        """The distributions that a run rests on: those of the experiment or the project, else those that its
        code imports, or that the classes of its specification come from, and all that these require.

        `more` is as of `rests_on`.
        """
        named = self._project.libraries if experiment.libraries is None else experiment.libraries
        if named is None:
            own = [root for root in more if self._code.defines(root)]
            others = {root.partition(".")[0].partition(":")[0] for root in more if root not in own}
            return required(distributions(self._code.libraries(experiment.code, *own) | others))
        return named

    def data(self, names: Iterable[str]) -> dict[str, str]:
        """Files below the project's package, each by its digest.

        Raises `UsageError` for one that is missing.
        """
        found = self._below(names, "where it is declared")
        return {f"{DATA}{name}": value for name, value in found.items()}

    def _below(self, names: Iterable[str], declared: str) -> dict[str, str]:
        package, found = folder_of(self._project.package), {}
        for name in names:
            value = self._digest(package / name)
            if value is None:
                raise UsageError(f"{nearby(package / name)}: not a file; restore it, or correct {declared}")
            found[name] = value
        return found

    def allowed(self, name: str, ingredients: Mapping[str, Any], declare: str) -> Allowed:
        """What may be loaded and read while something of these `ingredients` is made."""
        roots = self._roots[ingredients["code"]]
        data = (key.removeprefix(DATA) for key in ingredients if key.startswith(DATA))
        return Allowed(
            name,
            {name: self._digest(path) or "" for name, path in self._code.loaded(*roots).items()},
            frozenset((*data, *ingredients.get("data", ()))),
            str(folder_of(self._project.package)),
            str(self._root),
            declare,
            tuple(f"{room}." for room in CARRYING_OUT),
        )

    def code(self, *roots: str) -> dict[str, str]:
        """The functions `roots`, each `"module:function"`, with all that they call."""
        found = self._group("code", self._code.closure(*roots), FUNCTION)
        self._roots[found["code"]] = roots
        return found

    def code_here(self, *roots: str) -> dict[str, str]:
        """The same of what is made in the program's own process, with the versions of the libraries used.

        The project and all modules that its outline names may have been loaded before in that process: what
        loading them does to others counts too, and what they have read.
        """
        roots = (*roots, *self._beside)
        libraries = self.libraries(*distributions(self._code.libraries(*roots)))
        return {**self.code(*roots), **libraries, **self._read_while_loading, "python": PYTHON}

    def _read_by(self, *roots: str) -> dict[str, str]:
        """Files that the modules of these functions read while they are loaded: a run loads them again."""
        own = {str(path) for path in self._code.loaded(*roots).values()}
        read = [path for path, modules in sorted(while_loading.readers.items()) if modules & own]
        found = self._as_read(path for path in read if path in while_loading.files)
        return self._group("files that its modules read", found, "") if found else {}

    def _as_read(self, paths: Iterable[str]) -> dict[str, str]:
        return {f"file {os.path.relpath(path, self._root)}": self._digest(Path(path)) or "" for path in paths}

    @cached_property
    def _read_while_loading(self) -> dict[str, str]:
        """Files, folders and variables of the environment that the project reads while it is loaded."""
        found = self._as_read(sorted(while_loading.files))
        for path in sorted(while_loading.folders):
            names = sorted(os.listdir(path)) if os.path.isdir(path) else []
            found[f"folder {os.path.relpath(path, self._root)}"] = digest(names)
        for name in sorted(while_loading.variables):
            found[f"the environment's {name}"] = digest(os.environ.get(name))
        return self._group("files that the project reads", found, "") if found else {}

    @cached_property
    def _beside(self) -> tuple[str, ...]:
        project, outline = self._project, self._project.outline
        named = [
            *(question.answer for question in outline.questions),
            *(figure.draw for figure in outline.figures),
            *filter(None, (project.module, project.show_code, project.show_check)),
        ]
        return tuple(sorted({f"{name.partition(':')[0]}:" for name in named}))

    def templates(self, *names: str) -> dict[str, str]:
        """Templates with all that they include, and the macros that they use."""
        return self._group("templates", self._templates.closure(*names), "template ")

    def files(self, folder: str, label: str = "") -> dict[str, str]:
        """Every file of a folder of the frame."""
        label = label or folder
        found = {name: self._digest(path) for name, path in self._lookup.files(folder).items()}
        members = {f"{label}/{name}": value for name, value in found.items() if value is not None}
        return self._group(label, members, "file ")

    def has_template(self, name: str) -> bool:
        """Whether the project or the engine has a template of this name."""
        return self._lookup.find(name) is not None

    def written(self) -> dict[str, dict[str, list[Any]]]:
        """What `labreport.page.written` says of each template that a name means, by that name."""
        names = self._lookup.templates_there()
        every = ((name, self._lookup.find(name)) for name in (*names, *(f"{FRAME}{name}" for name in names)))
        return {name: self._template(path).get("written", {}) for name, path in every if path is not None}

    def used(self, *names: str) -> set[str]:
        """The names of all templates that those of these names can reach, and of the prose of answers."""
        reached = self._templates.closure(*names, *self._proses())
        return {label.partition(":")[0] for label in reached}

    def proses(self) -> dict[str, str]:
        """The prose that answers come with, all of it."""
        return self._group("proses", self._templates.closure(*self._proses()), "template ")

    def _proses(self) -> list[str]:
        return [f"{PROSES}/{name}" for name in self._lookup.files(PROSES, "*.html")]

    def words(self) -> dict[str, str]:
        """How the project calls things."""
        return {"words": digest(plain(self._project.words))}

    def references(self) -> dict[str, str]:
        """Each entry of the bibliography that a template cites; all of them where a key is computed."""
        known = self.bibliography().get("references", {})
        every = {key for each in self.written().values() for _, key in each.get("cites", ())} if known else ()
        cited = known if "" in every else [key for key in known if key in every]
        members = {key: digest(known[key][1:]) for key in cited}
        return self._group("references", members, "reference ") if members else {}

    def bibliography(self) -> Summary:
        """What `labreport.page.entries` says of the project's bibliography; nothing where there is none."""
        path = self._lookup.templates / BIBLIOGRAPHY

        def summary(source: str) -> Summary:
            from labreport.page.notations import entries

            return entries(source)

        return self._summarised(path, summary, self._page_code) if path.is_file() else {}

    def libraries(self, *distributions: str) -> dict[str, str]:
        """Versions of libraries, and of those that they require as far as these are installed."""
        return self._versioned((*distributions, *required(distributions)))

    def _versioned(self, distributions: Iterable[str]) -> dict[str, str]:
        found = {name: version(name) for name in distributions}
        self._versions.update(found)
        return {f"library {name}": known or "none" for name, known in found.items()}

    def edited(self, ingredients: Mapping[str, Any] | None = None) -> str:
        """What is said where something is not what it was when it was first looked at here; else empty.

        That is every file on which anything planned rests, and the libraries; only the data files among
        `ingredients` where these are given, and the libraries.
        """
        paths: Iterable[Path] = self._used
        if ingredients is not None:
            package = folder_of(self._project.package)
            paths = [package / name for name in ingredients["data"]]
        if path := self._digests.edited(paths):
            return edited(nearby(path))
        if other := changed(self._versions):
            return edited(f"the library {other}")
        return ""

    def _digest(self, path: Path) -> str | None:
        """The digest of a file on which something planned rests."""
        self._used.add(path)
        return self._digests(path)

    def _group(self, label: str, members: Any, prefix: str) -> dict[str, str]:
        named = {f"{prefix}{name}": value for name, value in members.items()}
        value = digest(named)
        self._ledger.groups[value] = named
        return {label: value}

    def located(self, reason: Changed) -> Changed:
        """With what a changed definition is, and its first line that changed, as far as that is known."""
        module, _, name = reason.what.removeprefix(FUNCTION).partition(":")
        if not reason.what.startswith(FUNCTION):
            return reason
        path, kind, lines, numbers = self._code.written(module, name)
        old, before = self._ledger.definitions.get(reason.was, ("", ""))
        if path is None or not numbers or not before or before == lines:
            return replace(reason, kind=kind or old)
        pairs = zip(numbers, lines.split(), chain(before.split(), repeat("")), strict=False)
        line = next((number for number, now, was in pairs if now != was), numbers[-1])
        return replace(reason, kind=kind, place=f"{nearby(path)}:{line}")

    def _summary(self, path: Path) -> Summary:
        own = path.is_relative_to(ENGINE)
        found = self._summarised(path, lambda source: summarise(source, nearby(path), own))
        for name, (kind, lines, _) in found.get("places", {}).items():
            self._ledger.definitions[found["definitions"][name][0]] = (kind, lines)
        return found

    def _template(self, path: Path) -> Summary:
        def summary(source: str) -> Summary:
            from labreport.page.templates import summarise, written

            return {**summarise(source), "written": written(source)}

        return self._summarised(path, summary, self._page_code)

    @cached_property
    def _page_code(self) -> str:
        """The part of the engine that reads templates, as it is: a new one finds other things in them."""
        folder = Path(__file__).parents[1] / "page"
        return digest({file.name: self._digest(file) for file in sorted(folder.glob("*.py"))})

    def _summarised(self, path: Path, summary: Callable[[str], Summary], by: str = SUMMARY) -> Summary:
        """The summary of a source file, from the ledger where its content is the same, and who makes it."""
        where = str(path.relative_to(self._root) if path.is_relative_to(self._root) else path)
        content = self._digest(path)
        if content is None:
            raise UsageError(f"{nearby(path)}: not a file that can be read")
        known = self._ledger.modules.get(where)
        if known is not None and known[0] == f"{by} {content}":
            found: Summary = known[1]
            return found
        try:
            data = path.read_bytes()
            if sha256(data).hexdigest() != content and sha256(data).hexdigest() != self._digests.again(path):
                raise OutdatedCode(edited(nearby(path)))
            source = data.decode()
        except UnicodeDecodeError as error:
            line = path.read_bytes().count(b"\n", 0, error.start) + 1
            raise UsageError(
                f"{nearby(path)}:{line}: not UTF-8 at byte {error.start}; save it as UTF-8"
            ) from None
        except OSError as error:
            raise UsageError(f"{nearby(path)}: cannot be read: {error.strerror}") from None
        # As JSON gives it back, so that a summary from the ledger and a new one are the same values
        made: Summary = json.loads(json.dumps(summary(source)))
        self._ledger.modules[where] = (f"{by} {sha256(data).hexdigest()}", made)
        return made
