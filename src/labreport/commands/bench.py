"""`bench`: the benchmarks of the checkout, which measure side by side and print tables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from labreport.errors import UsageError


def bench(root: Path, quick: bool) -> int:
    """Run `benchmarks/run.py` in this interpreter."""
    script = root / "benchmarks" / "run.py"
    if not script.is_file():
        raise UsageError(
            f"{script}: no such file; the benchmarks come with the checkout, not with the package"
        )
    return subprocess.run(
        [sys.executable, str(script), *(["--quick"] if quick else [])], check=False
    ).returncode
