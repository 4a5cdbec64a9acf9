"""Find values that differ from process to process: a clock, an unseeded generator, the order of a set.

If a project has new values, it is loaded again in two processes with other hash seeds, and compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from labreport.results import files
from labreport.stale.closures import Closures, ValueHashes, compute_closures
from labreport.stale.loader import LoadedProject, open_project

KNOWN_VALUES = "values.json"
"""The file in the folder of results that remembers which values are equal in every process."""
_HASH_SEEDS = ("1", "2")


@dataclass(frozen=True)
class KnownValues:
    """What earlier comparisons of processes have found."""

    stable: ValueHashes = field(default_factory=dict)
    """Label to hash of the values that were equal in all processes."""
    unstable: frozenset[str] = frozenset()
    """The labels of the values that were not."""

    @classmethod
    def read(cls, folder: Path) -> KnownValues:
        """What a folder of results remembers; empty if the file is missing or damaged."""
        with suppress(files.Damaged):
            known = files.read_json(folder / KNOWN_VALUES)
            if known is not None:
                return cls(known["stable"], frozenset(known["unstable"]))
        return cls()

    def write(self, folder: Path) -> None:
        """Write it to a folder of results. Raises `DiskError`."""
        content = {"stable": self.stable, "unstable": sorted(self.unstable)}
        files.write_json(folder / KNOWN_VALUES, content)


def compare_processes(
    loaded: LoadedProject, closures: Closures, known: KnownValues, folder: Path
) -> Closures:
    """The closures of a project in which values that differ between processes count by their statements.

    If the project has values that are not in `known`, two more processes load it, and the result is written
    to `folder`. Raises `UsageError` if the object that runs an experiment differs.
    """
    hashes = closures.value_hashes()
    if hashes.items() <= known.stable.items():
        return closures
    while varying := varying_labels(hashes, loaded.project.folder, closures.graph.unstable):
        for experiment in loaded.project.all_experiments:
            if experiment.owner in varying:
                text = "what runs it differs from process to process; bind it to a name in the module"
                experiment.refuse_declaration(text)
        closures = compute_closures(loaded, closures.graph.unstable | varying)
        hashes = closures.value_hashes()
    KnownValues(hashes, closures.graph.unstable).write(folder)
    return closures


def varying_labels(hashes: ValueHashes, project_folder: Path, unstable: frozenset[str]) -> set[str]:
    """The labels of values for which another process finds another hash, without those in `unstable`."""
    varying = set[str]()
    for elsewhere in hashes_elsewhere(project_folder, unstable):
        for label, value_hash in hashes.items():
            if label not in unstable and elsewhere.get(label, value_hash) != value_hash:
                varying.add(label)
    return varying


def hashes_elsewhere(project_folder: Path, unstable: Iterable[str]) -> Iterator[ValueHashes]:
    """The hashes of a project's values in each of two processes with other hash seeds.

    A process that fails gives none.
    """
    with tempfile.TemporaryDirectory() as scratch:
        processes = []
        for seed in _HASH_SEEDS:
            output = Path(scratch, f"{seed}.json")
            arguments = [str(project_folder), str(output), *unstable]
            command = [sys.executable, "-c", f"from {__name__} import probe; probe()", *arguments]
            path = os.pathsep.join(filter(None, sys.path))
            environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet)
            processes.append((process, output))
        for process, output in processes:
            if process.wait() == 0:
                yield json.loads(output.read_text("utf-8"))


def probe() -> None:
    """Write the hashes of a project's values to a file; the main function of the processes above."""
    folder, output, *unstable = sys.argv[1:]
    hashes = compute_closures(open_project(folder), unstable).value_hashes()
    Path(output).write_text(json.dumps(hashes), "utf-8")
