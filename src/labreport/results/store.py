"""The folder in which runs are kept: one JSON file a run, and its arrays beside it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from labreport.errors import shown
from labreport.results.arrays import KeptArrays, write_arrays
from labreport.results.files import Damaged, read_json, safe_name, write_json
from labreport.results.runs import Kept, Run

_OURS = re.compile(r"\.?\d+-.{8}(\..+)?")
"""Names of files of runs, of unfinished ones, and of locks."""


class Store:
    """`folder/NAME/SEED-KEY8.json`, with arrays in `SEED-KEY8.EPOCH.safetensors`.

    A state to continue from, between epochs that are kept, is in `SEED-KEY8.EPOCH.state.safetensors`. What is
    damaged counts as missing, and is told once in `notices`.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.notices: list[str] = []
        self._known: dict[Path, tuple[tuple[int, int], Run | None]] = {}

    def find(self, key: str, seed: int) -> Run | None:
        """The run of this key and seed, whichever experiment it was made for; None where there is none."""
        for path in sorted(self.folder.glob(f"*/{seed}-{key[:8]}.json")):
            run = self._read(path)
            if run and run.key == key and run.seed == seed:
                return run
        return None

    def runs(self) -> Iterator[Run]:
        """All runs that are not damaged."""
        for path in sorted(self.folder.glob("*/*-*.json")):
            if run := self._read(path):
                yield run

    def newest(self, name: str, seed: int) -> Run | None:
        """The run of an experiment and a seed that was written last, whatever its key."""
        paths = self.folder.glob(f"{safe_name(name)}/{seed}-*.json")
        for path in sorted(paths, key=lambda one: one.stat().st_mtime_ns, reverse=True):
            if run := self._read(path):
                return run
        return None

    def path(self, run: Run) -> Path:
        """The file of a run: where it is already, or below the name of its experiment."""
        name = f"{run.seed}-{run.key[:8]}.json"
        return next(iter(sorted(self.folder.glob(f"*/{name}"))), self.folder / safe_name(run.name) / name)

    def files(self, run: Run) -> tuple[Path, ...]:
        """All files of a run."""
        path = self.path(run)
        return tuple(sorted(path.parent.glob(f"{path.stem}.*")))

    def keep(self, run: Run, epoch: int, metrics: dict[str, Any], arrays: dict[str, Any]) -> Run:
        """The run with what is kept at an epoch; its arrays are written, and the run itself by `write`."""
        file = self.path(run).with_suffix(f".{epoch}.safetensors")
        kept = Kept(epoch, metrics, file, write_arrays(file, arrays))
        return replace(run, kept=dict(sorted({**run.kept, epoch: kept}.items())))

    def keep_state(self, run: Run, epoch: int, arrays: dict[str, Any]) -> Run:
        """The run with a state to continue from, likewise."""
        file = self.path(run).with_suffix(f".{epoch}.state.safetensors")
        return replace(run, state=Kept(epoch, {}, file, write_arrays(file, arrays)))

    def write(self, run: Run) -> Run:
        """Write the file of a run, whose arrays are written; then what it names no more is removed.

        Raises `DiskError`.
        """
        path = self.path(run)
        write_json(path, _told(run))
        named = {path, *(kept.file for kept in (*run.kept.values(), *([run.state] if run.state else [])))}
        for old in set(path.parent.glob(f"{path.stem}.*.safetensors")) - named:
            old.unlink(missing_ok=True)
        return run

    def remove(self, run: Run) -> int:
        """Remove the files of a run; the bytes that are free then."""
        freed = 0
        for path in self.files(run):
            freed += path.stat().st_size
            path.unlink()
        with suppress(OSError):
            self.path(run).parent.rmdir()
        return freed

    def clean(self, keys: Container[str]) -> int:
        """Remove all runs but those of these keys; the bytes that are free then."""
        whole = {path for run in self.runs() if run.key in keys for path in self.files(run)}
        freed = 0
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if path.is_dir():
                with suppress(OSError):
                    path.rmdir()
            elif path not in whole and _OURS.fullmatch(path.name):
                freed += path.stat().st_size
                path.unlink()
        return freed

    def _read(self, path: Path) -> Run | None:
        """The run in a file; None, and a notice, where it is damaged. Damaged arrays are left out."""
        try:
            status = path.stat()
        except OSError:
            return None
        stamp = status.st_mtime_ns, status.st_ino
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            self._known[path] = known = stamp, self._parsed(path)
        return known[1]

    def _parsed(self, path: Path) -> Run | None:
        run = None
        try:
            if told := read_json(path):
                run = _run(told, path.parent)
        except Damaged as damage:
            self._notice(str(damage))
        except (LookupError, TypeError, ValueError, AttributeError):
            self._notice(f"{shown(path)} is of another version")
        for epoch, kept in dict(run.kept).items() if run else ():
            if run and not KeptArrays(kept.file, kept.sha256).whole:
                self._notice(f"{shown(kept.file)} is missing or damaged")
                run = replace(run, kept={one: each for one, each in run.kept.items() if one != epoch})
        if run and run.state and not KeptArrays(run.state.file, run.state.sha256).whole:
            run = replace(run, state=None)
        return run

    def _notice(self, text: str) -> None:
        self.notices.append(f"{text}; it is made again")


def _told(run: Run) -> dict[str, Any]:
    def told(kept: Kept) -> dict[str, Any]:
        return {"epoch": kept.epoch, "metrics": kept.metrics, "file": kept.file.name, "sha256": kept.sha256}

    kept = [told(each) for each in run.kept.values()]
    found = {**vars(run), "kept": kept, "state": told(run.state) if run.state else None}
    return {name: value for name, value in found.items() if name != "declared"}


def _run(told: dict[str, Any], folder: Path) -> Run:
    def kept(each: dict[str, Any]) -> Kept:
        return Kept(int(each["epoch"]), each["metrics"], folder / Path(each["file"]).name, each["sha256"])

    found = {each.epoch: each for each in map(kept, told["kept"])}
    state = kept(told["state"]) if told["state"] else None
    return Run(**{**told, "records": tuple(told["records"]), "kept": found, "state": state})
