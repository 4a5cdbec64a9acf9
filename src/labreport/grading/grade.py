"""All submissions: found, each read and scored in a long-lived worker process, and those that are the same.

A worker gets what is expected, then the path of one file after another, and answers each. A file that takes
too long costs its worker, never the others. NumPy is loaded only for predictions.
"""

from __future__ import annotations

import importlib
import io
import math
import os
import resource
import signal
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import msgspec

from labreport.errors import LabReportError, UsageError
from labreport.grading.form import from_form
from labreport.grading.score import Expected, Graded, score, unread
from labreport.grading.submission import (
    FORM_LIMIT,
    JSON_LIMIT,
    Malformed,
    of_answers,
    parse_answers,
    read,
    shortened,
)
from labreport.processes import Child

SUFFIXES = (".json", ".toml")
BESIDE = (".npy", ".npz")
"""Predictions that a form names; not submissions of their own."""
PREFERRED = "answers.json"
LEVELS = 5
"""Folders below a student's folder that are searched."""
ENTRIES = 5_000
"""Files in a student's folder that are looked at."""


@dataclass(frozen=True)
class Found:
    """A submission by its name; without a path, `problem` says why there is no file to read."""

    name: str
    path: Path | None
    problem: str = ""


def find(path: Path) -> tuple[list[Found], list[str]]:
    """Submissions in the order of their names, and the names of files that are not submissions.

    The name is that of the student's folder, or that of the file without its suffix, as the learning
    platform wrote it. Raises `UsageError` where there is nothing to grade.
    """
    if not os.path.lexists(path):
        raise UsageError(f"{path}: No such file or directory; give a submission or a folder of them")
    if not path.is_dir():
        return [Found(_stem(path.name), path.resolve())], []
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        raise UsageError(f"cannot read the folder {path}: {error.strerror}") from None
    found, ignored = [], []
    for entry in entries:
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            continue
        if entry.is_dir(follow_symlinks=False):
            found.append(_inside(Path(entry.path), entry.name))
        elif entry.is_symlink() or _suffix(entry.name) in SUFFIXES:
            found.append(Found(entry.name, Path(os.path.abspath(entry.path))))
        elif _suffix(entry.name) not in BESIDE:
            ignored.append(entry.name)
    if not found:
        raise UsageError(
            f"{path} holds no submissions; files that end in .json or .toml, "
            "or one folder for each student, are expected"
        )
    return _named(found), ignored


def _named(found: list[Found]) -> list[Found]:
    """Suffixes left out where the names stay different without them."""
    names = [one.name for one in found]
    stems = [_stem(name) for name in names]
    return [
        Found(stem if stems.count(stem) == 1 and stem not in names else one.name, one.path, one.problem)
        for one, stem in zip(found, stems, strict=True)
    ]


def _inside(folder: Path, name: str) -> Found:
    candidates = _candidates(folder)
    preferred = [path for path in candidates if path.name == PREFERRED]
    chosen = preferred if len(preferred) == 1 else candidates
    if len(chosen) == 1:
        return Found(name, Path(os.path.abspath(chosen[0])))
    if not chosen:
        return Found(name, None, "holds no file that ends in .json or .toml")
    some = ", ".join(str(path.relative_to(folder)) for path in chosen[:2])
    return Found(name, None, f"holds {len(chosen)} files that could be the submission ({some}…); keep one")


def _candidates(folder: Path) -> list[Path]:
    found: list[Path] = []
    seen = 0
    for where, folders, files in os.walk(folder):
        depth = len(Path(where).relative_to(folder).parts)
        folders[:] = sorted(one for one in folders if not one.startswith(".")) if depth < LEVELS else []
        found += [
            Path(where, one) for one in sorted(files) if not one.startswith(".") and _suffix(one) in SUFFIXES
        ]
        seen += len(files)
        if seen > ENTRIES:
            break
    return found


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _stem(name: str) -> str:
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in SUFFIXES else name


MEMORY = 1 << 30
"""Bytes of address space; an ordinary submission takes a few percent of it."""
FORM_SUFFIX = ".toml"
PREDICTIONS_LIMIT = 16_000_000
"""Bytes of the file of predictions."""
ITEMS = 1_000_000
"""Predictions in one array."""


