"""`python build.py bench`: everything measured side by side on this machine, printed as one table."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import catalogues
import cluster
import first
import rendering
import staleness
import training
import watching

USUAL = {
    "staleness": staleness.rows,
    "rendering": rendering.rows,
    "watching": watching.rows,
    "first": first.rows,
    "training": training.rows,
}
PARTS = {**USUAL, "cluster": cluster.rows, "catalogues": catalogues.rows}


def main(words: list[str]) -> int:
    """Run the parts named, or the usual ones; `--quick` measures fewer rounds."""
    quick = "--quick" in words
    named = [word for word in words if word != "--quick"]
    if odd := sorted({*named} - {*PARTS}):
        print(f"error: no benchmark {odd[0]!r}; there are {', '.join(PARTS)}, and --quick", file=sys.stderr)
        return 2
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for name in named or USUAL:
        print(f"| {name} | measured | bound |\n|---|---|---|", flush=True)
        for what, measured, bound in PARTS[name](quick):
            print(f"| {what} | {measured} | {bound} |", flush=True)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
