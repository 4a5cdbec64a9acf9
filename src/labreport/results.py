"""Finished results as answers and figures see them: only what was declared can be read."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from labreport.errors import UndeclaredRead, UnknownMetric, UsageError, did_you_mean
from labreport.experiment import Experiment, Study
from labreport.trajectory import all_finite

if TYPE_CHECKING:
    from labreport.trajectory import Arrays, Trajectory


class Metrics(dict[str, Any]):
    """Metrics by name, and why others of the source cannot be read."""

    def __init__(self, found: Mapping[str, Any], refused: Mapping[str, str]) -> None:
        super().__init__(found)
        self.refused = refused

    def __missing__(self, name: str) -> Any:
        raise UsageError(self.refused[name]) if name in self.refused else KeyError(name)


@dataclass(frozen=True)
class Snapshot:
    """What was kept at one epoch: exact metrics, and arrays that are read when first asked for."""

    epoch: int
    metrics: Mapping[str, Any]
    load: Callable[[], Mapping[str, Any]] = field(compare=False, repr=False)

    @property
    def arrays(self) -> Mapping[str, Any]:
        """Names to NumPy arrays, read and checked against their digests."""
        return self.load()


@dataclass(frozen=True)
class Result:
    """One run of one experiment: its records by epoch (the first is epoch 1) and its snapshots."""

    name: str
    seed: int
    specification: Mapping[str, Any]
    records: tuple[Mapping[str, Any], ...]
    snapshots: Mapping[int, Snapshot]
    provenance: Mapping[str, Any]
    """Where it was made: processor, threads, date, versions. Not part of the result's identity."""

    @property
    def diverged_at(self) -> int | None:
        """The first epoch with a number that is not finite in its record; None where there is none."""
        return next((epoch for epoch, record in enumerate(self.records, 1) if not all_finite(record)), None)

    def at(self, epoch: int | None = None) -> Snapshot:
        """The snapshot kept at `epoch`, by default the last one."""
        if epoch is None:
            epoch = max(self.snapshots, default=0)
        try:
            return self.snapshots[epoch]
        except KeyError:
            kept = ", ".join(str(known) for known in sorted(self.snapshots))
            raise UsageError(f"result {self.name!r}: no snapshot at epoch {epoch}; kept are {kept}") from None


