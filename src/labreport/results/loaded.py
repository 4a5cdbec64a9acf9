"""A built report as pandas DataFrames, loaded without the project's code."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from labreport.errors import UsageError, display_path
from labreport.project import flatten_metrics
from labreport.results.document import AnswersDocument, read_answers
from labreport.results.runs import Run
from labreport.results.store import Store
from labreport.stats import Namespace, Quantity, as_prose, from_json
from labreport.stats.contents import quantities

if TYPE_CHECKING:
    import pandas


_NUMBERS = ("value", "unit", "low", "high", "judged_low", "judged_high", "p")
"""Fields of a quantity that are columns of the same name in the frame of answers."""


@dataclass(frozen=True)
class Loaded:
    """A loaded report; `document` is its answers.json."""

    folder: Path
    document: AnswersDocument = field(repr=False)

    @cached_property
    def runs(self) -> dict[str, tuple[Run, ...]]:
        """The runs by experiment, in order of seed. Raises `UsageError` if one is missing."""
        store = Store(self.folder / "results")
        runs: dict[str, tuple[Run, ...]] = {}
        for name, experiment in self.document["experiments"].items():
            views = []
            for seed, key in experiment["runs"].items():
                run = store.find(key, int(seed))
                if run is None:
                    folder = display_path(self.folder)
                    raise UsageError(f"{folder}: {name!r} lacks its run of seed {seed}; build again")
                views.append(run.view_at(experiment["epochs"]))
            runs[name] = tuple(views)
        return runs

    @cached_property
    def results(self) -> pandas.DataFrame:
        """The metrics of each run at each stored epoch; columns experiment, seed, epoch and each metric."""
        import pandas

        rows = []
        for name, runs in self.runs.items():
            for run in runs:
                for epoch, checkpoint in run.checkpoints.items():
                    keys = {"experiment": name, "seed": run.seed, "epoch": epoch}
                    rows.append(keys | flatten_metrics(checkpoint.metrics))
        return pandas.DataFrame(rows)

    @cached_property
    def records(self) -> pandas.DataFrame:
        """The record of each epoch of each run; a column for each recorded name, experiment, seed, epoch."""
        import pandas

        rows = []
        for name, runs in self.runs.items():
            for run in runs:
                for epoch, record in enumerate(run.records, 1):
                    keys = {"experiment": name, "seed": run.seed, "epoch": epoch}
                    rows.append(flatten_metrics(record) | keys)
        return pandas.DataFrame(rows)

    @cached_property
    def answers(self) -> pandas.DataFrame:
        """A row for each number of each answer: unrounded value, intervals, and the text that is printed.

        `low` and `high` are the ends of its own 95 % interval; `judged_low` and `judged_high` are those of
        the wider interval that accounts for the other comparisons. `sd` is the standard deviation of the
        averaged values. `groups` counts the replicates of each group: `drug 27, placebo 32`.
        """
        import pandas

        rows = []
        for question, answer in self.read_answers.items():
            for name, quantity in quantities(answer):
                rows.append({"question": question, "name": name, **_answer_row(quantity)})
        return pandas.DataFrame(rows)

    @cached_property
    def read_answers(self) -> dict[str, Namespace]:
        """The answers by name of the question, as the question functions returned them."""
        questions = self.document["questions"]
        return {name: from_json(entry["answer"], name) for name, entry in questions.items()}


def _answer_row(quantity: Quantity) -> dict[str, object]:
    row = {name: getattr(quantity, name) for name in _NUMBERS}
    groups = [f"{group} {n}" for group, n in quantity.groups]
    row["sd"] = quantity.spread
    row["n"] = quantity.n
    row["groups"] = ", ".join(groups)
    row["source"] = quantity.source.text()
    row["printed"] = as_prose(quantity)
    return row


def load(folder: str | Path) -> Loaded:
    """Load the report in a folder, or from its `answers.json`.

    Raises `UsageError` if there is none, or if an older version wrote it, and `Damaged` if it differs from
    its checksum.
    """
    path = Path(folder)
    path = path if path.is_file() else path / "answers.json"
    document = read_answers(path)
    if document is None:
        raise UsageError(f"{display_path(path)} is not there; name the folder of a report that was built")
    return Loaded(path.parent, document)
