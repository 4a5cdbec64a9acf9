"""A process that has engine and project loaded, and carries out one build when it is asked to."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from labreport.commands.build import carry_out
from labreport.commands.watch import PAGE_LIMIT
from labreport.console.terminal import Terminal, guarded
from labreport.errors import LabReportError, OutdatedCode
from labreport.execute.session import Request, open_session
from labreport.locate import Place, find_project
from labreport.nodes.workshop import function
from labreport.processes import begin_child, safe_spawn
from labreport.program import say_as
from labreport.store.files import Damaged, read_regular

MODULES = ("audit", "builders", "charts", "execute.build", "execute.first", "page", "pdf", "stats")

IDLE_SECONDS = 0.5
"""Without an edit for so long, there is time to make the fonts that the next one needs."""


class Telling(Terminal):
    """A terminal whose errors are sent, too."""

    def __init__(self, send: Callable[..., None]) -> None:
        super().__init__()
        self._send = send

    def error(self, text: str) -> None:
        """Show and send."""
        super().error(text)
        self._send(error=text)


def serve(connection: Connection, words: Sequence[str]) -> None:
    """Load what a build needs, wait for the word `build`, do so, and send what happens.

    That is `phase`, `error` and `done`, and `outdated` where code was edited after it was loaded here, and
    nothing was made. The word `wanted` asks for the keys of the results that are to be made. `words` are the
    folders of project and report, the numbers of seeds and jobs, 0 for none, and how messages name program
    and folders.
    """
    begin_child()
    say_as(words[4])
    place, output = find_project(Path(words[0])), Path(words[1])
    seeds, jobs = int(words[2]) or None, int(words[3])

    def send(**event: Any) -> None:
        with suppress(OSError):  # nobody listens any more
            connection.send(event)

    def wait() -> Any:
        with suppress(OSError, EOFError):
            return connection.recv()

    place.importable()
    _load(place, output, seeds)
    if not connection.poll(IDLE_SECONDS):
        _prepare_fonts(output)
    while (word := wait()) == "wanted":
        with suppress(Exception):  # where code cannot be loaded, nobody knows
            send(wanted=_wanted(place, output, seeds))
    if not word:
        return
    request = Request(
        place,
        output,
        seeds=seeds,
        jobs=jobs,
        arguments=f"--seeds {seeds}" if seeds else "",
        watched=True,
        told=lambda phase, keys=(): send(phase=phase, keys=sorted(keys)),
    )
    terminal = Telling(send)

    def build() -> int:
        try:
            return carry_out(request, terminal)
        except OutdatedCode:
            send(outdated=True)
            return 1

    with safe_spawn():
        send(done=guarded(build, terminal))


def _wanted(place: Place, output: Path, seeds: int | None) -> list[str]:
    session = open_session(place, output, seeds, repair=False)
    return sorted({status.key for status in session.planner.plan().stale("result")})


def _prepare_fonts(output: Path) -> None:
    """Where `watch` keeps them, only the first process has anything to make."""
    from labreport.page import prepare_fonts

    with suppress(OSError, ValueError, LabReportError, Damaged):  # the build says what it is
        prepare_fonts(read_regular(output / "report.html", PAGE_LIMIT).decode())


def _load(place: Place, output: Path, seeds: int | None) -> None:
    """Import engine and project, as far as that works."""
    for name in MODULES:
        importlib.import_module(f"labreport.{name}")
    with suppress(Exception):  # the author's code may raise anything; the build meets it as well, and says so
        session = open_session(place, output, seeds, repair=False)
        outline = session.project.outline
        for name in (*(one.answer for one in outline.questions), *(one.draw for one in outline.figures)):
            function(name, "")
    sys.stdout.flush()
