"""Runs the real program in a small checkout with the stand-in exercise, and sees what it made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import warm
from prepared import engine, prepared
from standin.checkout import ROOT, TYPESETTING, make_checkout

from labreport.front import fresh

SHARED = {"alpha-10": "alpha", "alpha-middle": "alpha", "rates/rate=0.5": "alpha"}
"""Experiments of the stand-in that are the trajectory of another, and are trained and stored with it."""


@dataclass(frozen=True)
class Ran:
    """What one run printed, returned and made: names of nodes whose output files are new.

    Experiments on one trajectory have one file, and count as the one in `SHARED`.
    """

    code: int
    out: str
    err: str
    made: frozenset[str]


@dataclass(frozen=True)
class Program:
    """A checkout in a folder of its own."""

    folder: Path

    @classmethod
    def fresh(cls, folder: Path, typeset: bool = False) -> Program:
        """A new checkout without a report; its documents are set in type only with `typeset`.

        Without, its engine is a link to one that many share; `own_engine` puts a copy in its place.
        """
        program = cls(make_checkout(folder, engine=engine()))
        if typeset:
            program.own_engine()
            for name in TYPESETTING:
                shutil.copy(ROOT / "src" / "labreport" / name, folder / "src" / "labreport" / name)
        return program

    @classmethod
    def built(cls, *arguments: str) -> Program:
        """A checkout with the report that `build.py` makes with these arguments; copied, never changed."""

        def make(folder: Path) -> None:
            ran = cls.fresh(folder).run(*arguments)
            assert ran.code == 0, ran.err

        return cls(prepared(f"built{''.join(arguments)}", make))

    @classmethod
    def typeset(cls) -> Program:
        """A checkout with a report of one seed that is set in type; copied, never changed."""

        def make(folder: Path) -> None:
            ran = cls.fresh(folder, typeset=True).run("--seeds", "1")
            assert ran.code == 0, ran.err

        return cls(prepared("typeset", make))

    @property
    def shared(self) -> str:
        """The folder from which an engine is loaded that it shares; empty where it has one of its own."""
        link = self.folder / "src" / "labreport"
        return str(link.readlink().parent) if link.is_symlink() else ""

    def share_engine(self) -> Program:
        """The same checkout, whose engine was edited, and is loaded once for all its runs and its copies'."""
        own, shared = self.folder / "src" / "labreport", self.folder.with_name("engine") / "labreport"
        shared.parent.mkdir()
        own.rename(shared)
        own.symlink_to(shared)
        return self

    def own_engine(self) -> Program:
        """The same checkout, with a copy of the engine that may be edited."""
        link = self.folder / "src" / "labreport"
        if link.is_symlink():
            shared = link.readlink()
            link.unlink()
            shutil.copytree(shared, link, ignore=shutil.ignore_patterns("__pycache__"))
        return self

    def copy(self, folder: Path) -> Program:
        """The same checkout and report at another place."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Program(folder)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace one text by another in a file; both sides must make a difference."""
        if name.startswith("src/labreport/"):
            self.own_engine()
        path = self.folder / name
        text = path.read_text()
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1))

    def run(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        timeout: float = 120,
        cold: bool = False,
    ) -> Ran:
        """Run `build.py` as a user would, in a process that has the libraries already (see `warm`).

        In a fresh interpreter if it is to be `cold`, or the environment has what is read at its start. A
        checkout with an engine of its own keeps the compiled code, which its next process then has.
        """
        if cold:
            self.own_engine()
        before = self.outputs()
        command, folder, libraries = self.started(*arguments)
        kept = {"PYTHONDONTWRITEBYTECODE": "1" if self.shared else ""}
        variables = {**os.environ, "COLUMNS": "200", **kept, **(environment or {})}
        if cold or any(name.startswith(("PYTHON", "LANG", "LC_")) for name in environment or {}):
            ran = subprocess.run(
                [sys.executable, *command],
                capture_output=True,
                text=True,
                timeout=timeout,
                env=variables,
                cwd=folder,
            )
            found = warm.Ended(0, ran.returncode, ran.stdout, ran.stderr)
        else:
            found = warm.run(command, folder, variables, timeout, libraries, engine=self.shared)
        after = self.outputs()
        made = {name for name, state in after.items() if before.get(name) != state}
        return Ran(found.code, found.out, found.err, frozenset(made))

    def started(self, *arguments: str) -> tuple[list[str], Path, tuple[str, ...]]:
        """What is run with these arguments, in which folder, and which libraries that needs besides."""
        return [str(self.folder / "build.py"), *arguments], self.folder, ()

    def up_to_date(self, *arguments: str) -> bool:
        """Whether the front door would say so without a closer look."""
        return fresh(str(self.folder), f"2 {sys.executable} {sys.version.split()[0]}", list(arguments))

    def outputs(self) -> dict[str, Any]:
        """Every node that has an output file, with a state that changes when it is written."""
        report = self.folder / "report"
        found: dict[str, Any] = {}
        for path in report.glob("cache/*/*.json"):
            found[f"{path.parent.name}/{path.stem}"] = _state(path)
        for path in report.glob("results/*.json"):
            try:
                plain = json.loads(path.read_bytes())
            except ValueError:
                continue  # damaged, or somebody else's
            # An edited experiment leaves the result of its old specification under the same name
            name = trajectory(f"result/{plain['name']}#{plain['seed']}")
            found.setdefault(name, set()).add(_state(path))
        for slug, name in DOCUMENTS.items():
            if (report / name).is_file():
                found[f"document/{slug}"] = (report / name).read_bytes()
        return found

    def plan(self, *arguments: str) -> dict[str, str]:
        """State by node, as `status --json` reports; of a trajectory, that of its least fresh experiment."""
        found = json.loads(self.run("status", "--json", *arguments).out)
        states: dict[str, str] = {}
        for node in found["nodes"]:
            name = trajectory(node["name"])
            states[name] = max(states.get(name, "fresh"), node["state"], key=_UNTIDINESS.index)
        return states


DOCUMENTS = {
    "html": "report.html",
    "pdf": "report.pdf",
    "answers": "answers.json",
    "crate": "ro-crate-metadata.json",
    "workflow": "workflow.py",
}
"""The node of each document, and its file."""
_UNTIDINESS = ("fresh", "pending", "stale")


def trajectory(node: str) -> str:
    """A node's name; of a result, that of the experiment whose trajectory it is."""
    kind, _, slug = node.partition("/")
    experiment, hash_, seed = slug.rpartition("#")
    return f"{kind}/{SHARED.get(experiment, experiment)}#{seed}" if kind == "result" and hash_ else node


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return (status.st_mtime_ns, status.st_ino)
