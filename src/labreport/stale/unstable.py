"""Values that differ from process to process: the clock, an unseeded generator, the order of a set.

They are found by loading the project once more in processes with other hash seeds, when its values are new.
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
from labreport.stale.closures import Closures, Digests, compute_closures
from labreport.stale.effects import is_fixed
from labreport.stale.loader import LoadedProject, open_project

KNOWN_VALUES = "values.json"
"""The file beside the results that says which values are equal in every process, and which are not."""
_HASH_SEEDS = ("1", "2")


@dataclass(frozen=True)
class KnownValues:
    """What other processes have shown of the values of a project."""

    stable: Digests = field(default_factory=dict)
    """Digests that were equal in all of them."""
    unstable: frozenset[str] = frozenset()
    """The labels of values that were not."""

    @classmethod
    def read(cls, folder: Path) -> KnownValues:
        """What earlier builds have kept in a folder of results; nothing where the file is damaged."""
        known = None
        with suppress(files.Damaged):
            known = files.read_json(folder / KNOWN_VALUES)
        return cls(known["stable"], frozenset(known["unstable"])) if known else cls()

    def write(self, folder: Path) -> None:
        """Keep it in a folder of results. Raises `DiskError`."""
        content = {"stable": self.stable, "unstable": sorted(self.unstable)}
        files.write_json(folder / KNOWN_VALUES, content)


def compare_processes(
    loaded: LoadedProject, closures: Closures, known: KnownValues, folder: Path
) -> Closures:
    """What subjects rest on, where all values that differ from process to process count by their statements.

    If values are new, two more processes load the project, and what these show is written to the `folder` of
    results. Raises `UsageError` where what runs an experiment differs.
    """
    digests = closures.value_digests()
    if is_fixed(closures.graph.program) or digests.items() <= known.stable.items():
        return closures
    while varying := varying_labels(digests, loaded.project.folder, closures.graph.unstable):
        for experiment in loaded.project.all_experiments:
            if f"experiment {experiment.name}" in varying:
                text = "what runs it differs from process to process; bind it to a name in the module"
                experiment.refuse_declaration(text)
        closures = compute_closures(loaded, closures.graph.unstable | varying)
        digests = closures.value_digests()
    KnownValues(digests, closures.graph.unstable).write(folder)
    return closures


def varying_labels(digests: Digests, project_folder: Path, unstable: frozenset[str]) -> set[str]:
    """The labels, but for the `unstable`, of which a process that loads the project has another digest."""
    varying = set[str]()
    for elsewhere in digests_elsewhere(project_folder, unstable):
        for label, digest in digests.items():
            if label not in unstable and elsewhere.get(label, digest) != digest:
                varying.add(label)
    return varying


def digests_elsewhere(project_folder: Path, unstable: Iterable[str]) -> Iterator[Digests]:
    """The digests of a project's values, as other processes with other hash seeds find them."""
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
    """Write the digests of a project's values to a file; what the processes above are started with."""
    folder, output, *unstable = sys.argv[1:]
    digests = compute_closures(open_project(folder), unstable).value_digests()
    Path(output).write_text(json.dumps(digests), "utf-8")
