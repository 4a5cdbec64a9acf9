"""A process on a worker, which has one version of the code: it inspects the machine, or carries out runs."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from labreport.errors import LabReportError
from labreport.execute.cluster.identity import Claim, inspect
from labreport.execute.task import Task
from labreport.execute.worker import Message, Outcome, carry_out
from labreport.processes import portable

START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from labreport.sources import begin; begin('labreport.execute.cluster.child:main')"
)
"""What the interpreter of such a process is started with; its first argument is the folder with the code."""
IDLE_SECONDS = 120.0
"""A process that gets no work for so long ends; the next run starts another."""
_LOOK = 0.2


def main() -> None:
    """`TREE inspect`, with claims on standard input; or `TREE serve DESCRIPTOR THREADS`."""
    tree, what, *rest = sys.argv[1:]
    if what == "inspect":
        claims = [Claim(**plain) for plain in json.load(sys.stdin)]
        print(json.dumps([text for claim in claims for text in inspect(claim, Path(tree))]))
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_without, args=(os.getppid(),), daemon=True).start()
    serve(Connection(int(rest[0])), Path(tree))


def serve(channel: Connection, tree: Path) -> None:
    """Carry out one task after the other, each once it is clear that its results belong under their key."""
    checked: set[str] = set()

    def send(message: Message | Outcome) -> None:
        kind = b"O" if isinstance(message, Outcome) else b"M"
        try:
            channel.send_bytes(kind + pickle.dumps(message))
        except OSError:
            os._exit(1)

    while channel.poll(IDLE_SECONDS):
        try:
            data = channel.recv_bytes()
        except (EOFError, OSError):
            return
        try:
            claim, task = _read(data, tree)
            if (label := json.dumps(claim.plain, sort_keys=True)) not in checked:
                if different := inspect(claim, tree):
                    raise LabReportError(f"the worker is not what it was any more: {'; '.join(different)}")
                checked.add(label)
        except Exception as error:  # it does not belong to what is here
            send(Outcome(error=portable(error), trace="".join(traceback.format_exception(error))))
        else:
            carry_out(task, send)


def _read(data: bytes, tree: Path) -> tuple[Claim, Task]:
    """The claim of a task, and the task, from the bytes that `labreport.execute.cluster.lane` sends."""
    found: Any = pickle.loads(data)  # noqa: S301 - from the program that started this process
    claim, task = found
    return claim, replace(task, source=str(tree))


def _end_without(parent: int) -> None:
    """End with the worker. The kernel's own signal would come with the end of one of its threads already."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)
