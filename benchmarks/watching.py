"""An edit under `watch`: seconds until the browser would show it, and until the PDF is there."""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rendering

Row = tuple[str, str, str]
STYLE = "src/labreport/frame/styles/screen.css"
CALM_SECONDS = 3.0
"""Seconds without work between two edits: the next process gets ready in them."""


def rows(quick: bool) -> list[Row]:
    """Needs a finished report in `report/`; works on a copy of the checkout."""
    if not rendering.made():
        return [("watch", "not measured: there is no report yet", "run python build.py first")]
    found: dict[str, list[tuple[float, float]]] = {}
    with rendering.checkout() as (folder, seeds), _watched(folder, seeds) as address:
        for number in range(2 if quick else 6):
            for what, edit in _edits(folder, number).items():
                found.setdefault(what, []).append(_edit(folder, address, edit))
                time.sleep(CALM_SECONDS)
    bounds = {"a template": "at most 1 s", "a style": "at most 1 s", "a chart's code": "at most 2 s"}
    table = [
        (
            f"{what}, edited: to the page",
            f"{statistics.median(page for page, _ in times):.2f} s",
            bounds[what],
        )
        for what, times in found.items()
    ]
    for what in ("a template", "a chart's code"):
        seconds = statistics.median(pdf for _, pdf in found[what])
        table.append((f"{what}, edited: to the PDF", f"{seconds:.2f} s", "at most 5 s"))
    return table


def _edits(folder: Path, number: int) -> dict[str, Callable[[], None]]:
    style = folder / STYLE
    return {
        "a template": lambda: rendering.edit_prose(folder / rendering.TEMPLATE),
        "a style": lambda: _write(style, f"{style.read_text()}\n.never-{number} {{ color: red }}\n"),
        "a chart's code": lambda: rendering.edit_picture(folder),
    }


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def _edit(folder: Path, address: str, edit: Callable[[], None]) -> tuple[float, float]:
    """Seconds from an edit to the new page, and to a report that is complete."""
    stamp, before = folder / "report" / ".stamp", _version(address)
    old = stamp.stat().st_mtime_ns
    edit()
    began = time.perf_counter()
    while _version(address, before)["page"] == before["page"]:
        pass
    page = time.perf_counter() - began
    while not stamp.exists() or stamp.stat().st_mtime_ns == old:
        time.sleep(0.01)
    return page, time.perf_counter() - began


def _version(address: str, seen: dict[str, Any] | None = None) -> dict[str, Any]:
    asked = f"{address}version?seen={seen['token'] if seen else ''}"
    found: dict[str, Any] = json.loads(urllib.request.urlopen(asked).read())
    return found


@contextmanager
def _watched(folder: Path, seeds: str) -> Iterator[str]:
    """The address of the page, once it is up to date."""
    command = [sys.executable, "-u", "build.py", "watch", "--seeds", seeds]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as watch:
        try:
            assert watch.stdout is not None
            for line in watch.stdout:
                if found := re.search(r"http://\S+/", line):
                    address = found[0]
                if line.startswith(("Nothing to do", "Done")):
                    break
            time.sleep(CALM_SECONDS)
            yield address
        finally:
            os.killpg(watch.pid, signal.SIGINT)
