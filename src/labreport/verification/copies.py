"""Results that are copies of others: stored under another key, with every checksum computed again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from labreport.fingerprint.canonical import digest
from labreport.trajectory import STATE, Trajectory

SMALL = 16
"""Arrays of fewer elements may be equal by chance, or because nothing has moved them."""
TIME = "seconds"
DIGITS = 8


def copies(trajectories: Mapping[str, Trajectory]) -> Iterator[str]:
    """A line for each stored training that holds what another one holds; `trajectories` are by name.

    Two trainings never take equal times to the last digit, so equal records are a copy. Weights of two
    seeds of one specification are equal only where the seed decides nothing; then they are for all seeds.
    """
    yield from _records(trajectories)
    groups: dict[str, dict[str, Trajectory]] = {}
    for name, found in trajectories.items():
        specification = {part: value for part, value in found.ingredients.items() if part != "seed"}
        groups.setdefault(digest(specification), {})[name] = found
    for group in groups.values():
        yield from _weights(group)


def _records(trajectories: Mapping[str, Trajectory]) -> Iterator[str]:
    first: dict[str, tuple[str, str]] = {}
    for name, found in trajectories.items():
        for epoch, record in enumerate(found.records, 1):
            if not _measured(record.get(TIME)):
                continue
            text = json.dumps(record, sort_keys=True)
            other, key = first.setdefault(f"{epoch} {text}", (name, found.key))
            if key != found.key:
                yield f"{name} has the record of {other} for epoch {epoch}, its time included"
                break


def _measured(seconds: Any) -> bool:
    """Whether a time has the digits of a clock: rounded ones may be equal by chance."""
    return isinstance(seconds, float) and len(repr(seconds).replace(".", "").strip("0")) >= DIGITS


def _weights(group: Mapping[str, Trajectory]) -> Iterator[str]:
    """Of one specification: arrays that two seeds share, unless all of them do."""
    keys = {found.key for found in group.values()}
    if len(keys) < 2:
        return
    owners: dict[tuple[int, str, str], dict[str, str]] = {}
    for name, found in group.items():
        for epoch, arrays in found.states.items():
            for array, content in _digests(arrays):
                owners.setdefault((epoch, array, content), {}).setdefault(found.key, name)
    told: set[str] = set()
    for (epoch, array, _), names in owners.items():
        first, *others = names.values()
        if others and len(names) < len(keys) and others[0] not in told:
            told.add(others[0])
            yield f"{others[0]} has array {array!r} of {first} at epoch {epoch}"


def _digests(arrays: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    import numpy

    for name, values in arrays.items():
        array = numpy.asarray(values)
        if name.startswith(STATE) and array.size >= SMALL and (array != array.flat[0]).any():
            yield name, hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()
