"""Run the benchmarks of this checkout, which measure side by side and print tables."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from labreport.console.terminal import Terminal
from labreport.errors import UsageError


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Run `benchmarks/run.py` in this interpreter, which looks for no module in the current folder."""
    script = root / "benchmarks" / "run.py"
    if not script.is_file():
        raise UsageError(f"{script}: no such file; the benchmarks are part of the checkout only.")
    words = [
        *(["--quick"] if arguments.quick else []),
        *(part for part in ("cluster", "catalogues") if getattr(arguments, part)),
    ]
    command = [sys.executable, "-P", str(script), *words]
    return subprocess.run(command, check=False).returncode
