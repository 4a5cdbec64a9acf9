"""Runs in MLflow's local store, the folder `mlruns` or the database `mlflow.db`; MLflow itself is not needed.

Both layouts follow `FileStore` and the tables of `SqlAlchemyStore` in MLflow's source. Parameters are the
run's fields, besides `experiment`, `run_name`, `run_id` and `status` (`FINISHED`, ...); tags are `tags.NAME`.
Runs and experiments that were deleted in MLflow are left out.
"""

from __future__ import annotations

import math
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from labreport.recorded.raw import (
    LIMIT,
    Options,
    RawRun,
    Reader,
    at,
    bad,
    by_step,
    chosen,
    not_a_number,
    number,
    rows,
    short,
    text,
    whole,
)

META = "meta.yaml"
_LARGEST = 1.7976931348623157e308
"""How MLflow writes infinity, which some databases cannot hold."""
_MAGIC = b"SQLite format 3\x00"
_RUNS = """
    SELECT runs.run_uuid, runs.name, runs.status, runs.start_time, runs.end_time, experiments.name
    FROM runs JOIN experiments ON runs.experiment_id = experiments.experiment_id
    WHERE runs.lifecycle_stage <> 'deleted' AND experiments.lifecycle_stage <> 'deleted'
    ORDER BY runs.start_time, runs.run_uuid
"""
_METRICS = "SELECT run_uuid, key, step, value, is_nan FROM metrics ORDER BY timestamp, step"
_STATES = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
_MEMBER = re.compile(r"([A-Za-z_]+):(?: (.*))?")


def read(folder: Path, name: str, options: Options) -> list[RawRun]:
    """The runs in a store, in one of its experiments, or a single run, as `name` is the folder of."""
    path = folder / name
    if path.is_file():
        return _database(folder, name, options)
    if (path / "metrics").is_dir() or (path / "params").is_dir():
        meta = _meta(folder, f"{Path(name).parent}/{META}")
        return _together(name, [_run(folder, name, meta.get("name", ""), options)], options)
    experiments = [name] if (path / META).is_file() else [f"{name}/{entry}" for entry in _entries(path)]
    found = []
    for experiment in experiments:
        if (folder / experiment / META).is_file():
            meta = _meta(folder, f"{experiment}/{META}")
            if meta.get("lifecycle_stage") != "deleted":
                runs = (f"{experiment}/{entry}" for entry in _entries(folder / experiment))
                found += [
                    _run(folder, run, meta.get("name", ""), options)
                    for run in runs
                    if (folder / run / META).is_file()
                    and (folder / run / "metrics").is_dir()
                    and _meta(folder, f"{run}/{META}").get("lifecycle_stage") != "deleted"
                ]
    if not found:
        raise bad(name, "holds no run of MLflow; a folder `mlruns` or a database `mlflow.db` is needed")
    return _together(name, found, options)


def _run(folder: Path, name: str, experiment: str, options: Options) -> RawRun:
    meta = _meta(folder, f"{name}/{META}")
    params = {key: text(folder, file).strip() for key, file in _files(folder, name, "params")}
    tags = {f"tags.{key}": text(folder, file).strip() for key, file in _files(folder, name, "tags")}
    series = {key: _metric(folder, file) for key, file in _files(folder, name, "metrics")}
    fields = {
        # Many others are MLflow's own, and some are whole documents
        **{key: value for key, value in tags.items() if key in options.fields},
        "experiment": experiment,
        "run_id": meta.get("run_id", Path(name).name),
        "run_name": meta.get("run_name") or tags.get("tags.mlflow.runName", ""),
        "status": _STATES.get(meta.get("status", ""), meta.get("status", "")),
        **params,
    }
    kinds = ("metrics", "params", "tags")
    files = [f"{name}/{META}", f"{Path(name).parent}/{META}"]
    files += [file for kind in kinds for _, file in _files(folder, name, kind)]
    files = [file for file in files if (folder / file).is_file()]
    made = _times(meta.get("start_time"), meta.get("end_time"))
    return RawRun(name, fields, rows(series), tuple(files), tuple(series), made=made)


