"""How messages name the program, `python build.py` or `labreport`, and the files that they are about."""

from __future__ import annotations

import os
import sys

VERSION = "0.1.0"
"""The same as in `pyproject.toml`."""
FRONT_DOOR = "python build.py"
CONSOLE = "labreport"
FRONT = "LABREPORT_FRONT"
"""Environment variable: format, interpreter and version at the front door, which may continue in another."""

_name = FRONT_DOOR
_installs = False
_places = ""


def nearby(path: str | os.PathLike[str]) -> str:
    """A path as all messages name it: from the current folder where it is below that, and else in full."""
    return os.path.abspath(path).removeprefix(os.getcwd() + os.sep)


def called() -> str:
    """What the user types to run this program."""
    return _name


def again(command: str) -> str:
    """What the user types to give another command for the same project and output folder."""
    return f"{_name} {command}{_places}"


def place(**options: str | None) -> None:
    """Decide which folders `again` names: `project` and `output`, as they were typed, or None."""
    global _places
    _places = "".join(f" --{name} {_quoted(text)}" for name, text in options.items() if text)


def typed(usual: str, python: str) -> str:
    """What starts this program again from the current folder: `usual`, or else its path.

    `python` is the interpreter that the user started.
    """
    script = sys.argv[0]
    name, folder = os.path.basename(script), os.path.dirname(os.path.abspath(script))
    if usual == FRONT_DOOR:
        place = os.path.relpath(script)
        return f"{os.path.basename(python)} {_quoted(script if place.startswith('..') else place)}"
    if name == "__main__.py":
        return f"{os.path.basename(python)} -m labreport"
    found = name != usual or folder in os.environ.get("PATH", "").split(os.pathsep)
    return usual if found else _quoted(script)


def _quoted(path: str) -> str:
    import shlex  # only where there is something to say

    return shlex.quote(path)


def call(name: str, installs: bool = False) -> None:
    """Decide what `called` returns, and whether a build installs what a project's `requirements.txt` names.

    The entry point does this before anything is printed.
    """
    global _name, _installs
    _name, _installs = name, installs


def said() -> str:
    """How this process names program and folders, for `say_as` of another process."""
    import json

    return json.dumps([_name, _installs, _places])


def say_as(said: str) -> None:
    """Name them as the process that `said` so."""
    import json

    global _name, _installs, _places
    _name, _installs, _places = json.loads(said)


def to_install() -> str:
    """What adds a library that is not installed."""
    return f"{again('build')} installs what requirements.txt names" if _installs else "install it"
