"""Load a project from its source files, with its folder as working directory, and record what it opens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labreport.errors import working_in
from labreport.project import Project, load_project, locate_project
from labreport.stale.hooks import recorded_variables, start_recording
from labreport.stale.modules import ProjectModules, install
from labreport.stale.recorder import Recorder


@dataclass(frozen=True)
class LoadedProject:
    """The project that is loaded in this process, and the recorder of the files that its code opens.

    A process has one at a time. Loading another removes the modules of this one, and ends its recorder.
    """

    project: Project
    recorder: Recorder


def open_project(folder: str | Path) -> LoadedProject:
    """Load the project of a folder, and record from now on what its code opens.

    Raises `UsageError` as `load_project` does.
    """
    folder = Path(folder).resolve()
    _, root = locate_project(folder)
    project_modules = ProjectModules(root, folder)
    install(project_modules)
    recorder = Recorder(project_modules)
    start_recording(recorder)
    with working_in(folder), recorded_variables(recorder):
        return LoadedProject(load_project(folder), recorder)


def module_files(project: Project) -> list[Path]:
    """The files of all modules of a project."""
    project_modules = ProjectModules(project.source, project.folder)
    paths = map(project_modules.path, project_modules.names())
    return [path for path in paths if path is not None]
