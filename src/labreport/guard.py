"""Every way in which a run can end becomes one line and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from labreport.console.terminal import Terminal
from labreport.errors import LabReportError

INTERRUPTED = "Interrupted. What is finished is kept; run the same command again to continue."


class _Came(BaseException):
    """SIGTERM came, or SIGHUP, because the terminal is gone: the number of the signal."""


def guarded(action: Callable[[], int], terminal: Terminal, interrupted: str = INTERRUPTED) -> int:
    """Run `action`; returns its exit code, or prints why it ended and returns 1 or 2.

    After SIGINT, SIGTERM or SIGHUP it prints `interrupted`, or what `terminal.standing` says, and ends the
    process with 130, 143 or 129.
    """
    before = signal.signal(signal.SIGTERM, _raise), sys.unraisablehook
    if (hang_up := signal.getsignal(signal.SIGHUP)) == signal.SIG_DFL:  # not where nohup has it ignored
        signal.signal(signal.SIGHUP, _raise)
    sys.unraisablehook = _send_again
    try:
        return action()
    except LabReportError as error:
        terminal.failure(error)
        return error.exit_code
    except KeyboardInterrupt:
        return _end(terminal, interrupted, signal.SIGINT)
    except _Came as signalled:
        return _end(terminal, interrupted, signalled.args[0])
    except (Exception, SystemExit) as error:
        lines = str(error).splitlines() or [""]
        hint = "" if terminal.debug else "; --debug shows the traceback"
        terminal.failure(error, f"{type(error).__name__}: {lines[0]}{hint}")
        return 1
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGHUP, hang_up)
        sys.unraisablehook = before[1]


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    raise _Came(number)


def _send_again(swallowed: sys.UnraisableHookArgs) -> None:
    """An interruption that came inside a callback was swallowed there: send it once more, soon."""
    if isinstance(swallowed.exc_value, _Came):
        number: int = swallowed.exc_value.args[0]
    elif issubclass(swallowed.exc_type, KeyboardInterrupt):
        number = signal.SIGINT
    else:
        sys.__unraisablehook__(swallowed)
        return
    from threading import Timer

    timer = Timer(0.05, os.kill, (os.getpid(), number))
    timer.daemon = True
    timer.start()


def _end(terminal: Terminal, line: str, number: int) -> NoReturn:
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    terminal.last(terminal.standing() if terminal.standing is not None else line)
    # Worker processes were killed; nothing that is left to run could matter
    sys.stdout.flush()
    os._exit(128 + number)
