"""The end of a build: what changed in the answers, what was made, how long it took, where it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from labreport.console.progress import duration
from labreport.console.terminal import Terminal, shown

_CHANGES = 12


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
    terminal: Terminal, output: Path, trained: Sequence[str], made: Sequence[str], seconds: float
) -> None:
    """What was made and how long it took; then where the report is."""
    report = output / "report.pdf"
    where = report if report.exists() else output / "report.html"
    if not trained and not made:
        terminal.say(f"Nothing to do: {shown(str(where))} is up to date.")
        return
    kinds: dict[str, int] = {}
    for name in made:
        kind = name.partition("/")[0]
        kinds[kind] = kinds.get(kind, 0) + 1
    parts = [_counted(len(trained), "training")] if trained else []
    parts += [_counted(count, kind) for kind, count in kinds.items()]
    terminal.say(f"{terminal.paint('Done', 'green', 'bold')} in {duration(seconds)}: {', '.join(parts)}.")
    if where.exists():
        terminal.say(f"The report: {shown(str(where))}")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"
