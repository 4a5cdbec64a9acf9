r"""Small projects, and edits of them, as they are written in the texts of the folder `projects`.

    === NAME                          begins a project
    --- FILE                          begins another file of it
    >>> OLD => NEW                    is an edit of its one file that has OLD; \n is a new line
    >>> FILE: OLD => NEW || TARGETS   says which file, and what is stale after it

A project without an edit has 70 in one of its files, which becomes 71.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("projects")


@dataclass(frozen=True)
class Case:
    """The files of a project, and one text in one of them that is replaced by another.

    `stale` are the names of what that makes stale, None where the project does not say it.
    """

    name: str
    files: dict[str, str]
    file: str
    old: str
    new: str
    stale: str | None

    def __str__(self) -> str:
        return f"{self.name}: {self.new.splitlines()[0]}"


def read_cases(group: str, first_file: str) -> list[Case]:
    """The projects of a text, once for each edit; each begins with its `first_file`."""
    cases = []
    _, *projects = (FOLDER / f"{group}.txt").read_text().split("\n=== ")
    for project in projects:
        name, *lines = project.rstrip().split("\n")
        file, files = first_file, {first_file: ""}
        edits = []
        for line in lines:
            if line.startswith("--- "):
                file = line.removeprefix("--- ")
                files[file] = ""
            elif line.startswith(">>> "):
                edits.append(line.removeprefix(">>> "))
            else:
                files[file] += f"{line}\n"
        cases += [_read_edit(name, files, edit) for edit in edits or ["70 => 71"]]
    return cases


def _read_edit(name: str, files: dict[str, str], line: str) -> Case:
    change, has_targets, targets = line.replace("\\n", "\n").partition(" ||")
    old, _, new = change.partition(" => ")
    file, _, text = old.partition(": ")
    if file in files:
        old = text
    else:
        (file,) = [name for name, text in files.items() if old in text]
    return Case(name, files, file, old, new, targets.strip() if has_targets else None)
