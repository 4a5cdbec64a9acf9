"""What is tested here is a process: one that is interrupted, one that watches."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from build.conftest import TOY, Toy

ROOT = Path(__file__).parents[2]


def _started(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "labreport", *words, "--project", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    latest = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < latest, "it takes too long"
        time.sleep(0.02)


def _epochs_of_descent(toy: Toy) -> int:
    """How many epochs the first stored run of the descent has."""
    run = json.loads(toy.runs_of("descent")[0].read_text())
    return len(run["records"])


@pytest.fixture
def slow(tmp_path: Path) -> Toy:
    """The project without a report, its descent of 30 epochs slowed down."""
    toy = Toy(tmp_path / "slow")
    shutil.copytree(TOY, toy.folder)
    toy.edit("project.py", "import numpy\n", "import time\n\nimport numpy\n")
    toy.edit("project.py", "    def advance(self):\n", "    def advance(self):\n        time.sleep(0.05)\n")
    toy.edit("project.py", "epochs=4", "epochs=30")
    return toy


SLOW = pytest.mark.slow  # two more trainings in processes: what is stored then, tests/run/test_local.py tests


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=SLOW),
        pytest.param(signal.SIGKILL, -9, marks=SLOW),
    ],
)
def test_a_build_that_is_stopped_goes_on_where_it_was(slow: Toy, number: int, code: int) -> None:
    """It says how, and the next build ends with the answers of one that was never stopped."""
    build = _started(slow.folder, "down", "--seeds", "1")
    _until(lambda: slow.runs_of("descent") or build.poll() is not None)
    time.sleep(0.5)
    build.send_signal(number)
    _, err = build.communicate(timeout=30)
    assert build.returncode == code, err
    assert "Traceback" not in err
    if number != signal.SIGKILL:
        assert "run the same command again to continue" in err
        assert _epochs_of_descent(slow) > 2
    slow.succeed("down", "--seeds", "1")
    answer = json.loads(slow.read("cache/answer/down.json"))["value"]
    shutil.rmtree(slow.report)
    slow.edit("project.py", "time.sleep(0.05)", "time.sleep(0)")
    slow.succeed("down", "--seeds", "1")
    assert json.loads(slow.read("cache/answer/down.json"))["value"] == answer


class _Watching:
    def __init__(self, toy: Toy) -> None:
        self.toy = toy
        self.process = _started(toy.folder, "watch")
        assert self.process.stdout is not None
        address = self.process.stdout.readline().split("127.0.0.1:")[1]
        self.port = int(re.split(r"\D", address)[0])

    def page(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/")
        return connection.getresponse().read().decode()


@contextmanager
def _watched(toy: Toy) -> Iterator[_Watching]:
    watching = _Watching(toy)
    try:
        yield watching
    finally:
        watching.process.kill()
        watching.process.communicate()


@pytest.fixture
def watching(toy: Toy) -> Iterator[_Watching]:
    """A copy of the report under `watch`."""
    with _watched(toy) as watching:
        yield watching


def test_the_page_follows_an_edit(watching: _Watching) -> None:
    """A sentence, then a mistake with its file and line, then its repair; Ctrl-C ends it cleanly."""
    toy = watching.toy
    pdf = toy.report / "report.pdf"
    _until(lambda: "ends higher" in watching.page())
    written = pdf.stat().st_mtime_ns
    toy.edit("templates/questions/higher.md", "Who drifts ends higher", "Drifting helps")
    _until(lambda: "Drifting helps" in watching.page())
    _until(lambda: pdf.exists() and pdf.stat().st_mtime_ns != written)
    toy.edit("templates/questions/higher.md", "mean.up", "mean.upp")
    _until(lambda: "higher.md:2" in watching.page())
    assert "Drifting helps" in watching.page()
    toy.edit("templates/questions/higher.md", "mean.upp", "mean.up")
    _until(lambda: "higher.md:2" not in watching.page())
    watching.process.send_signal(signal.SIGINT)
    out, err = watching.process.communicate(timeout=15)
    assert watching.process.returncode == 130
    assert "Traceback" not in out + err
    assert "Stopped watching." in err


FOLDER_OF_SOURCES = {
    "pyproject.toml": "[tool.labreport]\nproject = 'app.project'\nsource = 'src'\n",
    "src/helpers/units.py": "UNIT = 'mm'\n",
    "src/app/project.py": """
from helpers.units import UNIT
from labreport import Answer, Measure, Project, mean, question, table

WELLS = table("../../../wells.csv")

@question("How much?", reads=WELLS)
def much(wells):
    return mean(wells, Measure("growth", UNIT))

project = Project("Wells", much)
""",
    "templates/questions/much.md": "It grows {{ mean }}.",
    "../wells.csv": "growth\n1.5\nn.d.\n",
}


@pytest.mark.slow  # three builds, each in a process of a process
def test_what_a_report_rests_on_is_watched_wherever_it_is(tmp_path: Path) -> None:
    """A table outside of the project with which the first build fails; a module beside the project's own."""
    toy = Toy(tmp_path / "wells")
    for name, text in FOLDER_OF_SOURCES.items():
        file = toy.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    with _watched(toy) as watching:
        _until(lambda: "row 2 has &#39;n.d.&#39;" in watching.page())
        toy.edit("../wells.csv", "n.d.", "2.5")
        _until(lambda: "\u00a0mm" in watching.page())
        toy.edit("src/helpers/units.py", "mm", "cm")
        _until(lambda: "\u00a0cm" in watching.page())


@pytest.mark.slow  # epochs of a second in a process of a process
def test_an_edit_of_code_stops_runs_of_the_old(slow: Toy) -> None:
    """They are not trained to their end first; the page is that of the new code."""
    slow.edit("project.py", "time.sleep(0.05)", "time.sleep(1)")
    with _watched(slow) as watching:
        _until(lambda: slow.runs_of("descent"))
        slow.edit("project.py", "time.sleep(1)", "time.sleep(0)")
        _until(lambda: "ends higher" in watching.page())
    assert _epochs_of_descent(slow) < 4
