"""Values that differ from process to process: the clock, an unseeded generator, the order of a set.

They are found by loading the project once more in a process with another hash seed, when its values are new.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from labreport.results import files

FILE = "values.json"
"""The file beside the results that says which values are equal in every process, and which are not."""
_HASH_SEEDS = ("1", "2")


@dataclass
class KnownValues:
    """What is known of values by earlier builds."""

    stable: dict[str, str] = field(default_factory=dict)
    """Digests that two processes have found equally, by label."""
    unstable: tuple[str, ...] = ()
    """Labels of values that differ from process to process."""

    def unknown(self, digests: Mapping[str, str]) -> bool:
        """Whether some of these digests were not seen before."""
        return any(self.stable.get(label) != digest for label, digest in digests.items())


def read_known(folder: Path | None) -> KnownValues:
    """What is known, from a folder of results; nothing where the file is missing or damaged."""
    found = None
    if folder is not None:
        with suppress(files.Damaged):
            found = files.read_json(folder / FILE)
    if not found:
        return KnownValues()
    return KnownValues(found["stable"], tuple(found["unstable"]))


def write_known(folder: Path, known: KnownValues) -> None:
    """Keep what is known in a folder of results. Raises `DiskError`."""
    files.write_json(folder / FILE, {"stable": known.stable, "unstable": list(known.unstable)})


def digests_elsewhere(folder: Path, unstable: Iterable[str]) -> list[dict[str, str]]:
    """The digests of values, by label, as other processes with other hash seeds find them.

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
    from labreport.stale.inputs import value_digests
    from labreport.stale.loader import load

    folder, target, *unstable = sys.argv[1:]
    digests = value_digests(load(folder), unstable)
    partial = Path(f"{target}.new")
    partial.write_text(json.dumps(digests), "utf-8")
    partial.replace(target)
