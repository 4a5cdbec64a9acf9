"""The records of a run as the engine keeps them: finite numbers only, and where it diverged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from labreport.recorded.raw import RawRun, bad
from labreport.texts import unprintable

DIVERGED = "diverged_at"
"""In the final metrics of a run in which a metric became infinite or not a number: the first such row."""
STEP = "step"
"""In each record: the number that the source gives the row."""
VALUES = 60_000
"""The most values of one run; what is kept of a run is one document of at most 8 MiB."""
Record = dict[str, float | int]


def records(run: RawRun, metrics: Sequence[tuple[str, str]] | None) -> list[Record]:
    """One record for each row: finite metrics by name, and the step if there is one.

    Raises `UsageError` for a run without rows, with too many, or with a name that cannot be shown.
    """
    names = {source: name for name, source in metrics} if metrics is not None else None
    if not run.rows:
        raise bad(run.where, "holds no metric at all; remove it, or leave it out with where=")
    count = sum(1 + len(row.values) for row in run.rows)
    if count > VALUES:
        raise bad(
            run.where,
            f"the run has {count:,} values; at most {VALUES:,} are allowed: choose fewer metrics with "
            "metrics=, or record less often",
        )
    found = []
    for row in run.rows:
        record: Record = {
            names[key] if names is not None else key: value
            for key, value in row.values.items()
            if math.isfinite(value) and (names is None or key in names)
        }
        if row.step is not None:
            record[STEP] = row.step
        found.append(record)
    for name in {name for record in found for name in record}:
        if problem := unprintable(name):
            raise bad(run.where, f"a metric is called {name!a}: {problem}")
    return found


def diverged(run: RawRun, metrics: Sequence[tuple[str, str]] | None) -> int | None:
    """The first row, counted from 1, in which a metric is infinite or not a number; None where none is."""
    chosen = None if metrics is None else {source for _, source in metrics}
    for position, row in enumerate(run.rows, 1):
        if any(
            not math.isfinite(value) for key, value in row.values.items() if chosen is None or key in chosen
        ):
            return position
    return None


def final(run: RawRun, metrics: Sequence[tuple[str, str]] | None) -> dict[str, Any]:
    """The last value of each metric, `test/accuracy` as `["test"]["accuracy"]`, and where the run diverged.

    A metric whose last value is not finite has none here, not an earlier one.
    """
    names = {source: name for name, source in metrics} if metrics is not None else None
    last: dict[str, float] = {}
    for row in run.rows:
        last.update(row.values)
    found: dict[str, Any] = {}
    for key, value in last.items():
        if math.isfinite(value) and (names is None or key in names):
            *splits, name = (names[key] if names is not None else key).split("/")
            inner = found
            for split in splits:
                inner = inner.setdefault(split, {})
                if not isinstance(inner, dict):
                    raise bad(
                        run.where, f"{key!r} is the name of a metric and of a group of metrics; rename one"
                    )
            if isinstance(inner.get(name), dict):
                raise bad(run.where, f"{key!r} is the name of a metric and of a group of metrics; rename one")
            inner[name] = value
    position = diverged(run, metrics)
    return found if position is None else {**found, DIVERGED: position}