def grade(path: Path, expected: Expected) -> Graded:
    """One file, read and scored; whatever is wrong with it becomes its `problem`."""
    try:
        if path.suffix.lower() == FORM_SUFFIX:
            submission = from_form(read(path, FORM_LIMIT), expected)
        else:
            data, other = read(path, JSON_LIMIT), f"; the reference has {expected.schema}"
            submission = of_answers(parse_answers(data, expected.schema, other))
        again = recomputed(path, submission.predictions, expected.recompute)
        return score(expected, submission, again)
    except Malformed as problem:
        return unread(expected, str(problem))
    except MemoryError:
        return unread(expected, f"needs more than {MEMORY >> 20:,} MiB of memory")
    except Exception as error:
        return unread(expected, f"cannot be read ({type(error).__name__})")


def serve(connection: Connection, expected: bytes) -> None:
    """Read and score one file after another, until no more come."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, most = resource.getrlimit(kind)
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        with suppress(ValueError, OSError):  # macOS knows no limit of address space; that of time holds
            resource.setrlimit(kind, (limit, limit))
    by = msgspec.json.decode(expected, type=Expected)
    connection.send_bytes(b"")
    with suppress(EOFError):
        while True:
            graded = grade(Path(os.fsdecode(connection.recv_bytes())), by)
            connection.send_bytes(msgspec.json.encode(graded))


# Predictions


def recomputed(form: Path, name: str, function: str) -> dict[str, dict[str, float]]:
    """By question and quantity, what the project's `function` finds in the file `name` beside `form`.

    The function gets a mapping from the name of each array to its predictions, whole numbers of shape
    (items,), and raises `ValueError` for what does not fit its data. Raises `Malformed`.
    """
    if not name or not function:
        return {}
    if Path(name).name != name or name.startswith("."):
        raise Malformed(f"names the predictions {shortened(name)}; a file in the same folder is allowed")
    where = f"names the predictions {shortened(name)}, which"
    try:
        arrays = _arrays(read(form.with_name(name), PREDICTIONS_LIMIT), name)
    except Malformed as problem:
        raise Malformed(f"{where} {problem}") from None
    module, _, attribute = function.partition(":")
    try:
        found: Mapping[str, Mapping[str, float]] = getattr(importlib.import_module(module), attribute)(arrays)
    except ValueError as error:
        raise Malformed(f"{where} {error}") from None
    return {
        slug: {name: float(value) for name, value in values.items() if math.isfinite(value)}
        for slug, values in found.items()
    }


def _arrays(data: bytes, name: str) -> dict[str, Any]:
    import numpy as np

    try:
        loaded = np.load(io.BytesIO(data), allow_pickle=False)
        arrays = {key: loaded[key] for key in loaded.files} if hasattr(loaded, "files") else loaded
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, SyntaxError, NotImplementedError):
        raise Malformed("is not a .npy or .npz file of whole numbers") from None
    if not isinstance(arrays, dict):
        arrays = {name.rsplit(".", 1)[0]: arrays}
    for key, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind not in "iu" or array.size > ITEMS:
            raise Malformed(
                f"has the array {shortened(key)} of shape {array.shape} and type {array.dtype}; "
                "one whole number for each item is allowed"
            )
    return arrays


SECONDS = 10.0
"""Time for one file; an ordinary one takes a few hundredths of a second."""
START_SECONDS = 60.0
"""Time for a process to load what it needs, which counts for no file."""
REPLY_LIMIT = 8_000_000
"""Bytes of one reply."""
ENDED = "ended the process that read it, by its use of memory or otherwise"
WORKERS = 8
"""Processes at most; as many as there are cores otherwise."""
REFERENCE = "the reference"


@dataclass(frozen=True)
class Result:
    """A submission's name and what it got."""

    name: str
    graded: Graded


