"""Where lines go and how they may look: colour, width, quiet; standard library only."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Callable
from typing import Any, TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
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
        self.told["notes"].append(text)
        self._write(self.err, f"{self.paint('note', 'yellow')}: {shown(text)}")

    def error(self, text: str) -> None:
        """One line to standard error: why the program ends."""
        self.told["errors"].append(text)
        self._write(self.err, f"{self.paint('error', 'red')}: {shown(text)}")

    def failure(self, error: BaseException | None, text: str = "") -> None:
        """A line to standard error for `text`, or each of the error's; with `debug`, the traceback first."""
        if self.debug and error is not None:
            lines = "".join(traceback.format_exception(error)).rstrip().split("\n")
            self._write(self.err, "\n".join(shown(line) for line in lines))
        for line in (text or str(error), *getattr(error, "more", ())):
            self.error(line)

    def last(self, text: str) -> None:
        """One line to standard error after Ctrl-C, in place of the `^C` that the terminal has printed."""
        self._write(self.err, f"\r{shown(text)}" if self.errors_interactive else shown(text))

    def paint(self, text: str, *looks: str) -> str:
        """`text` in colour where colour is supported."""
        if not self.colour or not looks:
            return text
        return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"

    def _write(self, stream: TextIO, text: str) -> None:
        self.writing = True
        try:
            print(text.translate(_DIRECTION), file=stream, flush=True)
        finally:
            self.writing = False


def shown(text: str) -> str:
    """`text` on one line, control characters made visible; a terminal does so for direction characters."""
    return text.translate(CONTROL)


def cut(text: str, width: int) -> str:
    """`text` on one line of at most so many columns."""
    line = shown(text)
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except (OSError, ValueError):
        return False
