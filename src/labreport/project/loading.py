"""Find the module that declares a project, and import it."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from labreport.errors import LabReportError, UsageError, display_path, location_of, raised_at
from labreport.project.outline import Project


def locate_project(folder: Path) -> tuple[str, Path]:
    """The name of the module that declares a folder's project, and the folder from which it is imported.

    By default it is `project.py` in the folder. `[tool.labreport]` in `pyproject.toml` may name another:
    `project = "exercise.project"`, `source = "src"`. Raises `UsageError` if there is neither,
    and if `pyproject.toml` cannot be read.
    """
    configuration = folder / "pyproject.toml"
    if configuration.is_file():
        try:
            content = tomllib.loads(configuration.read_text(encoding="utf-8"))
        except ValueError as error:  # invalid TOML, or not UTF-8
            raise UsageError(str(error), location=display_path(configuration)) from error
        settings = content.get("tool", {}).get("labreport", {})
        if "project" in settings:
            source = folder / settings.get("source", ".")
            return settings["project"], source.resolve()
    if not (folder / "project.py").is_file():
        what = "no project.py; `labreport new` makes a project to begin with"
        raise UsageError(what, location=display_path(folder))
    return "project", folder.resolve()


def load_project(folder: str | Path) -> Project:
    """Import the project of a folder; its `module`, `folder` and `source` are filled in.

    Raises `UsageError` if the module declares no project or several, or if importing it fails.
    """
    folder = Path(folder).resolve()
    module, source = locate_project(folder)
    if str(source) not in sys.path:
        sys.path.insert(0, str(source))
    try:
        loaded = import_module(module)
    except LabReportError:
        raise
    except SyntaxError as error:
        raise UsageError(error.msg, location_of(error.filename or module, error.lineno or 1)) from error
    except Exception as error:
        text = f"{type(error).__name__}: {error}".rstrip(": ")
        raise UsageError(text, location=raised_at(error)) from error
    projects = {id(value): value for value in vars(loaded).values() if isinstance(value, Project)}
    if len(projects) != 1:
        location = display_path(loaded.__file__ or module)
        raise UsageError(f"{len(projects) or 'no'} Project; it must declare one", location=location)
    (project,) = projects.values()
    return replace(project, module=module, folder=folder, source=source)