def grade_all(expected: Expected, found: Sequence[Found]) -> list[Result]:
    """Every submission graded, in the order given, whatever some of them do."""
    graded = {place: unread(expected, one.problem) for place, one in enumerate(found)}
    requests = {place: os.fsencode(one.path) for place, one in enumerate(found) if one.path is not None}
    for place, reply in ask_all(f"{__name__}:serve", msgspec.json.encode(expected), requests):
        graded[place] = (
            unread(expected, reply) if isinstance(reply, str) else msgspec.json.decode(reply, type=Graded)
        )
    return [Result(one.name, graded[place]) for place, one in enumerate(found)]


def same(results: Sequence[Result], content: str, numbers: str) -> list[tuple[str, list[str]]]:
    """Groups of names with what they share: `identical file` or `identical numbers`.

    `content` and `numbers` are those of the reference. Two honest runs of the same seeds on machines of
    one type can have identical numbers; a group of identical files is not listed a second time.
    """
    groups: dict[tuple[str, ...], str] = {}
    own = Graded((), content=content, numbers=numbers)
    for field in ("content", "numbers"):
        found: dict[str, list[str]] = {}
        for name, graded in ((REFERENCE, own), *((one.name, one.graded) for one in results)):
            found.setdefault(getattr(graded, field), []).append(name)
        for names in (names for digest, names in found.items() if digest and len(names) > 1):
            groups.setdefault(tuple(names), f"identical {'file' if field == 'content' else field}")
    return [(what, [*names]) for names, what in groups.items()]


def ask_all(
    function: str, given: bytes, requests: Mapping[int, bytes], seconds: float = SECONDS
) -> Iterator[tuple[int, bytes | str]]:
    """Pairs of a request's number and its reply, in the order in which they come.

    Several processes call `"module:function"` with a connection and what is `given`, send one message when
    they are ready, and then answer each request. Instead of a reply comes a text that completes a sentence
    about the request, where its process took more than `seconds` or ended. Raises `LabReportError` where no
    process can be started. All processes have ended when the iterator is closed.
    """
    waiting, most = [*requests.items()][::-1], min(WORKERS, os.cpu_count() or 1, len(requests))
    idle = _start(most, function, given)
    asked: dict[Any, tuple[Child, int, float]] = {}
    """By its connection, a process, the number of what it was asked, and when it must have answered."""
    try:
        while waiting or asked:
            while waiting and len(asked) < most:
                idle = idle or _start(1, function, given)
                child, (place, request) = idle.pop(), waiting.pop()
                asked[child.connection] = child, place, time.monotonic() + seconds
                with suppress(OSError):  # it has ended; what is read from it says so
                    child.connection.send_bytes(request)
            first = min(deadline for _, _, deadline in asked.values())
            ready = wait([*asked], max(first - time.monotonic(), 0.0))
            too_long = f"takes more than {seconds:g} s to read"
            late = [one for one, (_, _, deadline) in asked.items() if deadline <= time.monotonic()]
            for connection in {*ready, *late}:
                child, place, deadline = asked.pop(connection)
                reply = _reply(child, deadline, too_long) if connection in ready else too_long
                if isinstance(reply, bytes):
                    idle.append(child)
                else:
                    child.end()
                yield place, reply
    finally:
        for child in (*idle, *(child for child, _, _ in asked.values())):
            child.end()


def _start(count: int, function: str, given: bytes) -> list[Child]:
    """So many processes, once they are ready."""
    try:
        started = [Child(function, given, quiet=True) for _ in range(count)]
    except (OSError, RuntimeError) as error:
        raise LabReportError(f"cannot start a process to read submissions: {error}") from None
    for child in started:
        if child.connection.poll(START_SECONDS):
            _reply(child, time.monotonic() + START_SECONDS, ENDED)
    return started


def _reply(child: Child, deadline: float, late: str) -> bytes | str:
    """What it has sent, or why that cannot be read; one that stops in the middle of it is killed in time."""
    assert child.pid is not None
    killing = threading.Timer(max(deadline - time.monotonic(), 0.0), os.kill, (child.pid, signal.SIGKILL))
    killing.start()
    try:
        return child.connection.recv_bytes(REPLY_LIMIT)
    except (EOFError, OSError):
        if child.connection.readable:
            return ENDED if time.monotonic() < deadline else late
        return "needs too long a reply"
    finally:
        killing.cancel()
