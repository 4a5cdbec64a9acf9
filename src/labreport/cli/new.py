"""`new`: a small project that builds at once, and that one turns into one's own."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from labreport.cli.terminal import Terminal
from labreport.errors import UsageError, shown

_SKELETON = Path(__file__).with_name("skeleton")
_FILES = {
    "project.py": "project.txt",
    "templates/questions/closer.md": "closer.md",
    ".gitignore": "gitignore",
}


def new(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Create a small project, and say what to do with it; no library is needed."""
    target = Path(arguments.dir)
    if os.path.lexists(target) and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{shown(target)} is not empty; name a folder that does not exist yet")
    title = target.resolve().name.replace("-", " ").replace("_", " ").strip()
    for name, source in _FILES.items():
        text = (_SKELETON / source).read_text(encoding="utf-8")
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text.replace("TITLE", title[:1].upper() + title[1:]), encoding="utf-8")
    place = shlex.quote(shown(target))
    terminal.say(f"Created {shown(target)}: project.py, and the text of its question. Next:")
    terminal.say(f"  {arguments.program} --project {place}         # make the report (seconds)")
    terminal.say(f"  {arguments.program} watch --project {place}   # edit; the page follows")
    return 0
