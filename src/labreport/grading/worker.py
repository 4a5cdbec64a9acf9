"""A process that reads and scores untrusted files, one after another, within a limit of memory.

It gets one line of JSON with what is expected, then a line for each file, and answers each file with one
line. Only the standard library is loaded, and NumPy where predictions were submitted.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labreport.grading.expected import Expected
from labreport.grading.filled import from_form
from labreport.grading.plain import from_plain
from labreport.grading.predictions import recomputed
from labreport.grading.score import Graded, score, unread
from labreport.grading.strict import FORM_LIMIT, JSON_LIMIT, Malformed, read
from labreport.grading.submission import from_answers

MEMORY = 1 << 30
"""Bytes of address space; an ordinary submission takes a few percent of it."""
FORM_SUFFIX = ".toml"


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
    expected = from_plain(Expected, json.loads(requests.readline()))
    for line in requests:
        request: Any = json.loads(line)
        graded = grade(Path(os.fsdecode(bytes.fromhex(request))), expected)
        replies.write(json.dumps(asdict(graded)).encode("ascii") + b"\n")
        replies.flush()
