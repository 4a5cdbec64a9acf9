"""Runs, the folder in which they are kept, and what one reader declared of them: views, never written."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from labreport.errors import UsageError, author_location, did_you_mean, display_path
from labreport.project import Arrays, Experiment, Reader, Study, flatten_metrics
from labreport.results import files
from labreport.results.files import Damaged, map_leaves, read_json, safe_name, sha256_of

TIMES = "seconds"
"""What is called so, or ends so, is a measured time: it differs when a run is repeated."""


@dataclass(frozen=True)
class Checkpoint:
    """What was kept of a run at one epoch: its exact metrics, and a file of arrays."""

    epoch: int
    metrics: Mapping[str, Any]
    file: Path
    sha256: str

    @property
    def whole(self) -> bool:
        """Whether its file is what was written."""
        return self.file.is_file() and files.sha256_of_file(self.file) == self.sha256

    @cached_property
    def arrays(self) -> Arrays:
        """Arrays by name, read when asked for; "state.NAME" is what `state` gave. Raises `Damaged`."""
        if not self.whole:
            raise Damaged(f"{display_path(self.file)} is missing or damaged; build again to make it again")
        return files.StoredArrays(self.file)


@dataclass(frozen=True)
class Run:
    """One seed of one experiment: a record for each epoch (the first is epoch 1), and what was kept.

    `made` says where and when, and is no part of its identity. `state` is kept beside what readers see, to
    continue from. One that is `finished` ended before its last epoch: every later one is as its last.
    """

    key: str
    name: str
    seed: int
    made_of: Mapping[str, str]
    records: tuple[Mapping[str, Any], ...] = ()
    kept: Mapping[int, Checkpoint] = field(default_factory=dict)
    made: Mapping[str, Any] = field(default_factory=dict)
    state: Checkpoint | None = None
    finished: bool = False

    def at(self, epoch: int | None = None) -> Checkpoint:
        """What was kept at an epoch, by default the last. Raises `UsageError` for an undeclared one."""
        epoch = epoch or max(self.kept, default=None)
        if (found := self._kept(epoch or 0)) is None:
            declared = ", ".join(map(str, sorted(self.kept))) or "none"
            text = f"{self.name!r} is read at epoch {epoch}, and declared are {declared}"
            raise UsageError(f"{text}; add at({epoch}, …) to reads=", location=author_location())
        return found

    def _kept(self, epoch: int) -> Checkpoint | None:
        return self.kept.get(min(epoch, len(self.records)) if self.finished else epoch)

    def missing(self, epochs: Iterable[int]) -> tuple[int, ...]:
        """Those of some epochs that are not kept yet, ascending."""
        return tuple(epoch for epoch in sorted(set(epochs)) if self._kept(epoch) is None)

    def seen(self, epochs: Sequence[int]) -> Run:
        """The view of a reader that declares these epochs: nothing later, and nothing kept in between."""
        kept = {epoch: found for epoch in sorted(epochs) if (found := self._kept(epoch))}
        records = self.records[: max(epochs, default=0)]
        return replace(self, records=records, kept=kept, state=None, finished=False)

    def digest(self, epochs: Sequence[int]) -> str:
        """The SHA-256 of what a reader of these epochs sees; measured times are a part of it."""
        view = self.seen(epochs)
        kept = {epoch: [one.epoch, one.metrics, one.sha256] for epoch, one in view.kept.items()}
        return sha256_of([self.name, self.seed, view.records, kept, self.finished])


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
        kept = Checkpoint(epoch, metrics, file, files.write_arrays(file, arrays))
        return replace(run, kept=dict(sorted({**run.kept, epoch: kept}.items())))

    def keep_state(self, run: Run, epoch: int, arrays: dict[str, Any]) -> Run:
        """The run with a state to continue from, likewise."""
        file = self.path(run).with_suffix(f".{epoch}.state.safetensors")
        return replace(run, state=Checkpoint(epoch, {}, file, files.write_arrays(file, arrays)))

    def write(self, run: Run) -> Run:
        """Write the file of a run; then arrays that it names no more are removed. Raises `DiskError`."""
        path = self.path(run)
        kept = [_checkpoint_to_json(each) for each in run.kept.values()]
        files.write_json(
            path, {**vars(run), "kept": kept, "state": run.state and _checkpoint_to_json(run.state)}
        )
        named = {path, *(each.file for each in (*run.kept.values(), run.state) if each)}
        for old in set(path.parent.glob(f"{path.stem}.*.safetensors")) - named:
            old.unlink(missing_ok=True)
        return run

    def remove(self, run: Run) -> int:
        """Remove the files of a run; the bytes that are free then."""
        return _remove_files(self.files(run))

    def clean(self, keys: Container[str]) -> int:
        """Remove all runs but those of these keys; the bytes that are free then."""
        whole = {path for run in self.runs() if run.key in keys for path in self.files(run)}
        # of runs, also of unfinished ones and of locks
        ours = (path for path in self.folder.rglob("*") if re.fullmatch(r"\.?\d+-.{8}(\..+)?", path.name))
        return _remove_files([path for path in ours if path.is_file() and path not in whole])

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
        run, lost = None, list[str]()
        try:
            told = read_json(path) or {}
            told["kept"] = {each["epoch"]: each for each in told["kept"]}
            found = msgspec.convert(told, Run, dec_hook=lambda _, name: path.with_name(name))
            damaged = [each for each in found.kept.values() if not each.whole]
            kept = {epoch: each for epoch, each in found.kept.items() if each not in damaged}
            run = replace(found, kept=kept, state=found.state if found.state and found.state.whole else None)
            lost += [f"{display_path(each.file)} is missing or damaged" for each in damaged]
        except Damaged as damage:
            lost.append(str(damage))
        except (LookupError, TypeError, ValueError, AttributeError):
            lost.append(f"{display_path(path)} is of another version")
        self.notices += [f"{text}; it is made again" for text in lost]
        return run


def _checkpoint_to_json(kept: Checkpoint) -> dict[str, Any]:
    return {"epoch": kept.epoch, "metrics": kept.metrics, "file": kept.file.name, "sha256": kept.sha256}


def _remove_files(paths: Iterable[Path]) -> int:
    """Remove files, and folders that are empty then; the bytes that are free."""
    freed = 0
    for path in paths:
        freed += path.stat().st_size
        path.unlink()
        with suppress(OSError):
            path.parent.rmdir()
    return freed


@dataclass(frozen=True)
class Runs:
    """All seeds of one experiment, in order; `epoch` is the last that the reader declared."""

    experiment: Experiment
    runs: tuple[Run, ...]
    epoch: int | None = None

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.experiment.name

    @property
    def label(self) -> str:
        """What people call the experiment."""
        return self.experiment.title or self.name

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, ascending."""
        return tuple(run.seed for run in self.runs)

    def at(self, epoch: int | None = None) -> tuple[Checkpoint, ...]:
        """What every seed kept at an epoch, by default the last that was declared."""
        return tuple(run.at(epoch or self.epoch) for run in self.runs)

    def values(self, metric: str, epoch: int | None = None) -> list[float]:
        """Read a metric of every seed, such as `"test accuracy"`. Raises `UsageError`."""
        return [
            float(self._found(metric, flatten_metrics(kept.metrics), "metric")) for kept in self.at(epoch)
        ]

    def arrays(self, name: str, epoch: int | None = None) -> list[Any]:
        """Read an array of every seed. Raises `UsageError` for one that was not kept."""
        return [self._found(name, kept.arrays, "array") for kept in self.at(epoch)]

    def curve(self, name: str, epochs: int | None = None) -> list[list[float]]:
        """Read what was recorded in each epoch; shape (seeds, epochs), shorter where one finished early."""
        last = epochs or self.epoch
        return [
            [self._found(name, flatten_metrics(each), "record") for each in run.records[:last]]
            for run in self.runs
        ]

    def _found(self, name: str, known: Mapping[str, Any], kind: str) -> Any:
        if name in known:
            return known[name]
        listed = [each for each in known if not each.startswith(files.STATE)]
        text = f"{self.name!r} has no {kind} {name!r}{did_you_mean(name, listed, 'it has')}"
        raise UsageError(text, location=author_location())


