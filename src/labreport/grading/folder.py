"""Finding the submissions: one file, a folder of files, or one folder for each student."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from labreport.errors import UsageError

SUFFIXES = (".json", ".toml")
BESIDE = (".npy", ".npz")
"""Predictions that a form names; not submissions of their own."""
PREFERRED = "answers.json"
LEVELS = 5
"""Folders below a student's folder that are searched."""
ENTRIES = 5_000
"""Files in a student's folder that are looked at."""


@dataclass(frozen=True)
class Found:
    """A submission by its name; without a path, `problem` says why there is no file to read."""

    name: str
    path: Path | None
    problem: str = ""


def find(path: Path) -> tuple[list[Found], list[str]]:
    """Submissions in the order of their names, and the names of files that are not submissions.

    The name is that of the student's folder, or that of the file without its suffix, as the learning
    platform wrote it. Raises `UsageError` where there is nothing to grade.
    """
    if not os.path.lexists(path):
        raise UsageError(f"{path}: No such file or directory; give a submission or a folder of them")
    if not path.is_dir():
        return [Found(_stem(path.name), path.resolve())], []
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        raise UsageError(f"cannot read the folder {path}: {error.strerror}") from None
    found, ignored = [], []
    for entry in entries:
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            continue
        if entry.is_dir(follow_symlinks=False):
            found.append(_inside(Path(entry.path), entry.name))
        elif entry.is_symlink() or _suffix(entry.name) in SUFFIXES:
            found.append(Found(entry.name, Path(os.path.abspath(entry.path))))
        elif _suffix(entry.name) not in BESIDE:
            ignored.append(entry.name)
    if not found:
        raise UsageError(
            f"{path} holds no submissions; files that end in .json or .toml, "
            "or one folder for each student, are expected"
        )
    return _named(found), ignored


def _named(found: list[Found]) -> list[Found]:
    """Suffixes left out where the names stay different without them."""
    names = [one.name for one in found]
    stems = [_stem(name) for name in names]
    return [
        Found(stem if stems.count(stem) == 1 and stem not in names else one.name, one.path, one.problem)
        for one, stem in zip(found, stems, strict=True)
    ]


def _inside(folder: Path, name: str) -> Found:
    candidates = _candidates(folder)
    preferred = [path for path in candidates if path.name == PREFERRED]
    chosen = preferred if len(preferred) == 1 else candidates
    if len(chosen) == 1:
        return Found(name, Path(os.path.abspath(chosen[0])))
    if not chosen:
        return Found(name, None, "holds no file that ends in .json or .toml")
    some = ", ".join(str(path.relative_to(folder)) for path in chosen[:2])
    return Found(name, None, f"holds {len(chosen)} files that could be the submission ({some}…); keep one")


def _candidates(folder: Path) -> list[Path]:
    found: list[Path] = []
    seen = 0
    for where, folders, files in os.walk(folder):
        depth = len(Path(where).relative_to(folder).parts)
        folders[:] = sorted(one for one in folders if not one.startswith(".")) if depth < LEVELS else []
        found += [
            Path(where, one) for one in sorted(files) if not one.startswith(".") and _suffix(one) in SUFFIXES
        ]
        seen += len(files)
        if seen > ENTRIES:
            break
    return found


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _stem(name: str) -> str:
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in SUFFIXES else name
