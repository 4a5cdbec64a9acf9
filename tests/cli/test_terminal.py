"""Lines, and how a command ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from labreport.cli.terminal import Terminal, duration, guarded, visible
from labreport.errors import LabReportError, Location, MultipleErrors, UsageError


def _raising(error: BaseException) -> int:
    raise error


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """What is done with signals is put back after the test."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LabReportError("failed"), 1),
        (UsageError("typed wrong"), 2),
        (MultipleErrors([LabReportError("failed"), UsageError("typed wrong")]), 2),
        (ValueError("unexpected"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_way_to_end_has_an_exit_code(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing but lines is printed, on standard error."""
    assert guarded(lambda: _raising(error), Terminal()) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err


def test_sigterm_ends_with_143() -> None:
    """As Ctrl-C does with 130."""

    def action() -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0

    assert guarded(action, Terminal()) == 143


def test_a_program_under_nohup_goes_on() -> None:
    """A terminal that is closed does not end it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def action() -> int:
        signal.raise_signal(signal.SIGHUP)
        return 7

    assert guarded(action, Terminal()) == 7


def test_a_signal_that_is_swallowed_comes_again() -> None:
    """One that arrives while an object is cleared away is heard of a moment later."""

    class Cleared:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    def action() -> int:
        Cleared()
        time.sleep(5)
        return 0

    assert guarded(action, Terminal()) == 130


def test_several_mistakes_are_each_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A line each, the same one once."""
    errors = [UsageError("a.md:1: one"), UsageError("a.md:2: two"), UsageError("a.md:1: one")]
    terminal = Terminal()
    terminal.error(MultipleErrors(errors))
    assert capsys.readouterr().err == "error: a.md:1: one\nerror: a.md:2: two\n"
    assert terminal.last_error == "a.md:1: one\na.md:2: two"


def test_an_unexpected_error_names_the_line_of_the_author(
    tmp_path: os.PathLike[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The last frame that is neither the engine's nor a library's."""
    code = compile("\n\n1 / 0", f"{tmp_path}/project.py", "eval")
    assert guarded(lambda: int(eval(code)), Terminal()) == 1
    assert "project.py:3: ZeroDivisionError: division by zero" in capsys.readouterr().err


def test_what_a_terminal_would_obey_is_shown() -> None:
    """Names come from files: escapes, direction marks and line ends stay on one line."""
    assert visible("a\x1b[31mb\u202ec\n  d\r") == "a\\x1b[31mb\\u202ec; d"


def test_a_long_line_is_broken_between_words_for_people_only(capsys: pytest.CaptureFixture[str]) -> None:
    """What follows is indented. Another program gets each line whole: a log is searched by lines."""
    terminal = Terminal()
    for interactive in (True, False):
        terminal.interactive = interactive
        terminal.result(" ".join(["word"] * 40))
    *broken, whole = capsys.readouterr().out.splitlines()
    assert max(map(len, broken)) <= terminal.width
    assert all(line.startswith("  word") for line in broken[1:])
    assert len(whole.split()) == 40
    terminal.error(UsageError(" ".join(["wrong"] * 40)))
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_on_githubs_runner_a_mistake_is_an_annotation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of several, at its line."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    mistakes = [UsageError("one", location=Location("/nowhere/a.md", 1)), UsageError("two")]
    Terminal().error(MultipleErrors(mistakes))
    assert capsys.readouterr().err == "::error file=/nowhere/a.md,line=1::one\n::error::two\n"


def test_times_read_as_a_person_writes_them() -> None:
    """Seconds, minutes and hours."""
    times = [duration(seconds) for seconds in (1.234, 12.3, 185, 7800)]
    assert times == ["1.2 s", "12 s", "3 min 05 s", "2 h 10 min"]
