"""Write the results of the report for other programs: see `labreport.exports`."""

from __future__ import annotations

import argparse
from pathlib import Path

from labreport.console.terminal import Terminal, shown
from labreport.errors import UsageError
from labreport.exports import listed, stale, write
from labreport.loaded import load
from labreport.program import called
from labreport.suggest import did_you_mean


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Write one format, or check what was written; without a format, list them."""
    if not arguments.words:
        for one in listed().values():
            terminal.result(f"{one.name:10} {one.writes}")
        return 0
    name, *folders = arguments.words
    if name not in listed():
        raise UsageError(f"no format {name!r}{did_you_mean(name, listed())} There are {', '.join(listed())}.")
    if len(folders) > 1:
        raise UsageError(f"export does not take {folders[1]!r}; see {called()} export --help.")
    folder = Path(folders[0]) if folders else arguments.output / "exports" / name
    report = load(arguments.output)
    if not arguments.check:
        count = write(listed()[name], report, folder)
        terminal.say(f"Exported {count} files to {shown(str(folder))}, from {shown(str(report.folder))}")
        return 0
    why = stale(listed()[name], report, folder)
    terminal.result(f"{shown(str(folder))} is {f'stale: {why}' if why else 'up to date'}.")
    return int(bool(why))
