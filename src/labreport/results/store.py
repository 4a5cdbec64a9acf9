"""The folder of stored runs, and an index of it that is built from file names alone."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec

from labreport.errors import display_path
from labreport.project import Arrays
from labreport.results import files
from labreport.results.file_lists import FileLists
from labreport.results.files import JsonObject
from labreport.results.runs import Checkpoint, Run, name_of_file

_RUN_FILE = re.compile(r"\d+-[0-9a-f]{16}\.json")
_STORED_FILE = re.compile(r"\.?\d+-[0-9a-f]{16}(\..+)?")
"""Matches the files that a store writes: runs, arrays, temporary files and locks."""

_STORED_NAMES = {"ended_early": "finished", "file_list_hash": "reads"}
"""Fields of a run that have other names in its file."""


class Store:
    """The runs in a folder: `NAME/SEED-KEY.json` for each, arrays beside it in `SEED-KEY.EPOCH.safetensors`.

    KEY is the first 16 digits of the key. The state to continue from is in
    `SEED-KEY.EPOCH.state.safetensors`. Lists of files that were read are in `folder/reads`. A damaged file
    counts as missing, and is reported once in `notices`.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.file_lists = FileLists(self.folder / "reads")
        self.notices: list[str] = []
        self._runs: dict[Path, Run | None] = {}
        """The runs that were read so far, by path; None if the file is damaged."""
        self._paths: dict[tuple[int, str], Path] = {}
        """The file of each run, by seed and first digits of its key."""
        self._paths_of_experiment: dict[tuple[str, int], set[Path]] = {}
        """The files of all runs of an experiment and a seed; the experiment by the name of its folder."""
        for name in sorted(glob.iglob("*/*.json", root_dir=self.folder)):
            if _RUN_FILE.fullmatch(os.path.basename(name)):
                self._add(self.folder / name)

    def _add(self, path: Path) -> None:
        """Add the file of a run to the index."""
        seed, key = _seed_and_key(path)
        self._paths[seed, key] = path
        self._paths_of_experiment.setdefault((path.parent.name, seed), set()).add(path)

    def _forget(self, path: Path) -> None:
        """Remove the file of a run from the index."""
        seed, key = _seed_and_key(path)
        self._runs.pop(path, None)
        self._paths.pop((seed, key), None)
        self._paths_of_experiment.get((path.parent.name, seed), set()).discard(path)

    def find(self, key: str, seed: int) -> Run | None:
        """The run with this key and seed, of any experiment; None if it is not stored or damaged."""
        path = self._paths.get((seed, key[: files.HASH_DIGITS]))
        run = self._run(path) if path else None
        return run if run and run.key == key else None

    def reload(self, key: str, seed: int, name: str) -> Run | None:
        """The run as it is on disk now, which another process may have written; None if there is none."""
        path = self._path(key, seed, name)
        self._forget(path)
        if path.is_file():
            self._add(path)
        return self.find(key, seed)

    def runs(self) -> Iterator[Run]:
        """All runs that are not damaged, ordered by path."""
        for path in sorted(self._paths.values()):
            if run := self._run(path):
                yield run

    def of_experiment(self, name: str, seed: int) -> list[Run]:
        """All stored runs of an experiment and a seed, with any key, the newest first."""
        paths = self._paths_of_experiment.get((files.safe_name(name), seed), set())
        by_time = sorted(paths, key=lambda path: path.stat().st_mtime_ns, reverse=True)
        runs = map(self._run, by_time)
        return [run for run in runs if run]

    def path(self, run: Run) -> Path:
        """The JSON file of a run: the existing one, else the one to create in the experiment's folder."""
        return self._path(run.key, run.seed, run.name)

    def _path(self, key: str, seed: int, name: str) -> Path:
        beginning = key[: files.HASH_DIGITS]
        path = self.folder / files.safe_name(name) / f"{seed}-{beginning}.json"
        return self._paths.get((seed, beginning), path)

    def files_of(self, run: Run) -> tuple[Path, ...]:
        """All existing files of a run: the JSON file, then its arrays."""
        paths = [self.path(run), *(checkpoint.file for checkpoint in run.stored_checkpoints)]
        return tuple(path for path in paths if path.is_file())

    def save_checkpoint(self, run: Run, epoch: int, metrics: JsonObject, arrays: Arrays) -> Run:
        """Write the arrays of a checkpoint, and give the run with it; the caller then calls `write`."""
        file = self.path(run).with_suffix(f".{epoch}.safetensors")
        checkpoint = Checkpoint(epoch, metrics, file, *files.write_arrays(file, arrays))
        checkpoints = {**run.checkpoints, epoch: checkpoint}
        return replace(run, checkpoints=dict(sorted(checkpoints.items())))

    def save_state(self, run: Run, epoch: int, arrays: Arrays) -> Run:
        """Write a state to continue from, and give the run with it; the caller then calls `write`."""
        file = self.path(run).with_suffix(f".{epoch}.state.safetensors")
        return replace(run, state=Checkpoint(epoch, {}, file, *files.write_arrays(file, arrays)))

    def write(self, run: Run) -> Run:
        """Write the JSON file of a run, then remove arrays that it no longer names. Raises `DiskError`."""
        path = self.path(run)
        members = msgspec.to_builtins(run, enc_hook=name_of_file)
        members["checkpoints"] = list(members["checkpoints"].values())
        for field, stored_name in _STORED_NAMES.items():
            members[stored_name] = members.pop(field)
        files.write_json(path, members)
        self._add(path)
        self._runs[path] = run
        named = {checkpoint.file for checkpoint in run.stored_checkpoints}
        for file in set(path.parent.glob(f"{path.stem}.*.safetensors")) - named:
            file.unlink(missing_ok=True)
        return run

    def adopt(self, run: Run, other: Store) -> None:
        """Move a run of another store of this disk here, in the place of the one with its key."""
        folder = self.path(run).parent
        for checkpoint in run.stored_checkpoints:
            checkpoint.file.replace(folder / checkpoint.file.name)
        list_hash = self.file_lists.store(other.file_lists.load(run.file_list_hash) or {})
        self.write(replace(run.moved_to(folder), file_list_hash=list_hash))

    def discard(self, file: Path) -> None:
        """Remove a damaged file of arrays, and take its checkpoint or state out of the run."""
        path = file.with_name(f"{file.name.partition('.')[0]}.json")
        run = self._run(path)
        if run:
            self._note_damaged(file)
            self.write(run.without(file))
        file.unlink(missing_ok=True)

    def remove(self, run: Run) -> int:
        """Remove the files of a run, and give the number of bytes freed."""
        paths = self.files_of(run)
        self._forget(self.path(run))
        return _remove(paths)

    def clean(self, keys: Container[str]) -> int:
        """Remove all runs except those with these keys, and the lists of read files that are unused then.

        Gives the number of bytes freed.
        """
        wanted: set[Path] = set()
        for run in self.runs():
            if run.key in keys:
                wanted.update(self.files_of(run))
                wanted.add(self.file_lists.path(run.file_list_hash))
        unwanted = []
        for path in self.folder.rglob("*"):
            is_stored_file = _STORED_FILE.fullmatch(path.name) or path.parent == self.file_lists.folder
            if is_stored_file and path.is_file() and path not in wanted:
                unwanted.append(path)
                if _RUN_FILE.fullmatch(path.name):
                    self._forget(path)
        return _remove(unwanted)

    def _run(self, path: Path) -> Run | None:
        """The run in a file, which is read once; None if it is damaged, which a notice says."""
        if path not in self._runs:
            self._runs[path] = self._parse(path)
        return self._runs[path]

    def _parse(self, path: Path) -> Run | None:
        """Read the run in a file, without checkpoints whose file of arrays is missing or has another size."""
        try:
            members = files.read_json(path)
            if members is None:
                return None
            run = _run_from_json(members, path)
        except files.Damaged as damage:
            self.notices.append(f"{damage}; it is made again")
            return None
        except msgspec.ValidationError:
            text = f"{display_path(self.folder)}: results of another version are made again"
            if text not in self.notices:
                self.notices.append(text)
            return None
        for checkpoint in run.stored_checkpoints:
            if not checkpoint.exists:
                self._note_damaged(checkpoint.file)
                run = run.without(checkpoint.file)
        return run

    def _note_damaged(self, file: Path) -> None:
        self.notices.append(f"{display_path(file)} is missing or damaged; it is made again")


def _seed_and_key(path: Path) -> tuple[int, str]:
    seed, _, key = path.stem.partition("-")
    return int(seed), key


def _run_from_json(members: JsonObject, path: Path) -> Run:
    """The run with the members of its JSON file. Raises `ValidationError` if another version wrote them."""

    def path_of_arrays(_: type, name: str) -> Path:
        return path.with_name(name)

    for field, stored_name in _STORED_NAMES.items():
        members[field] = members.pop(stored_name, None)
    checkpoints = msgspec.convert(members.pop("checkpoints", None), list[Checkpoint], dec_hook=path_of_arrays)
    run = msgspec.convert(members, Run, dec_hook=path_of_arrays)
    return replace(run, checkpoints={checkpoint.epoch: checkpoint for checkpoint in checkpoints})


def _remove(paths: Iterable[Path]) -> int:
    """Remove files and the folders that they leave empty, and give the number of bytes freed."""
    freed = 0
    for path in paths:
        freed += path.stat().st_size
        path.unlink()
        with suppress(OSError):
            path.parent.rmdir()
    return freed