@dataclass(frozen=True)
class Runs:
    """All seeds of one experiment, in order of seed."""

    experiment: Experiment
    runs: tuple[Result, ...]

    def __iter__(self) -> Iterator[Result]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, ascending."""
        return tuple(run.seed for run in self.runs)

    @property
    def diverged(self) -> dict[int, int]:
        """The seeds that diverged, each with the first epoch that has a number which is not finite."""
        return {run.seed: epoch for run in self.runs if (epoch := run.diverged_at) is not None}

    def at(self, epoch: int | None = None) -> tuple[Snapshot, ...]:
        """The snapshot at `epoch` (by default the last) of every seed."""
        return tuple(run.at(epoch) for run in self.runs)

    def values(self, metric: str, epoch: int | None = None) -> list[float]:
        """`metric`, such as `"test accuracy"` or `"accuracy"`, at a snapshot, by default the last; a value a
        seed.

        Raises `UsageError` for a metric that was not measured.
        """
        return [number(snapshot.metrics, metric, self.experiment.name) for snapshot in self.at(epoch)]

    def arrays(self, name: str, epoch: int | None = None) -> list[Any]:
        """The array `name` of every seed at a snapshot, by default the last.

        Raises `UsageError` for an array that was not kept.
        """
        found = []
        for snapshot in self.at(epoch):
            arrays = snapshot.arrays
            if name not in arrays:
                kept = ", ".join(known for known in arrays if not known.startswith("state."))
                kept = kept or "none: return it in arrays="
                raise UsageError(f"result {self.experiment.name!r} has no array {name!r}; it has {kept}")
            found.append(arrays[name])
        return found

    def metric(self, epoch: int, split: str, name: str) -> list[float]:
        """`name` (`"loss"` or `"accuracy"`) on `split` at the snapshot of `epoch`, one value per seed."""
        return self.values(f"{split} {name}", epoch)

    def curve(self, name: str, epochs: int | None = None) -> list[list[float]]:
        """Record `name` by epoch; shape (seeds, epochs), cut to `epochs` (default: the experiment's)."""
        last = epochs if epochs is not None else self.experiment.epochs
        return [[record[name] for record in run.records[:last]] for run in self.runs]


class Results(Mapping[str, Runs]):
    """The results that one answer or figure declared; reading another raises `UndeclaredRead`."""

    def __init__(
        self,
        reader: str,
        runs: Mapping[str, Runs],
        studies: Mapping[str, Study] | None = None,
        verification: Mapping[str, Any] | None = None,
    ) -> None:
        self._reader = reader
        self._runs = dict(runs)
        self._studies = dict(studies or {})
        self.verification = verification
        """What `verify` found of all other answers, as `labreport.commands.verify.summary` says it.

        None where it has not been run on them, or the question does not declare that it `reads_verification`.
        """

    def __getitem__(self, name: str | Experiment) -> Runs:
        name = name if isinstance(name, str) else name.name
        try:
            return self._runs[name]
        except KeyError:
            raise self._undeclared(f"results[{name!r}]") from None

    def _undeclared(self, what: str) -> UndeclaredRead:
        declared = ", ".join(sorted({*self.experiments, *self._studies})) or "nothing"
        return UndeclaredRead(f"{self._reader} reads {what} and declares {declared}; add it to its `reads`")

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
        cells = {cell.name for grid in self._studies.values() for cell in grid.experiments()}
        return tuple(name for name in self._runs if name not in cells)

    def study(self, name: str | Study) -> list[tuple[dict[str, Any], Runs]]:
        """The cells of a declared study: the point on its axes, and the runs there."""
        name = name if isinstance(name, str) else name.name
        if name not in self._studies:
            raise self._undeclared(f"study {name!r}")
        grid = self._studies[name]
        axes = [axis for axis, _ in grid.axes]
        return [
            ({axis: getattr(cell.specification, axis) for axis in axes}, self._runs[cell.name])
            for cell in grid.experiments()
        ]


def number(metrics: Mapping[str, Any], metric: str, owner: str) -> float:
    """Read the metric of this name in mappings in mappings, whose names are joined by a space."""
    known = dict(flat(metrics))
    if (found := known.get(metric)) is None:
        for name, why in getattr(metrics, "refused", {}).items():
            if metric in (name, name.replace("/", " ")):
                raise UsageError(why)
        near = did_you_mean(metric, known)
        has = ", ".join(known) or "none: return it in metrics="
        text = f"result {owner!r} has no metric {metric!r}; it has {has}"
        raise UnknownMetric(f"{text}{near if near != '.' else ''}")
    return float(found)


def result_of(
    trajectory: Trajectory, name: str, epochs: int, snapshots: Container[int] | None = None
) -> Result:
    """Read a run off what was trained, cut to `epochs`; all its snapshots, or only those that are named."""
    run, prefix = trajectory.cut(epochs), "library "
    made_of = run.ingredients
    libraries = {key.removeprefix(prefix): made_of[key] for key in made_of if key.startswith(prefix)}
    kept = {
        epoch: Snapshot(epoch, one.metrics, partial(_arrays, one.arrays))
        for epoch, one in run.snapshots.items()
        if snapshots is None or epoch in snapshots
    }
    made = {**run.segments[0], "libraries": libraries}
    return Result(name, run.seed, made_of["specification"], run.records, kept, made)


def _arrays(arrays: Arrays) -> Arrays:
    return arrays


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The members of mappings in mappings, names joined by a space."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", value
