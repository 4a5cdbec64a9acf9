"""Rendering without training: everything rebuilt, one template edited, one chart edited; ratios, one run."""

from __future__ import annotations

import contextlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "templates/sections/part-three.html"
CHART = ("src/exercise/bonus_complex/perspective.py", "def compute_in_perspective(")
Row = tuple[str, str, str]


def rows(quick: bool) -> list[Row]:
    """Needs a finished report in `report/`; works on a copy of the checkout."""
    if not made():
        return [("rendering", "not measured: there is no report yet", "run python build.py first")]
    everything, template, chart = [], [], []
    with checkout() as (folder, seeds):
        for number in range(1 if quick else 5):
            everything.append(_rebuild(folder, seeds))
            edit_prose(folder / TEMPLATE)
            template.append(_build(folder, seeds))
            edit_chart(folder, number)
            chart.append(_build(folder, seeds))
    ratio = statistics.median(second / first for first, second in zip(everything, template, strict=True))
    share = statistics.median(second / first for first, second in zip(everything, chart, strict=True))
    return [
        (
            "everything but training",
            f"{statistics.median(everything):.1f} s",
            "at most 4.5 s for both",
        ),
        ("one section's template edited", f"{ratio:.2f} of everything", "at most 0.40"),
        ("one chart edited", f"{share:.2f} of everything", "only that figure is drawn"),
    ]


def seconds_of_rebuilding() -> float:
    """Everything but training, once; 0 where there is no report."""
    if not made():
        return 0.0
    with checkout() as (folder, seeds):
        return _rebuild(folder, seeds)


def made() -> bool:
    """Whether there is a report to work with."""
    return (ROOT / "report" / "report.html").exists()


@contextlib.contextmanager
def checkout() -> Iterator[tuple[Path, str]]:
    """A copy of the checkout with its report, built once there, and the report's seeds."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = copy(Path(scratch) / "checkout")
        shutil.copytree(ROOT / "report", folder / "report", symlinks=True)
        seeds = _seeds(folder)
        _build(folder, seeds)
        yield folder, seeds


def copy(folder: Path) -> Path:
    """The checkout without its report, at another place."""
    for name in ("src", "templates", "tools"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True)
    for path in (*ROOT.glob("*.py"), *ROOT.glob("*.toml"), *ROOT.glob("*.lock")):
        shutil.copy(path, folder / path.name)
    return folder


def _rebuild(folder: Path, seeds: str) -> float:
    """Seconds of a build that has the results and nothing else."""
    shutil.rmtree(folder / "report" / "cache")
    (folder / "report" / "ledger.json").unlink()
    return _build(folder, seeds)


def _seeds(folder: Path) -> str:
    """The seeds that the report has, so that nothing is trained: those of its first line of facts."""
    import json

    answers = json.loads((folder / "report" / "answers.json").read_bytes())
    return str(answers["questions"]["set-up.environment"]["quantities"]["seeds"]["value"])


def _build(folder: Path, seeds: str) -> float:
    started = time.perf_counter()
    command = [sys.executable, "build.py", "--seeds", seeds, "--quiet"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def edit_prose(path: Path) -> None:
    """One more word in the section's first paragraph."""
    text = path.read_text()
    assert "</p>" in text
    path.write_text(text.replace("</p>", " Indeed.</p>", 1))


def edit_chart(folder: Path, number: int) -> None:
    """A change of code, not of the picture: one more statement in the function."""
    name, function = CHART
    path = folder / name
    lines = path.read_text().splitlines(keepends=True)
    start = next(index for index, line in enumerate(lines) if line.startswith(function))
    end = next(index for index in range(start, len(lines)) if '"""' in lines[index] and index > start)
    if lines[end].count('"""') == 1:
        end = next(index for index in range(end + 1, len(lines)) if '"""' in lines[index])
    lines.insert(end + 1, f"    assert {number} >= 0\n")
    path.write_text("".join(lines))


def edit_picture(folder: Path) -> None:
    """A change of code that makes the picture a little taller."""
    path, row = folder / CHART[0], "ROW * len(models) + 16"
    text = path.read_text()
    assert row in text
    path.write_text(text.replace(row, f"{row} + 1"))
