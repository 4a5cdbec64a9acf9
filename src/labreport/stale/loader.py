"""Loading a project: its modules from their sources, with its folder as the working directory."""

from __future__ import annotations

from pathlib import Path

from labreport.errors import working_in
from labreport.project import Project, load_project, locate_project
from labreport.stale.observed import Recorder, hearing_variables, recording, start_recording
from labreport.stale.sources import Sources, install


def open_project(folder: str | Path) -> Project:
    """Load a folder's project, in the program and in each of its workers.

    What its code opens is noted from now on. Raises `UsageError` as `load_project` does.
    """
    folder = Path(folder).resolve()
    _, root = locate_project(folder)
    sources = Sources(root, folder)
    install(sources)
    recorder = start_recording(sources)
    with working_in(folder), hearing_variables(recorder):
        return load_project(folder)


def recorder_of(project: Project) -> Recorder:
    """Who hears what the code of a project opens, since it was loaded."""
    recorder = recording()
    if recorder is None or recorder.sources.folder != project.folder:
        recorder = start_recording(Sources(project.source, project.folder))
    return recorder


def module_files(project: Project) -> list[Path]:
    """The files of all modules of a project."""
    sources = recorder_of(project).sources
    paths = map(sources.path, sources.modules())
    return [path for path in paths if path is not None]
