"""Runs in the SQLite database of MLflow's local store; read only, through the standard library."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from pathlib import Path

from labreport.recorded.raw import LIMIT, Options, RawRun, bad, whole
from labreport.recorded.series import by_step, rows

_LARGEST = 1.7976931348623157e308
"""How MLflow writes infinity, which some databases cannot hold."""
_MAGIC = b"SQLite format 3\x00"
_RUNS = """
    SELECT runs.run_uuid, runs.name, runs.status, experiments.name
    FROM runs JOIN experiments ON runs.experiment_id = experiments.experiment_id
    WHERE runs.lifecycle_stage <> 'deleted' AND experiments.lifecycle_stage <> 'deleted'
    ORDER BY runs.start_time, runs.run_uuid
"""
_METRICS = "SELECT run_uuid, key, step, value, is_nan FROM metrics ORDER BY timestamp, step"


def read_database(folder: Path, name: str, options: Options) -> list[RawRun]:
    """The runs in `mlflow.db`. The whole file is what each of them rests on."""
    path = folder / name
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise bad(name, "is not an SQLite database; MLflow's `mlflow.db` is needed")
    if path.stat().st_size > LIMIT:
        raise bad(name, f"has {path.stat().st_size:,} bytes; at most {LIMIT:,} are allowed")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return _runs(database, name, options)
    except sqlite3.Error as error:
        raise bad(
            name, f"cannot be read as MLflow's database: {error}; close MLflow, or correct the path"
        ) from None


def _runs(database: sqlite3.Connection, name: str, options: Options) -> list[RawRun]:
    params: dict[str, dict[str, str]] = {}
    for run, key, value in database.execute("SELECT run_uuid, key, value FROM params"):
        params.setdefault(run, {})[key] = str(value)
    for run, key, value in database.execute("SELECT run_uuid, key, value FROM tags"):
        if f"tags.{key}" in options.fields:
            params.setdefault(run, {})[f"tags.{key}"] = str(value)
    entries: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for run, key, step, value, missing in database.execute(_METRICS):
        where = f"{name}, run {run}, metric {key}"
        if not isinstance(value, (int, float)):
            raise bad(where, f"the value is {value!r}; a number is needed")
        number = math.nan if missing else value
        number = math.copysign(math.inf, number) if abs(number) >= _LARGEST else float(number)
        entries.setdefault(run, {}).setdefault(key, []).append((whole(step, where, "the step"), number))
    found = []
    for run, run_name, status, experiment in database.execute(_RUNS):
        where = f"{name}, run {run}"
        series = {key: by_step(values) for key, values in entries.get(run, {}).items()}
        fields = {"experiment": experiment, "run_id": run, "run_name": run_name or "", "status": status or ""}
        fields |= params.get(run, {})
        found.append(RawRun(where, run, fields, rows(where, series, options), (name,)))
    if not found:
        raise bad(name, "holds no run; let MLflow record one")
    return found
