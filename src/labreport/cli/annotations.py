"""Workflow commands of GitHub: its runner shows a mistake at file and line; no library is needed."""

from __future__ import annotations

import os
from pathlib import Path

from labreport.errors import LabReportError, Location, caller_folder, display_path


def is_annotating() -> bool:
    """Whether GitHub's runner reads what is printed."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def below_repository(path: Path) -> str:
    """A path as tools of a repository need it: below its root, with slashes; else as people see it."""
    path = (caller_folder() / path).resolve()
    for folder in path.parents:
        if (folder / ".git").exists():
            return path.relative_to(folder).as_posix()
    return display_path(path)


def annotation_at(path: Path, line: int, message: str) -> str:
    """The command for an error at a line, with its escapes: `::error file=a/b.md,line=3::does not hold`."""
    file = _escape(below_repository(path)).replace(":", "%3A").replace(",", "%2C")
    return f"::error file={file},line={line}::{_escape(message)}"


def annotation_of_error(error: LabReportError) -> str:
    """The command for a mistake; with file and line, where its location is one."""
    location = error.location
    if isinstance(location, Location):
        return annotation_at(Path(location.file), location.line, error.message)
    return f"::error::{_escape(str(error))}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
