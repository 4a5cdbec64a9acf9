"""The engine, installed like any package, serves a project in a folder that holds nothing of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from standin.checkout import ROOT, STANDIN

DRIVER = "import sys; from labreport.commands import main; sys.exit(main(sys.argv[2:], sys.argv[1]))"


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """A folder of installed packages that holds the engine."""
    folder = tmp_path / "lib" / "site-packages"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "labreport", folder / "labreport", ignore=ignored)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The stand-in exercise, by itself."""
    folder = tmp_path / "project"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(STANDIN / "exercise", folder / "src" / "exercise", ignore=ignored)
    shutil.copytree(STANDIN / "templates", folder / "templates")
    declared = '[tool.labreport]\nproject = "exercise.project"\nsource = "src"\n'
    (folder / "pyproject.toml").write_text(declared)
    return folder


def run(engine: Path, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program in `project`, with the engine on the import path."""
    path = os.pathsep.join(filter(None, (str(engine), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-P", "-c", DRIVER, str(project), *arguments]
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, timeout=300)


def stale(engine: Path, project: Path) -> set[str]:
    """What a build would make."""
    nodes = json.loads(run(engine, project, "status", "--json").stdout)["nodes"]
    return {node["name"] for node in nodes if node["state"] != "fresh"}


@pytest.mark.slow
def test_an_installed_engine_builds_and_follows_its_own_files(engine: Path, project: Path) -> None:
    """A report comes out, then nothing is stale, and an edit of engine or project makes something so."""
    built = run(engine, project)
    assert built.returncode == 0, built.stderr
    assert (project / "report" / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert stale(engine, project) == set()
    style = engine / "labreport" / "frame" / "styles" / "pages.css"
    style.write_text(style.read_text() + "h1 { letter-spacing: 1pt }\n")
    assert "document/pdf" in stale(engine, project)
    figures = project / "src" / "exercise" / "figures.py"
    figures.write_text(figures.read_text().replace("2.4", "2.6"))
    assert "figure/curves" in stale(engine, project)
