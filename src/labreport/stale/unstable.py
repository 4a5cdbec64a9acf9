"""Values that differ from process to process: the clock, an unseeded generator, the order of a set.

They are found by loading the project once more in a process with another hash seed, when its values are new.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from labreport.results import files

FILE = "values.json"
"""The file beside the results that says which values are equal in every process, and which are not."""
_HASH_SEEDS = ("1", "2")


Digests = dict[str, str]
"""The digests of values, by label."""


def read_known(folder: Path | None) -> tuple[Digests, set[str]]:
    """What is known by earlier builds: digests that were equal in several processes, labels that were not."""
    found = None
    if folder is not None:
        with suppress(files.Damaged):
            found = files.read_json(folder / FILE)
    return (found["stable"], set(found["unstable"])) if found else ({}, set())


def write_known(folder: Path, stable: Digests, unstable: set[str]) -> None:
    """Keep what is known in a folder of results. Raises `DiskError`."""
    files.write_json(folder / FILE, {"stable": stable, "unstable": sorted(unstable)})


def digests_elsewhere(folder: Path, unstable: Iterable[str]) -> list[Digests]:
    """The digests of a project's values, as other processes with other hash seeds find them.

    A process that cannot load the project tells nothing.
    """
    with tempfile.TemporaryDirectory() as scratch:
        processes = []
        for seed in _HASH_SEEDS:
            target = Path(scratch, f"{seed}.json")
            arguments = [str(folder), str(target), *unstable]
            command = [sys.executable, "-c", f"from {__name__} import probe; probe()", *arguments]
            environment = {
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            }
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet)
            processes.append((process, target))
        found = []
        for process, target in processes:
            process.wait()
            if target.is_file():
                found.append(json.loads(target.read_text("utf-8")))
        return found


def probe() -> None:
    """Write the digests of a project's values to a file; what the process above is started with."""
    from labreport.stale.inputs import Dependencies
    from labreport.stale.loader import load

    folder, target, *unstable = sys.argv[1:]
    digests = Dependencies(load(folder), unstable=unstable).value_digests()
    partial = Path(f"{target}.new")
    partial.write_text(json.dumps(digests), "utf-8")
    partial.replace(target)
