"""Runs that were made elsewhere, as experiments: read when the project is loaded, kept like any result."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from labreport.experiment import Experiment
from labreport.recorded.declared import SEED, Declared, Metrics
from labreport.recorded.places import natural
from labreport.recorded.raw import RawRun, bad
from labreport.suggest import did_you_mean


def recorded(
    name: str,
    pattern: str,
    *,
    reader: str = "",
    metrics: Metrics = None,
    seed: str = SEED,
    step: str = "",
    parameters: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
    title: str = "",
) -> Experiment:
    """An experiment whose runs are read from files: `recorded("slow", "runs/slow-{seed}.csv")`.

    `pattern` is a path below the folder of the calling project; see `labreport.recorded.places.sources`.
    `reader` is one of `labreport.recorded.readers.READERS`, by default the one for what is found. `metrics`
    chooses some, or renames: `{"test/accuracy": "val_acc"}`. `seed` is a placeholder of the pattern, a
    column, or a parameter; runs without one are numbered. `step` is the column that numbers the rows (by
    default `epoch` or `step`). `parameters` are columns that are settings. `where` leaves out runs that
    differ from it. Raises `UsageError` in one line with file and line for whatever cannot be read.
    """
    options = Declared(_caller(), pattern, reader, metrics, seed, step, tuple(parameters), dict(where or {}))
    return options.experiment(name, title, options.runs())


def recorded_groups(
    pattern: str,
    *,
    name: str = "name",
    reader: str = "",
    metrics: Metrics = None,
    seed: str = SEED,
    step: str = "",
    parameters: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
) -> dict[str, Experiment]:
    """Several experiments from one pattern, each called as `name` says, in natural order.

    `name` is a placeholder of the pattern, a column or a parameter: `recorded_groups("{name}-{seed}.csv")`,
    `recorded_groups("all.csv", name="setting")`. The rest is as for `recorded`.
    """
    package = _caller()
    options = Declared(
        package, pattern, reader, metrics, seed, step, tuple(parameters), dict(where or {}), name
    )
    groups: dict[str, list[RawRun]] = {}
    for run in options.runs():
        if name not in run.fields:
            raise bad(
                run.where, f"nothing says its {name!r}, which name= asks for{did_you_mean(name, run.fields)}"
            )
        groups.setdefault(run.fields[name], []).append(run)
    return {found: options.experiment(found, "", groups[found]) for found in sorted(groups, key=natural)}


def _caller() -> str:
    """The top-level module that calls `recorded` or `recorded_groups`: paths are below its folder."""
    name: str = sys._getframe(2).f_globals["__name__"]
    return name.partition(".")[0]
