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
from pathlib import Path
from typing import TypeAlias

from labreport.results import files

KNOWN_VALUES = "values.json"
"""The file beside the results that says which values are equal in every process, and which are not."""
_HASH_SEEDS = ("1", "2")
Digests: TypeAlias = dict[str, str]
"""The digests of values, by label."""


def read_known(folder: Path | None) -> tuple[Digests, set[str]]:
    """What is known by earlier builds: digests that were equal in several processes, labels that were not."""
    known = None
    if folder is not None:
        with suppress(files.Damaged):
            known = files.read_json(folder / KNOWN_VALUES)
    return (known["stable"], set(known["unstable"])) if known else ({}, set())


def write_known(folder: Path, stable: Digests, unstable: set[str]) -> None:
    """Keep what is known in a folder of results. Raises `DiskError`."""
    files.write_json(folder / KNOWN_VALUES, {"stable": stable, "unstable": sorted(unstable)})


def varying_labels(digests: Digests, project_folder: Path, unstable: Iterable[str]) -> set[str]:
    """The labels whose digests are others in other processes, as far as these can load the project."""
    varying = set[str]()
    for elsewhere in digests_elsewhere(project_folder, unstable):
        for label, digest in digests.items():
            if elsewhere.get(label, digest) != digest:
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
    from labreport.stale.inputs import Dependencies
    from labreport.stale.loader import open_project

    folder, output, *unstable = sys.argv[1:]
    digests = Dependencies(open_project(folder), unstable=unstable).value_digests()
    Path(output).write_text(json.dumps(digests), "utf-8")
