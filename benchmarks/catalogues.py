"""Catalogues of many results: what a run with nothing to do, planning, `status`, `why` and an answer take.

The results are made up and put into the store without waiting for the disk; all else is the real program.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = 5
START = "import sys; sys.path.insert(0, {!r}); from labreport.front import console; sys.exit(console())"
PROJECT = '''
"""A study of many small fits."""

from dataclasses import dataclass

from labreport import Answer, Experiment, Fit, Project, Quantity, Words, question, section, study


@dataclass(frozen=True)
class Setting:
    a: float = 0.0
    b: float = 0.0
    note: int = 0


def fit(specification, seed):
    return Fit({"score": specification.a + specification.b * (1 + seed / 1000)})


GRID = study(
    "grid",
    Experiment("base", Setting(), fit=fit),
    a=tuple(n / 100 for n in range(ROWS)),
    b=tuple(n / 100 for n in range(COLUMNS)),
)
OTHER = Experiment("other", Setting(note=0), fit=fit)


@question("What is the mean score?", reads=(GRID, OTHER), template="questions/mean.html")
def mean(results):
    """Over all cells and seeds of the study."""
    values = [value for _, runs in results.study(GRID) for value in runs.values("score")]
    return Answer({"mean": Quantity(sum(values) / len(values)), "runs": Quantity(len(values), "runs")}, {})


project = Project("Many fits", sections=(section("Scores", mean),), words=Words(run="fit"))
'''
TEMPLATE = """{% block headline %}The mean is {{ answer.quantities["mean"] | number }}.{% endblock %}
{% block body %}<p>It is that of {{ answer.quantities["runs"] | number }}.</p>{% endblock %}
"""
Row = tuple[str, str, str]


def checkout(folder: Path, results: int) -> Path:
    """A project with so many results, all of them in the store, and no report yet."""
    cells = results // SEEDS
    columns = min(cells, 100)
    (folder / "templates/questions").mkdir(parents=True)
    text = PROJECT.replace("ROWS", str(cells // columns)).replace("COLUMNS", str(columns))
    (folder / "project.py").write_text(text)
    (folder / "templates/questions/mean.html").write_text(TEMPLATE)
    subprocess.run([sys.executable, "-P", __file__, "--fill", str(folder)], check=True)
    return folder


def fill(folder: Path) -> None:
    """Put made results into the store of a project."""
    os.fsync = lambda fd: None
    sys.path.insert(0, str(ROOT / "src"))
    from labreport.execute.session import open_session
    from labreport.locate import find_project
    from labreport.store.output import output_lock
    from labreport.trajectory import Snapshot, Trajectory

    place, began = find_project(folder), time.perf_counter()
    with output_lock(folder / "report", place, 60, print):
        pass  # it leaves the mark of ownership
    session = open_session(place, folder / "report")
    for node in session.graph.of_kind("result"):
        made_of, key = session.planner.key(node)
        score = made_of["specification"]["a"] + made_of["specification"]["b"] * (1 + made_of["seed"] / 1000)
        session.store.put(
            Trajectory(
                key,
                made_of,
                node.slug.rpartition("#")[0],
                ({"score": score, "seconds": 0.001},),
                {1: Snapshot({"score": score}, {"state.epochs": [1]})},
                segments=({"first": 1, "last": 1, "processor": "made", "threads": 1},),
            )
        )
    print(f"filled in {time.perf_counter() - began:.1f} s", file=sys.stderr)


def command(folder: Path, *words: str) -> list[str]:
    """The program on a project."""
    return [
        sys.executable,
        "-P",
        "-c",
        START.format(str(ROOT / "src")),
        *words,
    ]


def measured(words: Sequence[str], folder: Path, codes: tuple[int, ...] = (0,)) -> tuple[float, float]:
    """Seconds and peak MiB of a command."""
    script = (
        "import resource, subprocess, sys, time; began = time.perf_counter(); "
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode; "
        "print(code, time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    ran = subprocess.run([sys.executable, "-c", script, *words], cwd=folder, capture_output=True, text=True)
    code, seconds, size = ran.stdout.split()
    if int(code) not in codes:
        raise RuntimeError(f"{words[-1]}: exit code {code}: {ran.stderr[-500:]}")
    return float(seconds), int(size) / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def of(results: int, rounds: int) -> list[Row]:
    """The rows for a number of results."""
    rows: list[Row] = []

    def row(what: str, times: list[float], size: float, bare: float, bound: str = "") -> None:
        seconds = statistics.median(times)
        rows.append(
            (
                f"{results:,} results: {what}",
                f"{seconds:.2f} s, {seconds / bare:.1f} × python -c pass, {size:.0f} MiB",
                bound,
            )
        )

    with tempfile.TemporaryDirectory() as scratch:
        folder = checkout(Path(scratch) / "many", results)
        bare = statistics.median(measured([sys.executable, "-c", "pass"], folder)[0] for _ in range(5))
        seconds, size = measured(command(folder, "build"), folder)
        row("answer and report, from stored results", [seconds], size, bare)
        for what, words, bound in (
            ("nothing to do", (), "at most 6 × python -c pass"),
            ("status", ("status",), ""),
            ("why", ("why", "other"), ""),
        ):
            found = [measured(command(folder, *words), folder) for _ in range(rounds)]
            row(what, [one[0] for one in found], found[0][1], bare, bound)
        project = folder / "project.py"
        project.write_text(project.read_text().replace("note=0", "note=1"))
        found = [measured(command(folder, "build", "--dry-run"), folder) for _ in range(rounds)]
        row("planning, one experiment changed", [one[0] for one in found], found[0][1], bare)
        row(
            "building, one experiment changed",
            *(lambda one: ([one[0]], one[1]))(measured(command(folder, "build"), folder)),
            bare,
        )
    return rows


def rows(quick: bool) -> list[Row]:
    """Three sizes; `quick` leaves out the largest."""
    return [row for results in ((1000, 5000) if quick else (1000, 10_000, 50_000)) for row in of(results, 3)]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fill"]:
        fill(Path(sys.argv[2]))
    else:
        for size in sys.argv[1:]:
            for line in of(int(size), 3):
                print(*line, flush=True)
