"""Write a small commented project that builds at once."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from labreport.console.terminal import Terminal, shown
from labreport.errors import UsageError
from labreport.program import called
from labreport.texts import capitalized

_SKELETON = Path(__file__).with_name("skeleton")
_FILES = {"project.py": "project.txt", "templates/questions/closer.html": "closer.txt"}


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Fill a folder, which must be empty or not exist, and say what to do next."""
    folder = Path(arguments.word)
    title = capitalized(folder.resolve().name.replace("-", " ").replace("_", " ").strip())
    if not title or not title.isprintable() or '"' in title or "\\" in title:
        raise UsageError(f"{arguments.word!r} is not a name for a project; use letters, digits, - and _")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is not empty; name a folder that does not exist yet")
        for name, source in _FILES.items():
            text = (_SKELETON / source).read_text(encoding="utf-8").replace('"TITLE"', f'"{title}"')
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from None
    terminal.say(f"Created {shown(str(arguments.word))}: project.py, and a template. Next:")
    place = f"--project {shlex.quote(shown(str(arguments.word)))}"
    terminal.say(f"  {called()} build {place}   # make the report (seconds)")
    terminal.say(f"  {called()} watch {place}   # edit project.py; the page follows")
    return 0
