"""Runs in MLflow's local store, the folder `mlruns` or the database `mlflow.db`; MLflow itself is not needed.

Both layouts follow `FileStore` and the tables of `SqlAlchemyStore` in MLflow's source. Parameters are the
run's fields, besides `experiment`, `run_name`, `run_id` and `status` (`FINISHED`, ...); tags are `tags.NAME`.
Runs and experiments that were deleted in MLflow are left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labreport.recorded.mlflow_database import read_database
from labreport.recorded.raw import Options, RawRun, bad, number, short, text, whole
from labreport.recorded.replay import Replay, replay
from labreport.recorded.series import by_step, rows
from labreport.run import Arrays

META = "meta.yaml"
_STATES = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
_MEMBER = re.compile(r"([A-Za-z_]+):(?: (.*))?")


def read(folder: Path, name: str, options: Options) -> list[RawRun]:
    """The runs in a store, in one of its experiments, or a single run, as `name` is the folder of."""
    path = folder / name
    if path.is_file():
        return read_database(folder, name, options)
    if (path / "metrics").is_dir() or (path / "params").is_dir():
        meta = _meta(folder, f"{Path(name).parent}/{META}")
        return [_run(folder, name, meta.get("name", ""), options)]
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
    return found


def start(specification: Any, seed: int, epoch: int = 0, state: Arrays | None = None) -> Replay:
    """A run of such a store; see `labreport.run.Start`."""
    return replay(read, specification, epoch)


def _run(folder: Path, name: str, experiment: str, options: Options) -> RawRun:
    meta = _meta(folder, f"{name}/{META}")
    params = {key: text(folder, file).strip() for key, file in _files(folder, name, "params")}
    tags = {f"tags.{key}": text(folder, file).strip() for key, file in _files(folder, name, "tags")}
    series = {key: _metric(folder, file) for key, file in _files(folder, name, "metrics")}
    fields = {
        **_seen(tags, options),
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
    return RawRun(name, "", fields, rows(name, series, options), tuple(files), source=name)


def _seen(tags: dict[str, str], options: Options) -> dict[str, str]:
    """The tags that the author asks for: many others are MLflow's own, and some are whole documents."""
    return {key: value for key, value in tags.items() if key in options.fields}


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
        value = number(parts[1], where, "the value")
        time = whole(number(parts[0], where, "the time"), where, "the time")
        step = whole(number(parts[2], where, "the step"), where, "the step") if len(parts) > 2 else 0
        if value is None:
            raise bad(where, "has no value; time, value and step, with spaces between them, are needed")
        entries.append((time, step, value))
    if not entries:
        raise bad(name, "is empty; time, value and step, with spaces between them, are needed")
    return by_step([(step, value) for _, step, value in sorted(entries, key=lambda entry: entry[0])])


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