def _together(name: str, runs: list[RawRun], options: Options) -> list[RawRun]:
    """The runs of a store; a metric that one of them records is one that others failed to record."""
    metrics = chosen(name, (metric for run in runs for metric in run.metrics), options)
    return [replace(run, metrics=metrics) for run in runs]


def _times(started: object, finished: object) -> dict[str, str]:
    """When a run began and ended, from milliseconds since 1970, as far as they are known."""
    known = {"started": str(started or ""), "finished": str(finished or "")}
    return {key: at(int(time) / 1000) for key, time in known.items() if time.isdecimal() and len(time) < 15}


def _metric(folder: Path, name: str) -> dict[int, float]:
    """Values by step. A line has time, value and step, in new versions name and digest of a data set."""
    entries = []
    for line, written in enumerate(text(folder, name).splitlines(), 1):
        where, parts = f"{name}:{line}", written.split(" ")
        if not written.strip():
            continue
        if len(parts) not in (2, 3, 5):
            raise bad(
                where, f"is {short(written)}; time, value and step, with spaces between them, are needed"
            )
        value = _number(parts[1], where, "the value")
        time = whole(_number(parts[0], where, "the time"), where, "the time")
        step = whole(_number(parts[2], where, "the step"), where, "the step") if len(parts) > 2 else 0
        if value is None:
            raise bad(where, "has no value; time, value and step, with spaces between them, are needed")
        entries.append((time, step, value))
    if not entries:
        raise bad(name, "is empty; time, value and step, with spaces between them, are needed")
    return by_step([(step, value) for _, step, value in sorted(entries, key=lambda entry: entry[0])])


def _number(written: str, where: str, what: str) -> float | None:
    try:
        return number(written)
    except ValueError:
        raise bad(where, not_a_number(written, what)) from None


def _meta(folder: Path, name: str) -> dict[str, str]:
    """The members at the top level of a `meta.yaml`, as texts; MLflow writes nothing else into one."""
    found = {}
    for line, written in enumerate(text(folder, name).splitlines(), 1):
        if not written.strip() or written.startswith((" ", "-", "#")):
            continue
        matched = _MEMBER.fullmatch(written.rstrip())
        if matched is None:
            raise bad(f"{name}:{line}", f"is {short(written)}; `name: value` is needed, as MLflow writes it")
        found[matched[1]] = _unquoted(matched[2] or "")
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"')
    return "" if value in ("null", "~") else value


def _files(folder: Path, name: str, kind: str) -> Iterator[tuple[str, str]]:
    """Each file of a kind: what it is called, as `val/accuracy`, and its path."""
    top = folder / name / kind
    for path in sorted(top.rglob("*")) if top.is_dir() else ():
        if path.is_file():
            key = path.relative_to(top).as_posix()
            yield key, f"{name}/{kind}/{key}"


def _entries(path: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(path) if entry.is_dir() and entry.name[0] != ".")
    except OSError as error:
        raise bad(str(path), f"cannot be read: {error.strerror}") from None


def _database(folder: Path, name: str, options: Options) -> list[RawRun]:
    """The runs in `mlflow.db`. The whole file is what each of them rests on."""
    path = folder / name
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise bad(name, "is not an SQLite database; MLflow's `mlflow.db` is needed")
    if path.stat().st_size > LIMIT:
        raise bad(name, f"has {path.stat().st_size:,} bytes; at most {LIMIT:,} are allowed")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return _stored(database, name, options)
    except sqlite3.Error as error:
        raise bad(
            name, f"cannot be read as MLflow's database: {error}; close MLflow, or correct the path"
        ) from None


def _stored(database: sqlite3.Connection, name: str, options: Options) -> list[RawRun]:
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
    for run, run_name, status, started, finished, experiment in database.execute(_RUNS):
        where = f"{name}, run {run}"
        series = {key: by_step(values) for key, values in entries.get(run, {}).items()}
        fields = {"experiment": experiment, "run_id": run, "run_name": run_name or "", "status": status or ""}
        fields |= params.get(run, {})
        made = _times(started, finished)
        found.append(RawRun(where, fields, rows(series), (name,), tuple(series), made=made))
    if not found:
        raise bad(name, "holds no run; let MLflow record one")
    return _together(name, found, options)


READER = Reader("mlflow", read, suffixes=(".db",), inside="*/meta.yaml")
