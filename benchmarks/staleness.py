"""How long a run with nothing to do takes, and planning, beside a bare interpreter: ratios, one run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))

GRID = "rate=(0.3, 0.6), noise=(0.0, 0.05)"
LARGE = "rate=tuple(round(0.2 + 0.01 * n, 2) for n in range(40)), noise=tuple(n / 1000 for n in range(25))"

Row = tuple[str, str, str]


def rows(quick: bool) -> list[Row]:
    """What was measured, the ratio to `python -c pass`, and the bound that the project sets itself."""
    rounds = 10 if quick else 40
    with tempfile.TemporaryDirectory() as scratch:
        small = _checkout(Path(scratch) / "small", GRID)
        large = _checkout(Path(scratch) / "large", LARGE)
        return [
            *_beside_bare("nothing stale", small, rounds, "1.5"),
            *_beside_bare("nothing stale, 1,000 cached experiments", large, rounds, "3"),
            _planning(large, rounds),
        ]


def _checkout(folder: Path, grid: str) -> Path:
    """A built checkout of the stand-in exercise."""
    from standin.checkout import make_checkout

    make_checkout(folder)
    catalogue = folder / "src/exercise/catalogue.py"
    catalogue.write_text(catalogue.read_text().replace(GRID, grid))
    walks = folder / "src/exercise/walks.py"
    walks.write_text(walks.read_text().replace("pause: float = 0.01", "pause: float = 0.0"))
    subprocess.run([sys.executable, "build.py"], cwd=folder, check=True, capture_output=True)
    return folder


def _beside_bare(name: str, folder: Path, rounds: int, bound: str) -> list[Row]:
    bare, instant = _paired(
        rounds,
        lambda: _time([sys.executable, "-c", "pass"]),
        lambda: _time([sys.executable, str(folder / "build.py")]),
    )
    ratio = statistics.median(second / first for first, second in zip(bare, instant, strict=True))
    memory = _memory([sys.executable, str(folder / "build.py")]) - _memory([sys.executable, "-c", "pass"])
    return [
        (name, f"{ratio:.2f} × python -c pass", f"at most {bound}"),
        (f"{name}: memory", f"{memory / 1024:+.1f} MiB", "none worth naming"),
    ]


def _planning(folder: Path, rounds: int) -> Row:
    """`--dry-run` with one of 1,000 experiments changed, beside the same with none changed."""
    catalogue = folder / "src/exercise/catalogue.py"
    before = catalogue.read_text()
    command = [sys.executable, str(folder / "build.py"), "--dry-run"]
    catalogue.write_text(before.replace("Walk(0.25)", "Walk(0.26)"))
    _time(command)
    changed, bare = _paired(
        max(rounds // 4, 3), lambda: _time(command), lambda: _time([sys.executable, "-c", "pass"])
    )
    catalogue.write_text(before)
    ratio = statistics.median(first / second for first, second in zip(changed, bare, strict=True))
    return (
        "planning 1,000 experiments, one changed",
        f"{ratio:.1f} × python -c pass",
        "the order of the no-op",
    )


def _paired(
    rounds: int, first: Callable[[], float], second: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Seconds of two actions in turn, after one of each that does not count."""
    first(), second()
    pairs = [(first(), second()) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _time(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _memory(command: Sequence[str]) -> int:
    """Peak resident memory of a command in KiB, as its own process sees it."""
    script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
    script += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    found = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, check=True
    )
    return int(found.stdout) // (1024 if sys.platform == "darwin" else 1)
