"""The end of a build: what changed in the answers, what was made, how long it took, where it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from labreport.console.counts import counted
from labreport.console.terminal import Terminal, shown
from labreport.console.time_left import duration
from labreport.program import again

DOCUMENT = "document/"
_CHANGES = 12
_FILES = ("report.html", "report.pdf", "answers.json")


def show_changes(terminal: Terminal, lines: Sequence[str]) -> None:
    """The changes in the answers, the first dozen of them."""
    if not lines:
        return
    terminal.say(terminal.paint("Changed in the answers:", "bold"))
    for line in lines[:_CHANGES]:
        terminal.say(f"  {shown(line)}")
    if len(lines) > _CHANGES:
        terminal.say(terminal.paint(f"  … and {len(lines) - _CHANGES} more; all are in answers.json", "dim"))


def show_summary(
    terminal: Terminal,
    output: Path,
    trained: Sequence[str],
    made: Sequence[str],
    seconds: float,
    errors: int = 0,
    work: str = "training",
    watched: bool = False,
) -> None:
    """What was made, how long it took, where the report is and how it is checked; or what became of it.

    Of a build that is `watched`, the report is on the screen already.
    """
    if errors:
        show_failure(terminal, output, errors, made)
        return
    where = report(output)
    if not trained and not made:
        what = f"{shown(str(where))} is up to date." if where else "all that was asked for is up to date."
        terminal.say(f"Nothing to do: {what}")
        return
    kinds: dict[str, int] = {}
    for name in made:
        kind = name.partition("/")[0]
        kinds[kind] = kinds.get(kind, 0) + 1
    parts = [counted(len(trained), work)] if trained else []
    parts += [counted(count, kind) for kind, count in kinds.items()]
    terminal.say(f"{terminal.paint('Done', 'green', 'bold')} in {duration(seconds)}: {', '.join(parts)}.")
    files = [name for name in _FILES if (output / name).is_file()]
    if files and not watched:
        terminal.say(
            f"The report: {shown(nearby(output / files[0]))}{''.join(f', {name}' for name in files[1:])}"
        )
        terminal.say(f"Check it:   {again('verify')}")


def show_failure(terminal: Terminal, output: Path, errors: int, made: Sequence[str] = ()) -> None:
    """The last line of a build that failed; `made` are names of nodes."""
    if any(name.startswith(DOCUMENT) for name in made):
        state = f"Written without the rest: {shown(str(report(output)))}"
    elif report(output):
        state = "The previous report is unchanged."
    else:
        state = "No report was written."
    terminal.say(f"{terminal.paint('Build failed', 'red', 'bold')}: {counted(errors, 'error')}. {state}")


def nearby(path: Path) -> str:
    """A path from the current folder, where it is below that."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def report(output: Path) -> Path | None:
    """The report that is there: the PDF, else the page."""
    return next((path for name in ("pdf", "html") if (path := output / f"report.{name}").is_file()), None)
