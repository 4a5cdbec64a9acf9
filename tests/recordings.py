"""Declares recorded runs as a project would, reads them as an answer would, and builds reports of them."""

from __future__ import annotations

import importlib
import itertools
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prepared import prepared
from program import Program, Ran
from wine import NOT_COPIED, ROOT, labreport

from labreport.experiment import Experiment
from labreport.results import Result

_numbers = itertools.count()


@dataclass(frozen=True)
class Made:
    """What one run holds."""

    records: list[dict[str, Any]]
    metrics: dict[str, Any]
    arrays: dict[str, Any]


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """The folder is first on the import path."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def declare(folder: Path, call: str) -> Any:
    """What `call` of `recorded` or `recorded_groups` gives in a module of `folder`."""
    module = f"recordings_{next(_numbers)}"
    source = f"from labreport.recorded import recorded, recorded_groups\nFOUND = {call}\n"
    (folder / f"{module}.py").write_text(source)
    importlib.invalidate_caches()
    with importable(folder):
        return importlib.import_module(module).FOUND


def seeds(experiment: Experiment) -> list[int]:
    """The seeds of its runs, in order."""
    return [run.seed for run in results(experiment)]


def results(experiment: Experiment) -> tuple[Result, ...]:
    """Its runs, as answers see them."""
    assert experiment.recorded is not None
    return experiment.recorded.results()


def replayed(experiment: Experiment) -> dict[int, Made]:
    """Every run of an experiment by seed."""
    return {run.seed: _made(run) for run in results(experiment)}


def _made(run: Result) -> Made:
    last = run.at()
    return Made([dict(record) for record in run.records], dict(last.metrics), dict(last.arrays))


class Example(Program):
    """A project of its own, built by the command in its folder."""

    @classmethod
    def of_repository(cls, name: str) -> Example:
        """The example of this name in this repository, with its report; copied, never changed."""

        def make(folder: Path) -> None:
            shutil.copytree(ROOT / "examples" / name, folder, ignore=NOT_COPIED)
            assert cls(folder).run().code == 0

        return cls(prepared(f"example-{name}", make))

    def run(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        timeout: float = 300,
        cold: bool = False,
    ) -> Ran:
        """Run `labreport` as a user would; the documents are not set in type."""
        assert not cold
        assert not environment
        before = self.outputs()
        found = labreport(self.folder, *arguments)
        after = self.outputs()
        made = {name for name, state in after.items() if before.get(name) != state}
        return Ran(found.returncode, found.stdout, found.stderr, frozenset(made))
