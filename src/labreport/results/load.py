"""The folder of any report as pandas frames: read-only, without the project's code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.errors import UsageError, shown
from labreport.project import flat
from labreport.results.files import read_json
from labreport.results.runs import Run
from labreport.results.store import Store

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Loaded:
    """A report that was loaded; `document` is its answers.json."""

    folder: Path
    document: Mapping[str, Any] = field(repr=False)

    @cached_property
    def runs(self) -> dict[str, tuple[Run, ...]]:
        """The runs of each experiment, in order of seed. Raises `UsageError` where one is missing."""
        store, found = Store(self.folder / "results"), dict[str, tuple[Run, ...]]()
        for name, told in self.document["experiments"].items():
            kept = {seed: store.find(key, int(seed)) for seed, key in told["runs"].items()}
            if lost := [seed for seed, run in kept.items() if run is None]:
                text = f"{name!r} lacks its run of seed {lost[0]}; build again"
                raise UsageError(f"{shown(self.folder)}: {text}")
            found[name] = tuple(run.seen(told["epochs"]) for run in kept.values() if run)
        return found

    @cached_property
    def results(self) -> pandas.DataFrame:
        """The exact metrics of each run at each epoch that was kept: experiment, seed, epoch, metrics."""
        return _frame(
            {"experiment": name, "seed": run.seed, "epoch": epoch, **flat(kept.metrics)}
            for name, runs in self.runs.items()
            for run in runs
            for epoch, kept in run.kept.items()
        )

    @cached_property
    def records(self) -> pandas.DataFrame:
        """What each run recorded in each epoch: experiment, seed, epoch, records."""
        return _frame(
            {**flat(record), "experiment": name, "seed": run.seed, "epoch": epoch}
            for name, runs in self.runs.items()
            for run in runs
            for epoch, record in enumerate(run.records, 1)
        )

    @cached_property
    def answers(self) -> pandas.DataFrame:
        """The numbers of all answers, not rounded, with their intervals, and as they are printed."""
        from labreport.stats import as_prose
        from labreport.stats.finding import quantities

        rows = (
            (question, name, one.value, one.unit, one.low, one.high, one.n, one.source.text(), as_prose(one))
            for question, answer in self.read_answers.items()
            for name, one in quantities(answer)
        )
        return _frame(rows, ["question", "name", "value", "unit", "low", "high", "n", "source", "printed"])

    @cached_property
    def read_answers(self) -> dict[str, Any]:
        """The answers by question, as the functions returned them."""
        from labreport.stats import from_plain

        return {name: from_plain(told["answer"]) for name, told in self.document["questions"].items()}


def load(folder: str | Path) -> Loaded:
    """Load the report in a folder. Raises `UsageError` where there is none, or `Damaged`."""
    path = Path(folder)
    path = path if path.is_file() else path / "answers.json"
    if (document := read_json(path)) is None:
        raise UsageError(f"{shown(path)} is not there; name the folder of a report that was built")
    return Loaded(path.parent, document)


def _frame(rows: Iterator[Any], columns: list[str] | None = None) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame(list(rows), columns=columns)
