"""The command `new`: a small project that can be built at once; no library is needed."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

from labreport.cli.parser import Arguments
from labreport.cli.terminal import Terminal
from labreport.errors import UsageError, display_path

SKELETON = Path(__file__).with_name("skeleton")
FILES = {
    "project.txt": "project.py",
    "gitignore": ".gitignore",
    "closer.md": "templates/questions/closer.md",
}
"""The files of a new project, by their names in the folder `skeleton`."""


def new(arguments: Arguments, terminal: Terminal) -> None:
    """Create a small project, and print what to do next."""
    target = Path(arguments.dir)
    is_empty_folder = target.is_dir() and not any(target.iterdir())
    if os.path.lexists(target) and not is_empty_folder:
        raise UsageError(f"{display_path(target)} is not empty; name a folder that does not exist yet")
    title = target.resolve().name.replace("-", " ").replace("_", " ").strip()
    title = title[:1].upper() + title[1:]
    title_in_quotes = json.dumps(title, ensure_ascii=False)  # valid in Python, too
    for source, name in FILES.items():
        text = (SKELETON / source).read_text(encoding="utf-8")
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace('"TITLE"', title_in_quotes), encoding="utf-8")
    folder = shlex.quote(display_path(target))
    terminal.say(f"Created {display_path(target)}: project.py, and the text of its question. Next:")
    terminal.say(f"  {arguments.program} --project {folder}         # make the report (seconds)")
    terminal.say(f"  {arguments.program} watch --project {folder}   # edit; the page follows")
