"""Loading a project: its modules from their sources, with its folder as the working directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labreport.errors import working_in
from labreport.project import Project, load_project, locate_project
from labreport.stale.recorder import Recorder, recorded_variables, start_recording
from labreport.stale.sources import Sources, install


@dataclass(frozen=True)
class LoadedProject:
    """The project whose modules this process has, and who records what its code opens.

    A process has one: when another is loaded, the modules of this one are forgotten, and it records no more.
    """

    project: Project
    recorder: Recorder


def open_project(folder: str | Path) -> LoadedProject:
    """Load a folder's project, in the program and in each of its workers.

    What its code opens is recorded from now on. Raises `UsageError` as `load_project` does.
    """
    folder = Path(folder).resolve()
    _, root = locate_project(folder)
    sources = Sources(root, folder)
    install(sources)
    recorder = Recorder(sources)
    start_recording(recorder)
    with working_in(folder), recorded_variables():
        return LoadedProject(load_project(folder), recorder)


def module_files(project: Project) -> list[Path]:
    """The files of all modules of a project."""
    sources = Sources(project.source, project.folder)
    paths = map(sources.path, sources.modules())
    return [path for path in paths if path is not None]
