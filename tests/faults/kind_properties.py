"""Kind 7: generated specifications, files and values against the readers, with a new seed each time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from random import Random

from faults.judge import require
from faults.world import Place

ROOT = Path(__file__).resolve().parents[2]
_PASSED = re.compile(r"(\d+) passed")


def properties(place: Place, random: Random, index: int) -> str:
    """Every test file that uses Hypothesis, one file a trial."""
    files = sorted(
        path for path in (ROOT / "tests").rglob("test_*.py") if "from hypothesis" in path.read_text()
    )
    file = files[index % len(files)]
    seed = random.randrange(2**32)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--hypothesis-seed={seed}",
            str(file),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    require(run.returncode == 0, f"properties hold: seed {seed} of {file.name}\n{run.stdout[-1500:]}")
    passed = _PASSED.search(run.stdout)
    return f"{file.name}: {passed[1] if passed else 0} tests, seed {seed}"
