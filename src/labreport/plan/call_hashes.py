"""Digests of the calls that declare experiments, to tell an edit of a helper from one of its call."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from labreport.errors import location_of
from labreport.project import Experiment
from labreport.results import short_hash


class CallHashes:
    """Digests of the calls in the files of a project, each file read once."""

    def __init__(self) -> None:
        self._by_file: dict[str, dict[int, str]] = {}

    def of(self, experiment: Experiment) -> tuple[str, ...]:
        """The digests of the calls that declare an experiment, the innermost first."""
        return tuple(self._of_line(file, line) for file, line in experiment.calls)

    def edited_location(self, experiment: Experiment, before: Sequence[str]) -> str:
        """The line of the outermost call that has been edited; of the outermost call if none has."""
        if not experiment.calls:
            return experiment.location
        edited = experiment.calls[-1]
        now = self.of(experiment)
        if len(before) == len(now):
            for call, hash_before, hash_now in zip(experiment.calls, before, now, strict=True):
                if hash_before != hash_now:
                    edited = call
        return location_of(*edited)

    def _of_line(self, file: str, line: int) -> str:
        if file not in self._by_file:
            self._by_file[file] = _hashes_by_line(Path(file))
        return self._by_file[file].get(line, "")


def _hashes_by_line(file: Path) -> dict[int, str]:
    """The digest of the first call that begins on each line of a file of Python."""
    hashes: dict[int, str] = {}
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError):  # of a notebook, or edited since
        return hashes
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            hashes.setdefault(node.lineno, short_hash(ast.dump(node)))
    return hashes