class Results(Mapping[str, Runs]):
    """The results that one question or figure declared; reading any other raises `UsageError`."""

    def __init__(
        self, reader: str, runs: Mapping[str, Runs], studies: Mapping[str, Study] | None = None
    ) -> None:
        self.reader, self._runs, self._studies = reader, dict(runs), dict(studies or {})

    def __getitem__(self, name: str | Experiment) -> Runs:
        name = name if isinstance(name, str) else name.name
        if name not in self._runs:
            self._refuse(f"results[{name!r}]", name)
        return self._runs[name]

    def __contains__(self, name: object) -> bool:
        return (name.name if isinstance(name, Experiment) else name) in self._runs

    def __iter__(self) -> Iterator[str]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def studies(self) -> tuple[str, ...]:
        """The studies that were declared, by name."""
        return tuple(self._studies)

    @property
    def experiments(self) -> tuple[str, ...]:
        """The experiments that were declared by their own names, cells of studies left out."""
        cells = {cell.name for each in self._studies.values() for cell in each.experiments()}
        return tuple(name for name in self._runs if name not in cells)

    def study(self, name: str | Study) -> list[tuple[dict[str, Any], Runs]]:
        """The points of a declared study in row-major order, each with its runs."""
        name = name if isinstance(name, str) else name.name
        if name not in self._studies:
            self._refuse(f"study {name!r}", name)
        return [(dict(point), self._runs[cell.name]) for point, cell in self._studies[name].cells]

    def _refuse(self, what: str, name: str) -> NoReturn:
        known = [*self.experiments, *self._studies]
        text = f"{self.reader!r} reads {what} and declares {', '.join(known) or 'nothing'}"
        text += f"; add it to its reads={did_you_mean(name, known)}"
        raise UsageError(text, location=author_location())


def results_for_reader(reader: Reader, found: Callable[[Experiment], Iterable[Run]]) -> Results:
    """What a question or a figure may see: of `found(experiment)`, all runs of it, the epochs it declares."""
    runs = {}
    for one in (one for each in reader.reads for one in each.subject.experiments()):
        epochs = reader.epochs[one.name]
        seen = sorted((run.seen(epochs) for run in found(one)), key=lambda run: run.seed)
        runs[one.name] = Runs(one, tuple(replace(run, name=one.name) for run in seen), epochs[-1])
    studies = {each.subject.name: each.subject for each in reader.reads if isinstance(each.subject, Study)}
    return Results(reader.name, runs, studies)


def describe_experiment(experiment: Experiment, epochs: Sequence[int], runs: Iterable[Run]) -> dict[str, Any]:
    """How `answers.json` describes an experiment, and by which keys it finds its runs."""
    specification, known = experiment.specification, (bool, int, float, str, type(None))
    values = {each.name: getattr(specification, each.name) for each in fields(specification)}
    return {
        "title": experiment.title or experiment.name,
        "specification": map_leaves(values, lambda value: value if isinstance(value, known) else repr(value)),
        "epochs": list(epochs),
        "runs": {str(run.seed): run.key for run in runs},
    }
