"""A process on a worker, with the code that was sent: it inspects the machine, or carries out runs.

The key of a result says on what it rests. A worker that has something else is left out.
"""

from __future__ import annotations

import json
import pickle
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
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

START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from labreport.sources import begin; begin('labreport.execute.cluster.child:main')"
)
"""What the interpreter of such a process is started with; its first argument is the folder with the code."""
IDLE_SECONDS = 120.0
"""A process that gets no work for so long ends; the next run starts another."""
_LIBRARY = "library "


def main() -> None:
    """`TREE inspect`, with claims on standard input; or `TREE serve DESCRIPTOR THREADS`."""
    tree, what, *rest = sys.argv[1:]
    if what == "inspect":
        claims: tuple[Claim, ...] = pickle.load(sys.stdin.buffer)  # noqa: S301 - as `_read`
        print(json.dumps([text for claim in claims for text in inspect(claim, Path(tree))]))
        return
    begin_child(kernel=False)  # it would end with the thread of the worker that has started it
    attend(Connection(int(rest[0])), partial(_read, tree=Path(tree), checked=[]), IDLE_SECONDS)


def _read(data: bytes, tree: Path, checked: list[Claim]) -> Task:
    """The task in the bytes that `labreport.execute.cluster.pool` sends.

    Raises `LabReportError` if its result would not belong under its key; that of what was `checked` would.
    """
    found: tuple[Claim, Task] = pickle.loads(data)  # noqa: S301 - from the program that started this process
    claim, task = found
    if claim not in checked:
        if different := inspect(claim, tree):
            raise LabReportError(f"the worker is not what it was any more: {'; '.join(different)}")
        checked.append(claim)
    return replace(task, source=str(tree))


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

    @property
    def requirements(self) -> list[str]:
        """What to install, as pip takes it."""
        return [f"{name}=={version}" for name, version in _libraries(self.wanted).items()]


def claim(task: Task, package: str, roots: tuple[str, ...]) -> Claim:
    """What the key of this task's result says."""
    wanted = {
        name: value
        for name, value in task.trajectory.ingredients.items()
        if name not in ("identity", "specification", "seed", "exclusive")
    }
    more = made_by(task.specification, task.one_step)
    return Claim(task.start, package, roots, platform.python_version(), task.threads, wanted, more)


def claims(tasks: Iterable[Task], package: str, roots: tuple[str, ...]) -> list[Claim]:
    """The different claims of some tasks."""
    found: list[Claim] = []
    for task in tasks:
        if (one := claim(task, package, roots)) not in found:
            found.append(one)
    return found


def inspect(claim: Claim, tree: Path) -> list[str]:
    """What is different here, with the code in `tree`; empty where results belong under the key."""
    project = Project(package=claim.package, source_roots=tuple(claim.roots), threads=claim.threads)
    fingerprints = Fingerprints(project, tree, Digests(tree), Ledger())
    try:
        found = fingerprints.rests_on(claim.code, claim.wanted["data"], _libraries(claim.wanted), claim.more)
    except LabReportError as error:
        return [str(error)]
    names = [*claim.wanted, *(name for name in found if name not in claim.wanted)]
    return [
        _told(name, claim.wanted.get(name), found.get(name), claim)
        for name in names
        if claim.wanted.get(name) != found.get(name)
    ]


def _libraries(wanted: Mapping[str, Any]) -> dict[str, str]:
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
