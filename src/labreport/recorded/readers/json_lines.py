"""Runs in JSON lines: an object for each run, or for each epoch or step of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labreport.recorded.raw import Cell, Options, RawRun, Reader, bad, runs, short, text

_DEPTH = 8


def read(folder: Path, name: str, options: Options) -> list[RawRun]:
    """The runs in a file with an object in each line. Objects inside are named by path, as `test/accuracy`;
    null, or a member that is not there, was not measured; NaN and Infinity are of a run that failed."""
    lines, objects = [], []
    for line, written in enumerate(text(folder, name).split("\n"), 1):
        if written.strip():
            lines.append(line)
            objects.append(_object(f"{name}:{line}", written))
    if not lines:
        raise bad(name, "is empty; an object in each line is needed")
    columns = dict.fromkeys(column for found in objects for column in found)
    cells = {column: [found.get(column) for found in objects] for column in columns}
    return runs(folder, name, cells, lines, options)


def _object(where: str, written: str) -> dict[str, Cell]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise bad(where, f"has two members {short(twice)}; names must differ")
        return dict(pairs)

    try:
        found = json.loads(written, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise bad(
            where, f'not JSON: {reason}; an object such as {{"epoch": 1, "loss": 0.5}} is needed'
        ) from None
    if not isinstance(found, dict):
        raise bad(where, f'is {short(found)}; an object such as {{"epoch": 1, "loss": 0.5}} is needed')
    flat: dict[str, Cell] = {}
    _flatten(where, "", found, flat)
    return flat


def _flatten(where: str, prefix: str, found: dict[str, Any], flat: dict[str, Any]) -> None:
    for key, value in found.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and prefix.count("/") < _DEPTH:
            _flatten(where, f"{name}/", value, flat)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            try:
                flat[name] = float(value)
            except OverflowError:
                raise bad(
                    where, f"{name} has more than 308 digits; numbers up to 1.8e308 are allowed"
                ) from None
        else:
            # A text may name the run; where it is a metric, the table says what is needed
            flat[name] = value if value is None or isinstance(value, str) else json.dumps(value)


READER = Reader("jsonl", read, suffixes=(".jsonl", ".ndjson"))
