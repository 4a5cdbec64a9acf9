"""All submissions, each read in a worker process, and those that are the same."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from labreport.grading.expected import Expected
from labreport.grading.folder import Found
from labreport.grading.plain import from_plain
from labreport.grading.pool import SECONDS, ask_all
from labreport.grading.score import Graded, unread

WORKERS = 8
"""Processes at most; as many as there are cores otherwise."""
REFERENCE = "the reference"
_PROGRAM = (
    "import sys; sys.path.insert(0, {own!r}); sys.path += {others!r}\n"
    "from labreport.grading.worker import main; main()"
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
    requests = [json.dumps(os.fsencode(str(found[index].path)).hex()).encode() for index in readable]
    workers = min(WORKERS, os.cpu_count() or 1, len(requests))
    greeting = json.dumps(asdict(expected)).encode("ascii")
    for item, reply in ask_all(_command(), greeting, requests, workers, seconds):
        graded[readable[item]] = (
            unread(expected, reply) if isinstance(reply, str) else from_plain(Graded, json.loads(reply))
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
