"""The folder in which runs are kept: one JSON file a run, and its arrays beside it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from labreport.errors import shown
from labreport.results.arrays import write_arrays
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
        self._known: dict[tuple[Path, int, int], Run | None] = {}

    def find(self, key: str, seed: int) -> Run | None:
        """The run of this key and seed, whichever experiment it was made for; None where there is none."""
        found = self._read(sorted(self.folder.glob(f"*/{seed}-{key[:8]}.json")))
        return next((run for run in found if run.key == key and run.seed == seed), None)

    def runs(self) -> Iterator[Run]:
        """All runs that are not damaged."""
        return self._read(sorted(self.folder.glob("*/*-*.json")))

    def newest(self, name: str, seed: int) -> Run | None:
        """The run of an experiment and a seed that was written last, whatever its key."""
        paths = self.folder.glob(f"{safe_name(name)}/{seed}-*.json")
        return next(self._read(sorted(paths, key=lambda one: one.stat().st_mtime_ns, reverse=True)), None)

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
        kept = [_told(each) for each in run.kept.values()]
        write_json(path, {**vars(run), "kept": kept, "state": run.state and _told(run.state)})
        named = {path, *(each.file for each in (*run.kept.values(), run.state) if each)}
        for old in set(path.parent.glob(f"{path.stem}.*.safetensors")) - named:
            old.unlink(missing_ok=True)
        return run

    def remove(self, run: Run) -> int:
        """Remove the files of a run; the bytes that are free then."""
        return _removed(self.files(run))

    def clean(self, keys: Container[str]) -> int:
        """Remove all runs but those of these keys; the bytes that are free then."""
        whole = {path for run in self.runs() if run.key in keys for path in self.files(run)}
        ours = [path for path in self.folder.rglob("*") if path.is_file() and _OURS.fullmatch(path.name)]
        return _removed(path for path in ours if path not in whole)

    def _read(self, paths: Iterable[Path]) -> Iterator[Run]:
        """The runs in files but those that are damaged, which a notice tells."""
        for path in paths:
            status = path.stat()
            stamp = path, status.st_mtime_ns, status.st_ino
            if stamp not in self._known:
                self._known[stamp] = self._parsed(path)
            if run := self._known[stamp]:
                yield run

    def _parsed(self, path: Path) -> Run | None:
        """The run in a file, damaged arrays left out."""

        def kept(each: dict[str, Any]) -> Kept:
            return Kept(int(each["epoch"]), each["metrics"], path.with_name(each["file"]), each["sha256"])

        try:
            told = read_json(path) or {}
            found = [kept(each) for each in told["kept"]]
            state = kept(told["state"]) if told["state"] else None
            told |= {"records": tuple(told["records"]), "state": state if state and state.whole else None}
            run = Run(**{**told, "kept": {each.epoch: each for each in found if each.whole}})
        except Damaged as damage:
            self._notice(str(damage))
            return None
        except (LookupError, TypeError, ValueError, AttributeError):
            self._notice(f"{shown(path)} is of another version")
            return None
        for each in found:
            if each.epoch not in run.kept:
                self._notice(f"{shown(each.file)} is missing or damaged")
        return run

    def _notice(self, text: str) -> None:
        self.notices.append(f"{text}; it is made again")


def _told(kept: Kept) -> dict[str, Any]:
    return {"epoch": kept.epoch, "metrics": kept.metrics, "file": kept.file.name, "sha256": kept.sha256}


def _removed(paths: Iterable[Path]) -> int:
    """Remove files, and folders that are empty then; the bytes that are free."""
    freed = 0
    for path in paths:
        freed += path.stat().st_size
        path.unlink()
        with suppress(OSError):
            path.parent.rmdir()
    return freed
