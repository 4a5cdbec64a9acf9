"""Finished results as answers and figures see them: only what was declared can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labreport.errors import UndeclaredRead, UsageError
from labreport.experiment import Experiment, Study


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

    def at(self, epoch: int) -> Snapshot:
        """The snapshot kept at `epoch`."""
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

    def at(self, epoch: int) -> tuple[Snapshot, ...]:
        """The snapshot at `epoch` of every seed."""
        return tuple(run.at(epoch) for run in self.runs)

    def metric(self, epoch: int, split: str, name: str) -> list[float]:
        """`name` (`"loss"` or `"accuracy"`) on `split` at the snapshot of `epoch`, a value a seed."""
        return [float(snapshot.metrics[split][name]) for snapshot in self.at(epoch)]

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
        """What `verify` found of all other answers, as `labreport.checks.summary` says it; None where it
        has not been run on them, or the question does not declare that it `reads_verification`."""

    def __getitem__(self, name: str) -> Runs:
        try:
            return self._runs[name]
        except KeyError:
            raise UndeclaredRead(
                f"{self._reader} reads results[{name!r}] but declares only "
                f"{', '.join(sorted(self._runs)) or 'nothing'}; add it to its needs in the outline"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def studies(self) -> tuple[str, ...]:
        """The studies that were declared, by name."""
        return tuple(self._studies)

    def study(self, name: str) -> list[tuple[dict[str, Any], Runs]]:
        """The cells of a declared study: the point on its axes, and the runs there."""
        if name not in self._studies:
            raise UndeclaredRead(
                f"{self._reader} reads study {name!r} but declares only "
                f"{', '.join(sorted(self._studies)) or 'none'}; add it to its needs in the outline"
            )
        grid = self._studies[name]
        axes = [axis for axis, _ in grid.axes]
        return [
            ({axis: getattr(cell.specification, axis) for axis in axes}, self._runs[cell.name])
            for cell in grid.experiments()
        ]
