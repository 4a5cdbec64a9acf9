"""A build from nothing: when the first report is there, and what it costs the whole."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rendering

Row = tuple[str, str, str]
NONE = ("WORTH_SECONDS = 60.0", 'WORTH_SECONDS = float("inf")')
"""An edit of the engine after which there is no first report."""


def rows(quick: bool) -> list[Row]:
    """Cold builds of a copy of the checkout, with a first report and without; quick ones have two seeds."""
    seeds = ["--seeds", "2"] if quick else []
    first, page, whole = _cold(seeds, early=True)
    found = [
        ("a build from nothing", f"{whole:.0f} s", ""),
        ("its first report, as a page", f"{page:.0f} s" if page else "none: too little was left", "60 s"),
        ("its first report, with the PDF", f"{first:.0f} s" if first else "none", ""),
    ]
    if first and not quick:
        _, _, without = _cold(seeds, early=False)
        found.append(("over a build without a first report", f"{whole / without:.2f}", "at most 1.05"))
    return found


def _cold(seeds: list[str], early: bool) -> tuple[float, float, float]:
    """Seconds until the first report has its PDF, until it has its page (0: never), and in all."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = rendering.copy(Path(scratch) / "checkout")
        if not early:
            path = folder / "src/labreport/execute/making.py"
            assert NONE[0] in path.read_text()
            path.write_text(path.read_text().replace(*NONE))
        began = time.perf_counter()
        page = pdf = 0.0
        command = [sys.executable, "-u", "build.py", *seeds]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as build:
            assert build.stdout is not None
            for line in build.stdout:
                if line.startswith("First report") and line.endswith("html\n"):
                    page = time.perf_counter() - began
                elif line.startswith("First report"):
                    pdf = time.perf_counter() - began
        if build.returncode:
            raise RuntimeError(f"the build ended with {build.returncode}")
        return pdf, page, time.perf_counter() - began
