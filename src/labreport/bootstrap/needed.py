"""Which libraries `pyproject.toml` asks for, and what the running interpreter lacks of them."""

from __future__ import annotations

import importlib.util
import os
import re
import stat
import tomllib
from dataclasses import dataclass
from typing import Any

from labreport import installed
from labreport.errors import UsageError

_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z,]+\])?(?:>=([0-9]+(?:\.[0-9]+)*))?")

CONTENT = "exercise"
"""Optional group for the content of this repository: its set-up installs it as if everybody needed it."""


@dataclass(frozen=True)
class Requirement:
    """A distribution and the oldest version that will do."""

    distribution: str
    minimum: tuple[int, ...]


def requirements(root: str, extra: str = "") -> tuple[Requirement, ...]:
    """What engine and content need to run; with `extra`, what that optional group needs beyond."""
    project = read_project(root)
    groups = project.get("optional-dependencies", {})
    lines = groups[extra] if extra else [*project["dependencies"], *groups.get(CONTENT, ())]
    return tuple(_parse(line) for line in lines)


def supported_pythons(root: str) -> tuple[str, ...]:
    """The versions of Python that the lock files are made for, such as `("3.11", "3.12")`."""
    prefix = "Programming Language :: Python :: 3."
    return tuple(
        line.rpartition(" ")[2] for line in read_project(root)["classifiers"] if line.startswith(prefix)
    )


def lacking(root: str, extra: str = "") -> list[str]:
    """What keeps the running interpreter from doing, a clause each; nothing is imported to find out."""
    found = []
    for requirement in requirements(root, extra):
        version = installed.version(requirement.distribution)
        if not (installed.is_whole(requirement.distribution) if version else _by_another(requirement)):
            found.append(f"{requirement.distribution} is not installed")
        elif version and _release(version) < requirement.minimum:
            oldest = ".".join(map(str, requirement.minimum))
            found.append(f"{requirement.distribution} {version} is older than {oldest}")
    return found


def _by_another(requirement: Requirement) -> bool:
    """Whether a distribution of another name brings the module, as tensorflow-cpu brings tensorflow."""
    return importlib.util.find_spec(re.sub("[-.]", "_", requirement.distribution)) is not None


def read_project(root: str) -> dict[str, Any]:
    """The table `project` of `pyproject.toml`."""
    path = os.path.join(root, "pyproject.toml")
    try:
        # A FIFO would block an ordinary open without end, and some devices have no end
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError("it is not a file")
            project: dict[str, Any] = tomllib.load(file)["project"]
            return project
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise UsageError(f"{path}: no readable project: {error}; restore it from the repository") from None


def _parse(line: str) -> Requirement:
    match = _REQUIREMENT.fullmatch(line)
    if match is None:
        raise UsageError(f"pyproject.toml: requirement {line!r}; allowed are 'name' and 'name>=1.2.3'")
    return Requirement(match[1], _release(match[2] or "0"))


def _release(version: str) -> tuple[int, ...]:
    match = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()
