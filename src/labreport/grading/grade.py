"""All submissions: found, each read and scored in a long-lived worker process, and those that are the same.

A worker gets one line of JSON with what is expected, then a line for each file, and answers each with one
line. A file that takes too long costs its worker, never the others. NumPy is loaded only for predictions.
"""

from __future__ import annotations

import importlib
import io
import math
import os
import resource
import select
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from labreport.errors import LabReportError, UsageError
from labreport.grading.expected import Expected, Graded, unread
from labreport.grading.form import from_form
from labreport.grading.score import score
from labreport.grading.strict import FORM_LIMIT, JSON_LIMIT, Malformed, read, shortened
from labreport.grading.submission import from_answers

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
            submission = from_answers(read(path, JSON_LIMIT), expected.schema)
        again = recomputed(path, submission.predictions, expected.recompute)
        return score(expected, submission, again)
    except Malformed as problem:
        return unread(expected, str(problem))
    except MemoryError:
        return unread(expected, f"needs more than {MEMORY >> 20:,} MiB of memory")
    except Exception as error:
        return unread(expected, f"cannot be read ({type(error).__name__})")


def main() -> None:
    """Serve until standard input ends."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, most = resource.getrlimit(kind)
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        try:
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):
            continue  # macOS knows no limit of address space; the time limit still holds
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    expected = msgspec.json.decode(requests.readline(), type=Expected)
    for line in requests:
        graded = grade(Path(os.fsdecode(bytes.fromhex(line.decode("ascii")))), expected)
        replies.write(msgspec.json.encode(graded) + b"\n")
        replies.flush()


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
REPLY_LIMIT = 8_000_000
"""Bytes of one reply."""
ENDED = "ended the process that read it, by its use of memory or otherwise"
WORKERS = 8
"""Processes at most; as many as there are cores otherwise."""
REFERENCE = "the reference"
_PROGRAM = (
    "import sys; sys.path.insert(0, {own!r}); sys.path += {others!r}\n"
    "from labreport.grading.grade import main; main()"
)


@dataclass(frozen=True)
class Result:
    """A submission's name and what it got."""

    name: str
    graded: Graded


def grade_all(expected: Expected, found: Sequence[Found], seconds: float = SECONDS) -> list[Result]:
    """Every submission graded, in the order given, whatever some of them do."""
    graded = {index: unread(expected, one.problem) for index, one in enumerate(found) if one.path is None}
    readable = [index for index in range(len(found)) if index not in graded]
    requests = [os.fsencode(str(found[index].path)).hex().encode() for index in readable]
    workers = min(WORKERS, os.cpu_count() or 1, len(requests))
    greeting = msgspec.json.encode(expected)
    for item, reply in ask_all(_command(), greeting, requests, workers, seconds):
        graded[readable[item]] = (
            unread(expected, reply) if isinstance(reply, str) else msgspec.json.decode(reply, type=Graded)
        )
    return [Result(one.name, graded[index]) for index, one in enumerate(found)]


def same(results: Sequence[Result], content: str = "", numbers: str = "") -> list[tuple[str, list[str]]]:
    """Groups of names with what they share: `identical file` or `identical numbers`.

    `content` and `numbers` are those of the reference. Two honest runs of the same seeds on machines of
    one type can have identical numbers; a group of identical files is not listed a second time.
    """
    files: dict[str, list[str]] = {content: [REFERENCE]} if content else {}
    figures: dict[str, list[str]] = {numbers: [REFERENCE]} if numbers else {}
    for result in results:
        if result.graded.content:
            files.setdefault(result.graded.content, []).append(result.name)
        if result.graded.numbers:
            figures.setdefault(result.graded.numbers, []).append(result.name)
    groups = [names for names in files.values() if len(names) > 1]
    return [("identical file", names) for names in groups] + [
        ("identical numbers", names) for names in figures.values() if len(names) > 1 and names not in groups
    ]


def _command() -> list[str]:
    """An isolated interpreter: neither the current folder nor the environment adds code to it."""
    own = str(Path(__file__).resolve().parents[2])
    others = [os.path.abspath(entry) for entry in sys.path if entry]
    return [sys.executable, "-I", "-c", _PROGRAM.format(own=own, others=others)]


# Worker processes


def ask_all(
    command: Sequence[str], greeting: bytes, requests: Sequence[bytes], workers: int, seconds: float = SECONDS
) -> Iterator[tuple[int, bytes | str]]:
    """Pairs of a request's index and its reply, in the order in which they come.

    Each of up to `workers` processes runs `command`, gets `greeting` as its first line, and answers each
    request, one line, with one line. Instead of a reply comes a text that completes a sentence about the
    request, when its process took more than `seconds` or ended. Raises `LabReportError` when no process
    can be started. All processes have ended when the iterator is closed.
    """
    started: list[subprocess.Popen[bytes]] = []
    own, closing = threading.local(), threading.Event()

    def ask(request: bytes) -> bytes | str:
        process: subprocess.Popen[bytes] | None = getattr(own, "process", None)
        if process is None or process.poll() is not None:
            process = own.process = _start(command, greeting)
            started.append(process)
        return "is not read any more" if closing.is_set() else _exchange(process, request, seconds)

    threads = ThreadPoolExecutor(max(workers, 1))
    try:
        waiting = {threads.submit(ask, request): place for place, request in enumerate(requests)}
        for done in as_completed(waiting):
            yield waiting[done], done.result()
    finally:
        closing.set()
        for process in tuple(started):
            process.kill()
        threads.shutdown(cancel_futures=True)
        for process in started:
            _end(process)


def _start(command: Sequence[str], greeting: bytes) -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/"
        )
    except OSError as error:
        raise LabReportError(f"cannot start a process to read submissions: {error}") from None
    _send(process, greeting)
    return process


def _send(process: subprocess.Popen[bytes], line: bytes) -> None:
    assert process.stdin is not None
    with suppress(OSError):  # it has ended; its output says so
        process.stdin.write(line + b"\n")
        process.stdin.flush()


def _exchange(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes | str:
    """The reply to a request, or the problem for which the process was ended."""
    assert process.stdout is not None
    deadline, reply = time.monotonic() + seconds, bytearray()
    _send(process, request)
    while not reply.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        data = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
        reply += data
        if not data or len(reply) > REPLY_LIMIT:
            _end(process)
            if not ready:
                return f"takes more than {seconds:g} s to read"
            return "needs too long a reply" if data else ENDED
    return bytes(reply)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and close its streams, once."""
    assert process.stdout is not None
    if not process.stdout.closed:
        process.kill()
        process.communicate()
