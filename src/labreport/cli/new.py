"""`new`: a small project that builds at once, and that one turns into one's own."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from labreport.cli.terminal import Terminal
from labreport.errors import UsageError, shown

_SKELETON = Path(__file__).with_name("skeleton")
_FILES = {"project.py": "project.txt", "templates/questions/closer.md": "closer.md"}


def new(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Create a small project, and say what to do with it; no library is needed."""
    target = Path(arguments.dir)
    _create(target)
    place = shlex.quote(shown(target))
    terminal.say(f"Created {shown(target)}: project.py, and the text of its question. Next:")
    terminal.say(f"  {arguments.program} --project {place}         # make the report (seconds)")
    terminal.say(f"  {arguments.program} watch --project {place}   # edit; the page follows")
    return 0


def _create(folder: Path) -> None:
    """Fill a folder, which must be empty or not exist. Raises `UsageError`."""
    if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{shown(folder)} is not empty; name a folder that does not exist yet")
    title = folder.resolve().name.replace("-", " ").replace("_", " ").strip()
    if not title.isprintable() or '"' in title or "\\" in title:
        raise UsageError(f"{folder.name!r} is not a name for a project; use letters, digits, - and _")
    try:
        for name, source in _FILES.items():
            text = (_SKELETON / source).read_text(encoding="utf-8")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text.replace("TITLE", title[:1].upper() + title[1:]), encoding="utf-8")
        (folder / ".gitignore").write_text("/report/\n__pycache__/\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{shown(folder)} cannot be written: {error.strerror}") from None
