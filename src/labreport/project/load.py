"""Loading the one `Project` that a folder declares."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from labreport.errors import LabReportError, UsageError, raised_at, shown, told
from labreport.project.outline import Project


def located(folder: Path) -> tuple[str, Path]:
    """The module that declares a folder's project, and the folder from which it is imported.

    It is `project.py`, or what `[tool.labreport]` in `pyproject.toml` says: `project = "exercise.project"`,
    `source = "src"`. Raises `UsageError` where there is neither.
    """
    named = folder / "pyproject.toml"
    if named.is_file():
        settings = tomllib.loads(named.read_text(encoding="utf-8")).get("tool", {}).get("labreport", {})
        if "project" in settings:
            return settings["project"], (folder / settings.get("source", ".")).resolve()
    if not (folder / "project.py").is_file():
        raise UsageError(f"{shown(folder)}: no project.py; `labreport new` makes a project to begin with")
    return "project", folder.resolve()


def load_project(folder: str | Path) -> Project:
    """Import the module of a folder and return its project, with `module`, `folder` and `source` filled in.

    Raises `UsageError` where it declares none or several, or where its code raises.
    """
    folder = Path(folder).resolve()
    module, source = located(folder)
    if str(source) not in sys.path:
        sys.path.insert(0, str(source))
    try:
        loaded = import_module(module)
    except LabReportError:
        raise
    except SyntaxError as error:
        raise UsageError(f"{shown(error.filename or module)}:{error.lineno}: {error.msg}") from error
    except Exception as error:
        text = f"{type(error).__name__}: {error}".rstrip(": ")
        raise UsageError(told(raised_at(error), text)) from error
    found = list({id(each): each for each in vars(loaded).values() if isinstance(each, Project)}.values())
    if len(found) != 1:
        number = "no" if not found else str(len(found))
        raise UsageError(f"{shown(loaded.__file__ or module)}: {number} Project; it must declare one")
    return replace(found[0], module=module, folder=folder, source=source)
