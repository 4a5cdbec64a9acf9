"""`bench`: run the benchmarks of this checkout, which measure side by side and print tables."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from labreport.console.terminal import Terminal
from tools.requirements import ROOT


def run(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Run `benchmarks/run.py` in this interpreter, which looks for no module in the current folder."""
    command = [sys.executable, "-P", str(ROOT / "benchmarks" / "run.py"), *arguments.words]
    return subprocess.run(command, check=False).returncode
