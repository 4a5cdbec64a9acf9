"""One build at a time in an output directory, and no unlocking by hand."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from owner import Owner

from labreport.errors import StoreError, UsageError
from labreport.store.output import LOCK, MARK, claim, output_lock

TESTS = Path(__file__).parents[1]
PATHS = os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])
HOLDER = (
    "import sys, time; from pathlib import Path; from owner import Owner\n"
    "from labreport.store.output import output_lock\n"
    "with output_lock(Path(sys.argv[1]), Owner(), -1, print):\n"
    "    print('held', flush=True); time.sleep(60)"
)


@contextmanager
def holder(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(directory)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": PATHS},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_lock_makes_the_directory_and_says_nothing_when_it_is_free(tmp_path: Path) -> None:
    """Only waiting is worth a message."""
    told: list[str] = []
    for _ in range(2):
        with output_lock(tmp_path / "a" / "report", Owner(), 0, told.append):
            assert (tmp_path / "a" / "report").is_dir()
    assert told == []


def test_a_second_build_waits_with_a_message_and_ends_at_its_timeout(tmp_path: Path) -> None:
    """One line while it waits, one that names the option when it gives up; exit code 1."""
    told: list[str] = []
    with (
        holder(tmp_path),
        pytest.raises(StoreError, match=r"still at work in .* after 0\.3 s \(--lock-timeout\)") as caught,
        output_lock(tmp_path, Owner(), 0.3, told.append),
    ):
        pass
    assert len(told) == 1
    assert str(tmp_path) in told[0]
    assert caught.value.exit_code == 1


def test_a_killed_build_leaves_no_lock(tmp_path: Path) -> None:
    """The kernel lets go of it with the process, in whatever way that ends."""
    with holder(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with output_lock(tmp_path, Owner(), 5, lambda message: None):
            pass


def test_a_waiting_build_goes_on_when_the_first_ends(tmp_path: Path) -> None:
    """Without a limit it waits for as long as it takes."""
    with holder(tmp_path) as process:

        def end_it(message: str) -> None:
            process.kill()

        with output_lock(tmp_path, Owner(), -1, end_it):
            pass


def test_only_one_of_many_is_inside_at_a_time(tmp_path: Path) -> None:
    """Four processes add to a number, each reading, waiting and writing."""
    program = (
        "import sys, time; from pathlib import Path; from owner import Owner\n"
        "from labreport.store.output import output_lock\n"
        "path = Path(sys.argv[1], 'number')\n"
        "for _ in range(3):\n"
        "    with output_lock(path.parent, Owner(), -1, lambda message: None):\n"
        "        number = int(path.read_text()); time.sleep(0.005); path.write_text(str(number + 1))"
    )
    claim(tmp_path, Owner())
    (tmp_path / "number").write_text("0")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], env={**os.environ, "PYTHONPATH": PATHS}
        )
        for _ in range(4)
    ]
    assert [process.wait(60) for process in processes] == [0] * 4
    assert (tmp_path / "number").read_text() == "12"


@pytest.mark.parametrize("kind", ["folder", "link", "dangling link", "FIFO", "socket"])
def test_whatever_has_the_locks_name_is_set_aside(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one line; the build continues, and nothing is written through a link."""
    claim(tmp_path, Owner())
    monkeypatch.chdir(tmp_path)
    path, mine = Path(LOCK), Path("mine")
    mine.write_text("mine")
    if kind == "folder":
        path.mkdir()
    elif kind == "FIFO":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(str(path))
    else:
        path.symlink_to("nowhere" if kind == "dangling link" else mine)
    told: list[str] = []
    with output_lock(tmp_path, Owner(), 0, told.append):
        assert stat.S_ISREG(path.lstat().st_mode)
    assert mine.read_text() == "mine"
    assert len(told) == 1
    assert f"{LOCK} is a" in told[0]
    assert len(list((tmp_path / "quarantine").iterdir())) == 1


def test_writability_is_found_out_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock file may be there already in a folder that takes no new files."""
    enter(tmp_path)
    really = os.open

    def refuse(path: object, flags: int, *rest: int) -> int:
        if flags & os.O_CREAT and not str(path).endswith(".lock"):
            raise OSError(30, "Read-only file system")
        return really(path, flags, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UsageError, match="Read-only file system"):
        enter(tmp_path)
    monkeypatch.undo()
    enter(tmp_path)


def test_nothing_but_the_lock_and_the_mark_is_left(tmp_path: Path) -> None:
    """The trial of writing leaves no trace."""
    enter(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {LOCK, MARK}


def test_a_folder_of_somebody_else_is_not_locked(tmp_path: Path) -> None:
    """Not even a lock file is put into it."""
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UsageError, match="has no mark of this program"):
        enter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def enter(directory: Path) -> None:
    """Take the lock and let it go."""
    with output_lock(directory, Owner(), 0, lambda message: None):
        pass
