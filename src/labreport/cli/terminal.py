"""Output of a command: wrapping, colours, errors in one line; and the exit code for each way to end."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import textwrap
import threading
import traceback
from collections.abc import Callable

from labreport.cli.annotations import annotation_of_error, is_annotating
from labreport.errors import LabReportError, MultipleErrors, raised_at

INTERRUPTED = "Interrupted. What is finished is kept; run the same command again to continue."
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, which are printed visibly: texts such as names of files may contain them."""


class Terminal:
    """Standard output and standard error of one command.

    Lines are wrapped only if a person reads them on a terminal (`interactive`); other programs get whole
    lines. `annotates` means that GitHub's runner shows errors at their lines. `last_error` is the text of the
    last printed error, or empty.
    """

    def __init__(self, quiet: bool = False, verbose: bool = False, debug: bool = False) -> None:
        self.quiet, self.verbose, self.debug = quiet, verbose, debug
        is_dumb = os.environ.get("TERM", "dumb") == "dumb"
        self.interactive = sys.stdout.isatty() and not is_dumb
        self.colour = self.interactive and not os.environ.get("NO_COLOR")
        columns = shutil.get_terminal_size((80, 24)).columns
        self.width = max(40, min(columns, 100))
        self.annotates = is_annotating()
        self.last_error = ""

    def say(self, text: str) -> None:
        """Print a line, unless quiet."""
        if not self.quiet:
            self.result(text)

    def result(self, text: str) -> None:
        """Print a line that the user asked for, even if quiet."""
        self.write(self._wrapped(text) if self.interactive else text)

    def write(self, text: str) -> None:
        """Print a text unchanged."""
        try:
            print(text, flush=True)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has gone; the work goes on

    def _wrapped(self, text: str) -> str:
        """A text wrapped to the width, with further lines indented."""
        if len(_ESCAPE.sub("", text)) <= self.width:
            return text
        indent = len(text) - len(text.lstrip()) + 2
        return textwrap.fill(
            text,
            self.width,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def warn(self, text: str) -> None:
        """Print a note to standard error: something was repaired or left out."""
        word = self.paint("note", "yellow")
        self._complain(f"{word}: {visible(text)}")

    def error(self, error: LabReportError) -> None:
        """Print an error to standard error; several mistakes get a line each."""
        self.last_error = str(error)
        errors = error.errors if isinstance(error, MultipleErrors) else (error,)
        for mistake in errors:
            if self.debug:
                traceback.print_exception(mistake)
            if self.annotates:
                print(annotation_of_error(mistake), file=sys.stderr)
            else:
                word = self.paint("error", "red")
                self._complain(f"{word}: {visible(str(mistake))}")

    def _complain(self, line: str) -> None:
        is_read = sys.stderr.isatty() and self.interactive
        print(self._wrapped(line) if is_read else line, file=sys.stderr)

    def paint(self, text: str, *looks: str) -> str:
        """A text in colour, where colour is supported."""
        if not self.colour:
            return text
        codes = ";".join(_CODES[look] for look in looks)
        return f"\x1b[{codes}m{text}\x1b[0m"


def visible(text: str) -> str:
    """A text in one line, with visible control characters."""
    line = re.sub(r"\s*\n\s*", "; ", text.strip())
    return _CONTROL.sub(lambda sign: ascii(sign[0])[1:-1], line)


def duration(seconds: float) -> str:
    """A duration as text: `1.2 s`, `12 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def guarded(action: Callable[[], int], terminal: Terminal, interrupted: str = INTERRUPTED) -> int:
    """Run `action` and return its exit code; for an exception, print one line and return 1, 2, 130 or 143."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # ignored, for example by nohup
            signal.signal(number, _terminate)
    hook, sys.unraisablehook = sys.unraisablehook, _resend_signal
    try:
        return action()
    except LabReportError as error:
        terminal.error(error)
        return error.exit_code
    except KeyboardInterrupt as error:
        if interrupted:
            start_of_line = "\r" if sys.stderr.isatty() else ""
            sys.stderr.write(f"{start_of_line}{interrupted}\n")
        return 143 if error.args else 130
    except Exception as error:
        terminal.error(_unexpected(error, terminal.debug))
        return 1
    finally:
        sys.unraisablehook = hook


def _unexpected(error: Exception, debug: bool) -> LabReportError:
    """An error of one line for an exception that is not the engine's own."""
    lines = str(error).splitlines() or [""]
    hint = "" if debug else "; --debug shows the traceback"
    text = f"{type(error).__name__}: {lines[0]}{hint}"
    unexpected = LabReportError(text, location=raised_at(error))
    unexpected.__cause__ = error
    return unexpected


def _terminate(number: int, frame: object) -> None:
    raise KeyboardInterrupt(number)


def _resend_signal(swallowed: sys.UnraisableHookArgs) -> None:
    """Send a signal again that arrived while Python deleted an object, where exceptions are only printed."""
    if not issubclass(swallowed.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(swallowed)
        return
    is_terminated = swallowed.exc_value is not None and bool(swallowed.exc_value.args)
    number = signal.SIGTERM if is_terminated else signal.SIGINT
    threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
