"""Hashes of the calls that declare experiments, by which `why` names the line that was edited.

An experiment may be declared by a helper: either the helper or the line that calls it may have been edited.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from labreport.errors import location_of
from labreport.project import Experiment
from labreport.results import short_hash


class CallHashes:
    """Short hashes of the calls in the files of a project; each file is parsed once."""

    def __init__(self) -> None:
        self._by_file: dict[str, dict[int, str]] = {}

    def of(self, experiment: Experiment) -> tuple[str, ...]:
        """The hashes of the calls that declare an experiment, the innermost first."""
        return tuple(self._of_line(file, line) for file, line in experiment.calls)

    def edited_location(self, experiment: Experiment, before: Sequence[str]) -> str:
        """The line of the outermost call whose hash differs from `before`; of the outermost if none does."""
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
    """Line number to the hash of the first call that begins there; empty for a file that is no Python."""
    hashes: dict[int, str] = {}
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError):  # a notebook, or a file that was edited since
        return hashes
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            hashes.setdefault(node.lineno, short_hash(ast.dump(node)))
    return hashes
