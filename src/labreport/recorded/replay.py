"""A recorded run in the place of a training: read once, then handed over epoch by epoch."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from labreport.fingerprint.files import stamp
from labreport.fingerprint.modules import folder_of
from labreport.recorded.raw import Options, RawRun, Read, bad, content
from labreport.recorded.recording import Recording
from labreport.recorded.shape import final, records
from labreport.run import Arrays

ARRAYS = ".npz"
"""The suffix of a file of arrays that lies beside a run's own file and has its name."""


class Replay:
    """A recorded run that is at `epoch`; see `labreport.run.Run`."""

    def __init__(self, folder: Path, run: RawRun, specification: Recording, epoch: int) -> None:
        self._folder = folder
        self._run = run
        self._records = records(run, specification.metrics)
        self._metrics = specification.metrics
        self._epoch = epoch

    def advance(self) -> dict[str, Any]:
        """The next record."""
        if self._epoch >= len(self._records):
            raise bad(self._run.where, "has fewer rows than a moment ago; run again when it is complete")
        self._epoch += 1
        return dict(self._records[self._epoch - 1])

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """The metrics as of this epoch, and the arrays of the file beside the run."""
        so_far = replace(self._run, rows=self._run.rows[: self._epoch])
        return final(so_far, self._metrics), arrays(
            self._folder, self._run.arrays
        ) if self._run.arrays else {}

    def state(self) -> Arrays:
        """The number of the epoch: all else is in the file."""
        import numpy

        return {"epoch": numpy.asarray(self._epoch)}


def replay(read: Read, specification: Recording, epoch: int) -> Replay:
    """The run that `specification` names, read by `read`. Raises `UsageError` where it is not there."""
    folder = folder_of(specification.package)
    found = read_once(read, folder, specification.source, specification.options)
    for run in found:
        if run.label == specification.label:
            return Replay(folder, run, specification, epoch)
    raise bad(specification.source, f"has no run {specification.label!r} any more; run again")


def read_once(read: Read, folder: Path, name: str, options: Options) -> list[RawRun]:
    """What `read` finds; a source that holds many runs is read once for all of them."""
    if (folder / name).is_dir():  # its clock does not show what changes inside its files
        return read(folder, name, options)
    return _read(read, folder, name, options, stamp(folder / name))


@lru_cache(maxsize=2)
def _read(read: Any, folder: Path, name: str, options: Options, stamped: object) -> list[RawRun]:
    found: list[RawRun] = read(folder, name, options)
    return found


def beside(folder: Path, name: str) -> str:
    """The name of the file of arrays beside a run's own file; empty where there is none."""
    path = Path(name).with_suffix(ARRAYS)
    return str(path) if (folder / path).is_file() else ""


def arrays(folder: Path, name: str) -> dict[str, Any]:
    """The arrays of an .npz file by name. Raises `UsageError` for one that is damaged or holds objects."""
    import io

    import numpy

    try:
        with numpy.load(io.BytesIO(content(folder, name)), allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, AttributeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise bad(
            name, f"not a file of arrays: {reason}; write it with numpy.savez, numbers and texts only"
        ) from None
