"""The program's own name, as its messages give it: `python build.py`, or `labreport`."""

from __future__ import annotations

VERSION = "0.1.0"
"""The same as in `pyproject.toml`."""
FRONT_DOOR = "python build.py"
CONSOLE = "labreport"
FRONT = "LABREPORT_FRONT"
"""Environment variable: format, interpreter and version at the front door, which may continue in another."""

_name = FRONT_DOOR


def called() -> str:
    """What the user types to run this program."""
    return _name


def call(name: str) -> None:
    """Decide what `called` returns; the entry point does this before anything is printed."""
    global _name
    _name = name
