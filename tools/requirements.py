"""What a project needs: requirements, the files that list packages for them, and what is lacking."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from labreport.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]
PROJECTS = (ROOT, ROOT / "examples" / "wine")
"""The projects of this checkout that need libraries of their own; the tests need them all."""
_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[\w, -]*\])?\s*((?:[<>=!~][^;@#]*)?)(?:#.*)?")


class Layer(NamedTuple):
    """A file that lists packages to install, and the requirements that they must satisfy."""

    file: Path
    asked: list[str]


def layers(project: Path, *extras: str) -> list[Layer]:
    """Engine, project, and groups of `pyproject.toml` (`dask`, `test`), each on top of those before it.

    A project asks for packages in the `requirements.txt` beside it; a `requirements.lock` pins them.
    """
    metadata = read_metadata()
    found = [Layer(ROOT / "tools" / "engine.lock", metadata["dependencies"])]
    for folder in PROJECTS if "test" in extras else (project,):
        asked, lock = folder / "requirements.txt", folder / "requirements.lock"
        if asked.is_file():
            lines = asked.read_text(encoding="utf-8").splitlines()
            found.append(Layer(lock if lock.is_file() else asked, lines))
    groups = metadata.get("optional-dependencies", {})
    return [*found, *(Layer(ROOT / "tools" / f"{extra}.lock", groups[extra]) for extra in extras)]


def lock_files() -> list[Path]:
    """Every lock file of this checkout."""
    candidates = (*ROOT.glob("tools/*.lock"), *(project / "requirements.lock" for project in PROJECTS))
    return [file for file in candidates if file.is_file()]


def read_metadata() -> dict[str, Any]:
    """The table `project` of `pyproject.toml`; raises `UsageError` where it cannot be read."""
    path = ROOT / "pyproject.toml"
    try:
        if not path.is_file():  # a FIFO would block without end, and some devices have no end
            raise OSError("it is not a file")
        project: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        return project
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise UsageError(f"{path}: no readable project: {error}; restore it from the repository") from None


def supported_pythons() -> tuple[str, ...]:
    """The versions of Python that the lock files are made for, such as `("3.11", "3.12")`."""
    start = "Programming Language :: Python :: 3."
    return tuple(line.rpartition(" ")[2] for line in read_metadata()["classifiers"] if line.startswith(start))


def lacking(wanted: Sequence[Layer], folders: Sequence[str]) -> list[str]:
    """What the packages in these folders do not give of what is asked for, a clause each.

    Nothing is imported to find out. Markers, addresses and options in a requirement are pip's business.
    """
    names = {name for folder in reversed(folders) if os.path.isdir(folder) for name in os.listdir(folder)}
    named = (re.match(r"(.+?)-([^-]+)(?:-.*)?\.(?:dist|egg)-info", name) for name in names)
    versions = {_module(match[1]): match[2] for match in named if match}
    found = []
    for match in (_REQUIREMENT.fullmatch(line.strip()) for layer in wanted for line in layer.asked):
        if match is None:
            continue
        module, bounds = _module(match[1]), match[2].strip()
        if module in versions:
            if not all(_within(versions[module], bound.strip()) for bound in bounds.split(",") if bound):
                found.append(f"{match[1]} is {versions[module]}, not {bounds}")
        elif module not in names:  # as tensorflow-cpu brings tensorflow
            found.append(f"{match[1]} is not installed")
    return found


def _module(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _within(version: str, bound: str) -> bool:
    have, limit = ([int(part) for part in re.findall(r"[0-9]+", text)] for text in (version, bound))
    if bound.startswith((">=", "~=")):
        return have >= limit
    if bound.startswith("=="):
        return have[: len(limit)] == limit
    return not (bound.startswith("<") and not bound.startswith("<=")) or have < limit
