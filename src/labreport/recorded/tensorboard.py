"""Runs in TensorBoard's event files: a folder is a run, a folder inside it a part of the run.

Scalars only, as `tf.summary`, Keras and PyTorch's `SummaryWriter` write them. Neither is needed to read them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labreport.recorded.event_format import Broken, fields, records, signed
from labreport.recorded.raw import Options, RawRun, bad, content
from labreport.recorded.replay import Replay, replay
from labreport.recorded.series import rows
from labreport.run import Arrays

EVENTS = "tfevents"
"""In the name of every event file; a number behind it, the time of its making, orders several of one run."""
_FORMATS = {1: "<f", 2: "<d", 3: "<i", 9: "<q"}
"""Types of a tensor of one number (`DataType` in `types.proto`), as `struct` spells them."""
_VALUES = {5: "<f", 6: "<d"}
"""Fields of `TensorProto` with numbers of fixed size; 7 and 10 hold integers."""


def read(folder: Path, name: str, options: Options) -> list[RawRun]:
    """The run in the folder or event file `name`. A scalar in a folder inside is called `FOLDER/TAG`.

    Of two values of one tag and step, as after a restart, the later file's counts.
    """
    top = folder / name
    paths = [top] if top.is_file() else sorted(path for path in top.rglob(f"*{EVENTS}*") if path.is_file())
    if not paths:
        raise bad(
            name, f"holds no event file of TensorBoard (their names contain {EVENTS!r}); correct the path"
        )
    series: dict[str, dict[int, float]] = {}
    files = []
    for path in paths:
        inside = path.relative_to(top).parent.as_posix() if path != top else "."
        file = name if path == top else f"{name}/{path.relative_to(top).as_posix()}"
        files.append(file)
        for tag, step, value in scalars(file, content(folder, file)):
            series.setdefault(tag if inside == "." else f"{inside}/{tag}", {})[step] = value
    if not series:
        raise bad(name, "holds no scalar; record one with tf.summary.scalar or add_scalar")
    return [RawRun(name, "", {}, rows(name, series, options), tuple(files))]


def start(specification: Any, seed: int, epoch: int = 0, state: Arrays | None = None) -> Replay:
    """A run of such a folder; see `labreport.run.Start`."""
    return replay(read, specification, epoch)


def scalars(name: str, data: bytes) -> Iterator[tuple[str, int, float]]:
    """Tag, step and value of every scalar in an event file. Raises `UsageError` for a damaged one."""
    try:
        for record in records(data):
            found = {number: value for number, _, value in fields(record) if number in (2, 5)}
            step, summary = found.get(2, 0), found.get(5, b"")
            if isinstance(step, int) and isinstance(summary, bytes):
                for number, _, value in fields(summary):
                    if number == 1 and isinstance(value, bytes):
                        yield from ((tag, signed(step), scalar) for tag, scalar in _scalar(value))
    except (Broken, struct.error, UnicodeDecodeError) as error:
        raise bad(
            name, f"not a whole event file: it {error}; let the run finish, or remove the file"
        ) from None


def _scalar(message: bytes) -> Iterator[tuple[str, float]]:
    """Tag and value of a `Summary.Value`, where it is one number."""
    found = {number: value for number, _, value in fields(message)}
    tag, simple, tensor = found.get(1, b""), found.get(2), found.get(8)
    if isinstance(tag, bytes) and isinstance(simple, bytes):
        yield tag.decode(), float(struct.unpack("<f", simple)[0])
    elif isinstance(tag, bytes) and isinstance(tensor, bytes):
        value = _number(tensor)
        if value is not None:
            yield tag.decode(), value


def _number(tensor: bytes) -> float | None:
    """The number in a `TensorProto` without dimensions; None for any other tensor."""
    found = {number: value for number, _, value in fields(tensor)}
    kind, shape, raw = found.get(1, 0), found.get(2, b""), found.get(4, b"")
    if (
        kind not in _FORMATS
        or not isinstance(shape, bytes)
        or any(number == 2 for number, _, _ in fields(shape))
    ):
        return None
    if isinstance(raw, bytes) and raw:
        return float(struct.unpack(_FORMATS[int(kind)], raw)[0])
    for number, value in found.items():
        if isinstance(value, bytes) and number in _VALUES:
            return float(struct.unpack_from(_VALUES[number], value)[0])
        if number in (7, 10):
            whole = next(_varints(value), 0) if isinstance(value, bytes) else value
            return float(signed(whole))
    return 0.0  # what a message does not hold is zero


def _varints(packed: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in packed:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0
