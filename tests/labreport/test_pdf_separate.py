"""The PDF's own process: same bytes, same errors, and no life of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from example_report import Example, example

from labreport.errors import MissingLibrary, RenderError
from labreport.pdf import write
from labreport.pdf.separate import Writer

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """The example report."""
    return example(tmp_path / "templates")


@pytest.mark.parametrize("when", ["early", "late"])
def test_a_process_that_dies_of_a_signal_is_replaced_once(report: Example, tmp_path: Path, when: str) -> None:
    """Before or after it was given the document: the lack of memory of a moment costs no PDF."""
    with Writer(report.templates, tmp_path) as writer:
        child = writer.start()
        assert child.pid is not None
        if when == "early":
            os.kill(child.pid, signal.SIGKILL)
        writer.begin(report.page("print"), tmp_path / "x.pdf")
        if when == "late":
            os.kill(child.pid, signal.SIGKILL)
        writer.finish()
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF-")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".tmp-")] == []


def test_it_writes_the_same_bytes_and_waits_for_no_other_that_holds_its_pipe(
    report: Example, tmp_path: Path
) -> None:
    """As `write` does, wherever the target lies; a fork of the build that makes the page has it, too."""
    page = report.page("print")
    target = tmp_path / "ünder\nline" / "x.pdf"
    target.parent.mkdir()
    with Writer(report.templates, tmp_path) as writer:
        held = os.dup(writer.start().connection.fileno())
        try:
            writer.begin(page, target)
            writer.finish()
        finally:
            os.close(held)
    write(page, report.templates, tmp_path / "y.pdf")
    assert target.read_bytes() == (tmp_path / "y.pdf").read_bytes()


def test_it_raises_what_write_raises(report: Example, tmp_path: Path) -> None:
    """In one line; not started before, it starts when asked."""
    page = report.page("print").replace("What follows.", '<img src="http://127.0.0.1:9/x.png" alt="x">')
    with Writer(report.templates, tmp_path) as writer:
        writer.begin(page, tmp_path / "x.pdf")
        with pytest.raises(RenderError, match="the document asks for"):
            writer.finish()
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize(
    ("deed", "error", "message"),
    [
        ("os._exit(7)", RenderError, "the process that writes the PDF ended with exit code 7"),
        ("os.kill(os.getpid(), signal.SIGKILL)", RenderError, "died twice, last of signal 9"),
        ("connection.send(packed(MissingLibrary('install\\nPango')))", MissingLibrary, "install Pango"),
        ("connection.send(packed(ValueError('a bug')))", RenderError, "ValueError: a bug"),
    ],
)
def test_a_process_that_fails_is_told_in_one_line(
    report: Example,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    deed: str,
    error: type[Exception],
    message: str,
) -> None:
    """A missing library, a sudden end, a bug: never a hang, never a file half written taken for whole."""
    (tmp_path / "failing.py").write_text(
        "import os, signal\n"
        "from labreport.errors import MissingLibrary\n"
        "from labreport.processes import packed\n"
        f"def serve(connection, *_):\n    {deed}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("labreport.pdf.separate.SERVE", "failing:serve")
    with Writer(report.templates, tmp_path) as writer:
        writer.begin(report.page("print") * 50, tmp_path / "x.pdf")
        with pytest.raises(error, match=message) as raised:
            writer.finish()
    assert "\n" not in str(raised.value)


def test_it_ends_with_its_context(report: Example, tmp_path: Path) -> None:
    """Whether it waits or writes."""
    with Writer(report.templates, tmp_path) as waiting:
        children = [waiting.start()]
    with Writer(report.templates, tmp_path) as writing:
        children.append(writing.start())
        writing.begin(report.page("print"), tmp_path / "x.pdf")
    assert [child.alive for child in children] == [False, False]


def test_it_ends_at_once_when_the_build_is_killed_and_leaves_nothing_outside(
    report: Example, tmp_path: Path
) -> None:
    """In the middle of a document; what it leaves lies in the output folder, under a name that is swept."""
    page = tmp_path / "page.html"
    page.write_text(report.page("print").replace("</body>", "<p>Long.</p>" * 20_000 + "</body>"))
    output, temporary = tmp_path / "output", tmp_path / "temporary"
    output.mkdir()
    temporary.mkdir()
    script = (
        "import sys, time; from pathlib import Path; from labreport.pdf.separate import Writer\n"
        "page, base, output = map(Path, sys.argv[1:])\n"
        "with Writer(base, output) as writer:\n"
        "    print(writer.start().pid, flush=True)\n"
        "    writer.begin(page.read_text(), output / 'x.pdf')\n"
        "    time.sleep(60)\n"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", script, page, report.templates, output],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(temporary)},
    )
    assert build.stdout is not None
    writer = int(build.stdout.readline())
    deadline = time.monotonic() + 60
    while not list(output.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    build.kill()
    build.wait()
    build.stdout.close()
    time.sleep(0.5)
    state = Path(f"/proc/{writer}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"
    assert not list(temporary.iterdir())
    assert all(path.name.startswith(".tmp-") for path in output.iterdir())
