"""One build at a time in an output directory, and no unlocking by hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labreport.errors import StoreError, UsageError
from labreport.store.lock import output_lock

SOURCE = Path(__file__).parents[2] / "src"
HOLDER = (
    "import sys, time; from pathlib import Path; from labreport.store.lock import output_lock\n"
    "with output_lock(Path(sys.argv[1]), -1, print):\n"
    "    print('held', flush=True); time.sleep(60)"
)


@contextmanager
def holder(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(directory)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
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
        with output_lock(tmp_path / "a" / "report", 0, told.append):
            assert (tmp_path / "a" / "report").is_dir()
    assert told == []


def test_a_second_build_waits_with_a_message_and_ends_at_its_timeout(tmp_path: Path) -> None:
    """One line while it waits, one that names the option when it gives up; exit code 1."""
    told: list[str] = []
    with (
        holder(tmp_path),
        pytest.raises(StoreError, match=r"still at work in .* after 0\.3 s \(--lock-timeout\)") as caught,
        output_lock(tmp_path, 0.3, told.append),
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
        with output_lock(tmp_path, 5, lambda message: None):
            pass


def test_a_waiting_build_goes_on_when_the_first_ends(tmp_path: Path) -> None:
    """Without a limit it waits for as long as it takes."""
    with holder(tmp_path) as process:

        def end_it(message: str) -> None:
            process.kill()

        with output_lock(tmp_path, -1, end_it):
            pass


def test_only_one_of_many_is_inside_at_a_time(tmp_path: Path) -> None:
    """Eight processes add to a number, each reading, waiting and writing."""
    program = (
        "import sys, time; from pathlib import Path; from labreport.store.lock import output_lock\n"
        "path = Path(sys.argv[1], 'number')\n"
        "for _ in range(3):\n"
        "    with output_lock(path.parent, -1, lambda message: None):\n"
        "        number = int(path.read_text()); time.sleep(0.005); path.write_text(str(number + 1))"
    )
    (tmp_path / "number").write_text("0")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], env={**os.environ, "PYTHONPATH": str(SOURCE)}
        )
        for _ in range(8)
    ]
    assert [process.wait(60) for process in processes] == [0] * 8
    assert (tmp_path / "number").read_text() == "24"


def test_a_file_in_place_of_the_directory_is_one_line(tmp_path: Path) -> None:
    """Exit code 2, the path, and what to do."""
    (tmp_path / "report").write_text("in the way")
    with pytest.raises(
        UsageError, match=r"cannot write to .*report: .*choose another with --output"
    ) as caught:
        enter(tmp_path / "report")
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(
    os.geteuid() == 0, reason="root may write anywhere; tried as root with an immutable folder"
)
def test_a_directory_without_permission_is_one_line(tmp_path: Path) -> None:
    """As the folder of another user is."""
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="Permission denied; make it writable"):
        enter(tmp_path)
    tmp_path.chmod(0o700)


def test_a_line_break_in_the_path_does_not_break_the_message(tmp_path: Path) -> None:
    """Odd paths are shown escaped, in one line."""
    (tmp_path / "a\nb").write_text("in the way")
    with pytest.raises(UsageError, match=r"a\\nb") as caught:
        enter(tmp_path / "a\nb")
    assert "\n" not in str(caught.value)


def test_a_lock_file_in_the_way_is_one_line(tmp_path: Path) -> None:
    """A folder or a link called as the lock is."""
    (tmp_path / ".lock").mkdir()
    with pytest.raises(UsageError, match="cannot write to"):
        enter(tmp_path)


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


def test_nothing_but_the_lock_file_is_left(tmp_path: Path) -> None:
    """The trial of writing leaves no trace."""
    enter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def enter(directory: Path) -> None:
    """Take the lock and let it go."""
    with output_lock(directory, 0, lambda message: None):
        pass
