"""One cold build of the toy project, of which each test gets a copy.

Runs are made by threads and the PDF is a stand-in, which take a second less each: `test_kept.py` and
`test_processes.py` make real ones.
"""

from __future__ import annotations

import ast
import io
import json
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from run.toys import WorkerHere

from labreport.cli import main
from labreport.filestat import STAMP

TOY = Path(__file__).parent / "toy"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Toy(NamedTuple):
    """A copy of the project with its report."""

    folder: Path

    def run(self, *words: str) -> Ended:
        """Carry out a command line in this process."""
        out, err = io.StringIO(), io.StringIO()
        os.environ["LABREPORT_FRONT"] = "test"
        with redirect_stdout(out), redirect_stderr(err), chdir(self.folder.parent):  # where paths are short
            try:
                code = main([*words], str(self.folder))
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Ended(code, out.getvalue(), err.getvalue())

    def succeed(self, *words: str) -> str:
        """Carry out a command line that has to end with 0; what it printed."""
        ended = self.run(*words)
        assert ended.code == 0, ended.err + ended.out
        return ended.out

    @property
    def report(self) -> Path:
        """The folder of the report."""
        return self.folder / "report"

    def answers(self) -> dict[str, Any]:
        """The questions of the published report, with their answers and claims, by name."""
        questions: dict[str, Any] = json.loads(self.read("answers.json"))["questions"]
        return questions

    def runs_of(self, experiment: str) -> list[Path]:
        """The files of the stored runs of an experiment."""
        return sorted((self.report / "results" / experiment).glob("*.json"))

    def remove_stamp(self) -> None:
        """Have the next build look at everything."""
        (self.report / STAMP).unlink()

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text in a file, which has it."""
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def read(self, name: str) -> str:
        """The text of a file of the report."""
        return (self.report / name).read_text()

    def stamps(self) -> dict[str, int]:
        """When each visible file of the report was written."""
        files = {
            str(path.relative_to(self.report)): path for path in self.report.rglob("*") if path.is_file()
        }
        return {name: path.stat().st_mtime_ns for name, path in files.items() if "/." not in f"/{name}"}


def _stand_in(html: str) -> bytes:
    """What stands for the PDF of a page."""
    return b"%PDF-" + html.encode()


def make_light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make runs by threads, and a stand-in for the PDF.

    Python 3.11 counts the depth of a syntax tree for all threads together: two that parse at once can end in
    "AST constructor recursion depth mismatch". So one parses at a time.
    """
    lock = threading.Lock()
    parse = ast.parse

    def parse_alone(*arguments: Any, **options: Any) -> Any:
        with lock:
            return parse(*arguments, **options)

    monkeypatch.setattr("ast.parse", parse_alone)
    monkeypatch.setattr("labreport.run.scheduler.LocalWorker", WorkerHere)
    monkeypatch.setattr("labreport.page.pdf.html_to_pdf", _stand_in)


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds of this test are light; a module overrides this that needs real ones."""
    make_light(monkeypatch)


@pytest.fixture(scope="session")
def cold(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """The report that all others begin with."""
    toy = Toy(tmp_path_factory.mktemp("cold") / "toy")
    shutil.copytree(TOY, toy.folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_light(monkeypatch)
        toy.succeed()
    return toy


@pytest.fixture
def toy(cold: Toy, tmp_path: Path) -> Toy:
    """A copy in the same place relative to the current folder, with all times as they were."""
    shutil.copytree(cold.folder, tmp_path / "toy")
    return Toy(tmp_path / "toy")


@pytest.fixture
def made() -> Callable[[str], Toy]:
    """Copies of the project without a report."""

    def copied(folder: str) -> Toy:
        shutil.copytree(TOY, folder)
        return Toy(Path(folder))

    return copied
