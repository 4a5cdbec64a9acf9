"""Workflow commands of GitHub: its runner shows a mistake at file and line; no library is needed."""

from __future__ import annotations

import os
from pathlib import Path

from labreport.errors import LabReportError, caller_folder, display_path

RUNNER = "GITHUB_ACTIONS"
"""Environment variable: GitHub's runner sets it to `true`."""


def is_annotating() -> bool:
    """Whether GitHub's runner reads what is printed."""
    return os.environ.get(RUNNER) == "true"


def repository_root(path: Path) -> Path | None:
    """The nearest folder above a path that has `.git`; None where there is none."""
    for folder in path.parents:
        if (folder / ".git").exists():
            return folder
    return None


def below_repository(path: Path) -> str:
    """A path as tools of a repository need it: below its root, with slashes; else as people see it."""
    path = (caller_folder() / path).resolve()
    root = repository_root(path)
    return path.relative_to(root).as_posix() if root else display_path(path)


def annotation(level: str, message: str, path: Path | None = None, line: int | None = None) -> str:
    """One workflow command of GitHub, with its escapes: `::error file=a/b.md,line=3::does not hold: ...`."""
    properties = []
    if path is not None:
        file = below_repository(path)
        properties.append(f"file={_escape(file).replace(':', '%3A').replace(',', '%2C')}")
    if line is not None:
        properties.append(f"line={line}")
    head = " ".join(filter(None, (level, ",".join(properties))))
    return f"::{head}::{_escape(message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def annotation_of_error(error: LabReportError) -> str:
    """The workflow command for a mistake; with file and line, where its location is one."""
    file, _, line = error.location.rpartition(":")
    if file and line.isdecimal():
        return annotation("error", error.message, Path(file), int(line))
    return annotation("error", str(error))
