"""`watch`: the page follows what is edited."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from program import Program
from wine import command, labreport

PROSE = "templates/questions/studied.grid.html"
ANSWER = "src/exercise/answers.py"


class Watched:
    """A project that is being watched."""

    def __init__(self, command: Path, folder: Path) -> None:
        temporary = folder.parent / "temporary"
        temporary.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, str(command), "watch", "--seeds", "1"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(temporary)},
        )
        assert self.process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", self.process.stdout.readline())
        assert found
        self.address = found[0]

    def news(self) -> dict[str, Any]:
        """Version and errors."""
        found: dict[str, Any] = json.loads(urllib.request.urlopen(f"{self.address}version").read())
        return found

    def page(self) -> str:
        """What the browser shows."""
        try:
            page: bytes = urllib.request.urlopen(self.address).read()
        except urllib.error.HTTPError as error:
            page = error.read()
        return page.decode()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Until it holds."""
        deadline = time.monotonic() + 120
        while not condition():
            assert time.monotonic() < deadline
            assert self.process.poll() is None
            time.sleep(0.05)

    def end(self) -> str:
        """Ctrl-C; what it has printed to standard error."""
        os.killpg(self.process.pid, signal.SIGINT)
        _, err = self.process.communicate(timeout=30)
        return err


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The stand-in, of which there is no report yet."""
    return Program.fresh(tmp_path / "checkout")


@pytest.fixture
def watched(program: Program) -> Iterator[Watched]:
    """The stand-in, watched from before there is a report."""
    yield from _watching(program.folder / "build.py", program.folder)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Watched]:
    """A new project in a folder of its own, watched by the command."""
    assert labreport(tmp_path, "new", "mine").returncode == 0
    yield from _watching(command(), tmp_path / "mine")


def _watching(command: Path, folder: Path) -> Iterator[Watched]:
    running = Watched(command, folder)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end()


@pytest.mark.slow
def test_a_project_in_a_folder_of_its_own_is_followed(own: Watched, tmp_path: Path) -> None:
    """Its module is on no path but that of its own folder."""
    own.wait(lambda: own.news()["page"] != "")
    template = tmp_path / "mine" / "templates" / "questions" / "closer.html"
    template.write_text(template.read_text().replace("All ways were", "Each way was"))
    own.wait(lambda: "Each way was" in own.page())


def test_the_page_follows_templates_answers_and_errors(watched: Watched, program: Program) -> None:
    """What is edited is shown; an error is shown over the page, and goes when it is corrected."""
    assert "location.reload" in watched.page()
    watched.wait(lambda: watched.news()["page"] != "")
    program.edit(PROSE, "The cell that", "The one that")
    watched.wait(lambda: "The one that" in watched.page())
    assert "connect-src &#x27;self&#x27;" in watched.page()
    program.edit(PROSE, "The one that", "{{ nothing }} The one that")
    watched.wait(lambda: bool(watched.news()["problems"]))
    assert "nothing" in watched.news()["problems"][0]
    assert PROSE in watched.news()["problems"][0]
    program.edit(PROSE, "{{ nothing }} The one that", "The one again")
    watched.wait(lambda: "The one again" in watched.page() and not watched.news()["problems"])
    program.edit(ANSWER, "def ", "def (\ndef ")
    watched.wait(lambda: bool(watched.news()["problems"]))
    assert ANSWER in watched.news()["problems"][0]
    program.edit(ANSWER, "def (\ndef ", "def ")
    watched.wait(lambda: not watched.news()["problems"])
    err = watched.end()
    assert watched.process.returncode == 130
    assert err.splitlines()[-1] == "Stopped watching."
    assert "Traceback" not in err


@pytest.mark.slow
def test_an_edit_during_the_first_build_is_noticed(watched: Watched, program: Program) -> None:
    """Also one of the code that is being run; the report is then as a build of its own makes it."""
    program.edit(PROSE, "The cell that", "The one that")
    program.edit(ANSWER, '"""', '"""Edited. ')
    watched.wait(lambda: "The one that" in watched.page())
    report = program.folder / "report"
    watched.wait(lambda: (report / ".stamp").exists())
    watched.end()
    assert program.run("--seeds", "1").out.startswith("Nothing to do")


def test_a_run_that_hangs_is_ended_by_the_edit_that_repairs_it(own: Watched, tmp_path: Path) -> None:
    """Also a module that hangs while it is imported; and a process that builds, once killed, is replaced."""
    mark = tmp_path / "hangs"
    hang = f"open({str(mark)!r}, 'w').close()"
    inside = f"    {hang}\n    while True:\n        pass\n    side = int"
    project = tmp_path / "mine" / "project.py"
    template = tmp_path / "mine" / "templates" / "questions" / "closer.html"
    own.wait(lambda: own.news()["page"] != "")
    whole = project.read_text()
    for hangs, word in (
        (whole.replace("    side = int", inside, 1), "Either"),
        (whole.replace("# 4.", f"{hang}\nwhile True:\n    pass\n# 4.", 1), "Neither"),
    ):
        assert hangs != whole
        project.write_text(hangs)
        own.wait(mark.exists)
        project.write_text(whole)
        mark.unlink()
        text = template.read_text()
        at = text.index("ways were")
        template.write_text(f"{text[: at - 4]}{word} {text[at:]}")
        own.wait(lambda word=word: f"{word} ways were" in own.page())  # type: ignore[misc]
    (server,) = [
        int(entry.parent.name)
        for entry in Path("/proc").glob("[0-9]*/status")
        if f"PPid:\t{own.process.pid}\n" in entry.read_text()
    ]
    os.kill(server, signal.SIGSTOP)
    for before, word in (("Neither", "All"), ("All", "No")):
        edited = tmp_path / word
        edited.write_text(template.read_text().replace(f"{before} ways were", f"{word} ways were"))
        edited.replace(template)  # one change, not that of being emptied and that of being written
        time.sleep(3)
        if f"{word} ways were" not in own.page():
            break  # the build was asked of a process that has not been forked, and now never is
    os.kill(server, signal.SIGKILL)
    own.wait(lambda: f"{word} ways were" in own.page())


def test_a_hang_up_leaves_nothing(own: Watched, tmp_path: Path) -> None:
    """No process and no temporary folder; one line, for whoever keeps the output."""
    own.wait(lambda: own.news()["page"] != "")
    os.killpg(own.process.pid, signal.SIGHUP)
    _, err = own.process.communicate(timeout=30)
    assert own.process.returncode == 129
    assert err.splitlines()[-1] == "Stopped watching."
    assert os.listdir(tmp_path / "temporary") == []
