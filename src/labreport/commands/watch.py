"""`watch`: rebuild on a change of templates, styles or code, and reload the page in the browser."""

from __future__ import annotations

import argparse
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from labreport.commands.serving import PageServer
from labreport.console.terminal import Terminal
from labreport.errors import UsageError
from labreport.locate import find_project

MAIN = Path(__file__).parents[1] / "__main__.py"


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Serve the report on this machine until interrupted; every change is a build of its own process."""
    try:
        import watchfiles
    except ImportError:
        raise UsageError("watch needs the package watchfiles, which is not installed") from None
    place = find_project(root)
    command = [sys.executable, "-P", str(MAIN), "--project", str(root), "--output", str(arguments.output)]
    command += ["--seeds", str(arguments.seeds)] if arguments.seeds else []
    command += ["--jobs", str(arguments.jobs)] if arguments.jobs else []
    with PageServer(arguments.output / "report.html") as server:
        _build(command)
        terminal.say(f"Watching; the report is at {server.address} (Ctrl-C ends)")
        if arguments.open:
            webbrowser.open(server.address)
        folders = {place.source, place.templates, MAIN.parent}
        usual, output = watchfiles.DefaultFilter(), f"{arguments.output}/"
        for _ in watchfiles.watch(
            *(folder for folder in folders if folder.is_dir()),
            watch_filter=lambda change, path: usual(change, path) and not path.startswith(output),
            raise_interrupt=True,
        ):
            _build(command)
    return 0


def _build(command: Sequence[str]) -> None:
    """Build in a process of its own: it imports the changed code, and if it fails, it fails by itself.

    When this process is interrupted, it ends the build and waits for that, so that nothing is printed
    after its own last line.
    """
    with subprocess.Popen(command) as build:
        try:
            build.wait()
        except BaseException:
            build.terminate()
            raise
