"""Workflow commands of GitHub, whose runner shows errors at file and line; no library is needed."""

from __future__ import annotations

import os
from pathlib import Path

from labreport.errors import LabReportError, Location, caller_folder, display_path


def is_annotating() -> bool:
    """Whether the output is read by GitHub's runner."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def below_repository(path: Path) -> str:
    """A path relative to the root of its repository, with slashes; without a repository, as in messages."""
    path = (caller_folder() / path).resolve()
    for folder in path.parents:
        if (folder / ".git").exists():
            return path.relative_to(folder).as_posix()
    return display_path(path)


def annotation_at(path: Path, line: int, message: str) -> str:
    """The workflow command for an error at a line: `::error file=a/b.md,line=3::does not hold`."""
    file = _escape(below_repository(path)).replace(":", "%3A").replace(",", "%2C")
    return f"::error file={file},line={line}::{_escape(message)}"


def annotation_of_error(error: LabReportError) -> str:
    """The workflow command for an error, with file and line if its location has them."""
    location = error.location
    if isinstance(location, Location):
        return annotation_at(Path(location.file), location.line, error.message)
    return f"::error::{_escape(str(error))}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
