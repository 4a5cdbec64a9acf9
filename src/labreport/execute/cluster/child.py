"""A process on a worker, with the code that was sent: it inspects the machine, and carries out runs.

The key of a result says on what it rests. A worker that has something else is left out.
"""

from __future__ import annotations

import os
import pickle
import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from labreport.errors import LabReportError
from labreport.execute.worker import Task, attend
from labreport.fingerprint.files import Digests
from labreport.plan.fingerprints import Fingerprints, made_by
from labreport.plan.ledger import Ledger
from labreport.processes import begin_child
from labreport.project import Project

START = """
import sys
from multiprocessing.connection import Connection

tree, channel = sys.argv[1], Connection(int(sys.argv[2]))
sys.path.insert(0, tree)
try:
    from labreport.sources import begin

    begin("labreport.execute.cluster.child:serve", tree, channel)
except ModuleNotFoundError as error:
    channel.recv_bytes()
    channel.send_bytes(f"Rhas no {error.name}".encode())
"""
"""What the interpreter of such a process is started with, the folder with the code, and the number of a
connection."""
IDLE_SECONDS = 120.0
"""A process that gets no work for so long ends; the next run starts another."""
_LIBRARY = "library "


def serve(tree: str, channel: Connection) -> None:
    """Carry out the tasks that `labreport.execute.cluster.pool` sends, as long as there are any.

    The first of which the result would not belong under its key is refused, and all others with it.
    """
    begin_child(kernel=False)  # it would end with the thread of the worker that has started it
    checked: list[Claim] = []

    def read(data: bytes) -> Task:
        found: tuple[Claim, bytes] = pickle.loads(data)  # noqa: S301 - from the program that started this process
        claim, packed = found
        if claim not in checked:
            if different := inspect(claim, Path(tree)):
                channel.send_bytes(f"R{'; '.join(different)}".encode())
                os._exit(1)
            checked.append(claim)
        task: Task = pickle.loads(packed)  # noqa: S301 - which may load the project's code
        return replace(task, source=tree)

    attend(channel, read, IDLE_SECONDS)


@dataclass(frozen=True)
class Claim:
    """What the keys of some results say: of the code `code`, with all else that decides it in `wanted`.

    `package` is the top-level module of the project, `roots` those whose code is followed, `python` the
    version that wrote the claim, `threads` the number of compute threads, and
    `more` is what has a part in the runs besides that code.
    """

    code: str
    package: str
    roots: tuple[str, ...]
    python: str
    threads: int
    wanted: Mapping[str, Any]
    more: tuple[str, ...] = ()


def claim(task: Task, package: str, roots: tuple[str, ...]) -> Claim:
    """What the key of this task's result says."""
    wanted = {
        name: value
        for name, value in task.trajectory.ingredients.items()
        if name not in ("identity", "specification", "seed", "exclusive")
    }
    more = made_by(task.specification, task.one_step)
    return Claim(task.start, package, roots, platform.python_version(), task.threads, wanted, more)


def inspect(claim: Claim, tree: Path) -> list[str]:
    """What is different here, with the code in `tree`; empty where results belong under the key."""
    project = Project(package=claim.package, source_roots=tuple(claim.roots), threads=claim.threads)
    fingerprints = Fingerprints(project, tree, Digests(tree), Ledger())
    try:
        found = fingerprints.rests_on(claim.code, claim.wanted["data"], libraries(claim.wanted), claim.more)
    except LabReportError as error:
        return [str(error)]
    names = [*claim.wanted, *(name for name in found if name not in claim.wanted)]
    return [
        _told(name, claim.wanted.get(name), found.get(name), claim)
        for name in names
        if claim.wanted.get(name) != found.get(name)
    ]


def libraries(wanted: Mapping[str, Any]) -> dict[str, str]:
    """The versions of libraries among the ingredients of a result."""
    return {name.removeprefix(_LIBRARY): value for name, value in wanted.items() if name.startswith(_LIBRARY)}


def _told(name: str, wanted: Any, found: Any, claim: Claim) -> str:
    """One difference in words."""
    if name.startswith(_LIBRARY):
        library = name.removeprefix(_LIBRARY)
        return f"{library} {found} instead of {wanted}" if found != "none" else f"{library} is not installed"
    if name == "python":
        return f"Python {found} instead of {wanted}"
    if name == "data":
        different = [file for file in wanted if wanted[file] != (found or {}).get(file)]
        return f"data {', '.join(different)} differ"
    here = platform.python_version()
    return f"{name} of {claim.code} differs under Python {here}, from that under {claim.python}"
