"""Where lines go and how they may look, and one line and an exit code for every way in which a run ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn, TextIO

from labreport.errors import LabReportError

INTERRUPTED = "Interrupted. What is finished is kept; run the same command again to continue."
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_LOOK = re.compile(r"\x1b\[[0-9;]*m")
CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
"""Control characters, shown and not obeyed: names come from files."""
_DIRECTION = {
    code: f"\\u{code:04x}"
    for code in (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


class Terminal:
    """Standard output and standard error as one page; both last (see `labreport.streams`)."""

    def __init__(
        self,
        quiet: bool = False,
        out: TextIO | None = None,
        err: TextIO | None = None,
        debug: bool = False,
    ) -> None:
        self.out = out if out is not None else sys.stdout
        self.err = err if err is not None else sys.stderr
        self.quiet = quiet
        self.json = False
        """Whether one JSON document takes the place of all lines to standard output; see `tell`."""
        self.told: dict[str, Any] = {"errors": [], "notes": []}
        self.writing = False
        """Whether a line is being written at this moment."""
        self.debug = debug
        self.asked = False
        """Whether anything was printed that was asked for."""
        self.standing: Callable[[], str] | None = None
        """What to say if the program is interrupted now, where that is more than each command says."""
        self.interactive = _is_terminal(self.out) and os.environ.get("TERM", "dumb") != "dumb"
        self.errors_interactive = _is_terminal(self.err)
        self.colour = (self.interactive and not os.environ.get("NO_COLOR")) or bool(
            os.environ.get("FORCE_COLOR")
        )
        self.width = max(40, min(shutil.get_terminal_size((80, 24)).columns, 100))

    def say(self, text: str = "") -> None:
        """One line to standard output, unless quiet."""
        if not self.quiet and not self.json:
            self._write(self.out, text)

    def result(self, text: str) -> None:
        """One line that was asked for (`status`, `why`): printed even when quiet."""
        self.asked = True
        if not self.json:
            self._write(self.out, text)

    def tell(self, **members: Any) -> None:
        """What a command found, as plain values, for `--json`; docs/json.md lists them."""
        self.told.update(members)

    def end(self, command: str, code: int) -> None:
        """With `--json`, the document."""
        if self.json:
            import json  # only where it is asked for

            self.asked = True
            document = {"command": command, "exit": code, **self.told}
            self._write(self.out, json.dumps(document, ensure_ascii=False, indent=1))

    def warn(self, text: str) -> None:
        """One line to standard error: something was repaired or left out."""
        self._tell("note", "yellow", text)

    def error(self, text: str) -> None:
        """One line to standard error: why the program ends."""
        self._tell("error", "red", text)

    def failure(self, error: BaseException | None, text: str = "") -> None:
        """A line to standard error for `text`, or each of the error's; with `debug`, the traceback first."""
        if self.debug and error is not None:
            lines = "".join(traceback.format_exception(error)).rstrip().split("\n")
            self._write(self.err, "\n".join(shown(line) for line in lines))
        for line in (text or str(error), *getattr(error, "more", ())):
            self.error(line)

    def agreed(self, question: str) -> bool:
        """Whether the person at the terminal says yes; where nobody can be asked, yes."""
        if not self.interactive or not _is_terminal(sys.stdin) or self.quiet or self.json:
            return True
        self.out.write(f"{shown(question)} [y/N] ")
        self.out.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def last(self, text: str) -> None:
        """One line to standard error after Ctrl-C, in place of the `^C` that the terminal has printed."""
        self._write(self.err, f"\r{shown(text)}" if self.errors_interactive else shown(text))

    def paint(self, text: str, *looks: str) -> str:
        """`text` in colour where colour is supported."""
        if not self.colour or not looks:
            return text
        return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"

    def _tell(self, what: str, colour: str, text: str) -> None:
        self.told[f"{what}s"].append(text)
        self._write(self.err, f"{self.paint(what, colour)}: {shown(text)}")

    def _write(self, stream: TextIO, text: str) -> None:
        self.writing = True
        if self.errors_interactive if stream is self.err else self.interactive and not self.json:
            text = "\n".join(folded(line, self.width) for line in text.split("\n"))
        try:
            print(text.translate(_DIRECTION), file=stream, flush=True)
        finally:
            self.writing = False


def shown(text: str) -> str:
    """`text` on one line, control characters made visible; a terminal does so for direction characters."""
    return text.translate(CONTROL)


def folded(line: str, width: int) -> str:
    """`line` on as many lines of at most so many columns as it needs, broken between words."""
    if len(line) <= width or len(_LOOK.sub("", line)) <= width:
        return line
    import textwrap  # only where a line is too long

    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def cut(text: str, width: int) -> str:
    """`text` on one line of at most so many columns."""
    line = shown(text)
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except (OSError, ValueError):
        return False


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
