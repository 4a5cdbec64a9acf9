"""Write a small commented project that builds at once."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from labreport.console.terminal import Terminal, shown
from labreport.display import capitalized
from labreport.errors import UsageError
from labreport.locate import is_project
from labreport.program import called

_SKELETON = Path(__file__).with_name("skeleton")
_FILES = {"project.py": "project.txt", "templates/questions/closer.html": "closer.txt"}

_UNTRACKED = (".gitignore", "/report/\n/.venv*\n__pycache__/\n")
"""What a repository leaves out; a file that is there is left as it is."""


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Fill a folder, which must be empty or not exist, and say what to do next."""
    folder = Path(arguments.word)
    if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is not empty; name a folder that does not exist yet, or add a project to this one: "
            f"{called()} init --project {shlex.quote(str(folder))}"
        )
    return _create(str(arguments.word), terminal)


def init(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Add the same files to a folder that has others, such as a repository."""
    if is_project(root):
        raise UsageError(f"{root} is a project already; build it: {called()} build")
    if there := [root / name for name in _FILES if os.path.lexists(root / name)]:
        raise UsageError(f"{there[0]} is there and would be replaced; move it away, or name another folder")
    return _create(arguments.project or ".", terminal)


def _create(word: str, terminal: Terminal) -> int:
    folder = Path(word)
    title = capitalized(folder.resolve().name.replace("-", " ").replace("_", " ").strip())
    if not title or not title.isprintable() or '"' in title or "\\" in title:
        raise UsageError(f"{word!r} is not a name for a project; use letters, digits, - and _")
    try:
        for name, source in _FILES.items():
            text = (_SKELETON / source).read_text(encoding="utf-8").replace('"TITLE"', f'"{title}"')
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        if not os.path.lexists(folder / _UNTRACKED[0]):
            (folder / _UNTRACKED[0]).write_text(_UNTRACKED[1], encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from None
    terminal.say(f"Created {shown(word)}: project.py, and a template. Next:")
    place = f" --project {shlex.quote(shown(word))}" if word != "." else ""
    terminal.say(f"  {called()} build{place}   # make the report (seconds)")
    terminal.say(f"  {called()} watch{place}   # edit project.py; the page follows")
    return 0
