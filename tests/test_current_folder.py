"""Neither the folder in which the program is started nor that of the engine has a part in what is run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Program
from standin.checkout import ROOT, STANDIN

from labreport.audit import lint_templates
from labreport.errors import UsageError
from labreport.execute.session import load_project
from labreport.frame import Lookup
from labreport.locate import find_project
from labreport.recorded.raw import below, content
from labreport.store.files import shown


def test_a_module_in_the_current_folder_is_not_run(tmp_path: Path) -> None:
    """Nor one beside the front door: neither by the program nor by the processes that it starts."""
    program = Program.typeset().copy(tmp_path / "checkout")
    program.edit("src/exercise/catalogue.py", "Walk(0.25)", "Walk(0.26)")
    mark = tmp_path / "was-run"
    for folder in (program.folder, program.folder.parent):
        for name in ("multiprocessing", "json", "weasyprint", "tempfile"):
            (folder / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')\n")
    ran = program.run("--seeds", "1", cold=True)
    assert not mark.exists()
    assert ran.code == 0, ran.err
    assert {"result/beta#0", "document/pdf"} <= ran.made


def _refused(action: Callable[[Path], object], project: Path) -> str:
    try:
        return str(action(project))
    except UsageError as error:
        return str(error)


def _read(project: Path) -> bytes:
    with below(project):
        return content(project, "runs.csv")


def _declared(project: Path) -> None:
    (project / "odd").mkdir()
    (project / "odd" / "pyproject.toml").write_text("[tool.labreport]\nprojct = 3\n")
    find_project(project / "odd")


@pytest.mark.parametrize("folder", ["mine", ".", "elsewhere"])
@pytest.mark.parametrize(
    ("action", "file"),
    [
        (lambda project: load_project(find_project(project)), "project.py:2: "),
        (lambda project: lint_templates(project / "templates")[0], "templates/one.html:2: "),
        (lambda project: Lookup(project / "templates").shown("two.html"), "templates/two.html"),
        (lambda project: shown(project / "report" / "answers.json"), "report/answers.json"),
        (_read, "runs.csv: "),
        (_declared, "odd/pyproject.toml:2: "),
    ],
)
def test_every_message_names_a_file_so_that_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: Callable[[Path], object], file: str, folder: str
) -> None:
    """From the current folder where it is below that, and in full elsewhere, whoever says it."""
    for name in ("mine/templates", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "mine" / "project.py").write_text("import labreport\nlabreport.Experiment('a', 3)\n")
    (tmp_path / "mine" / "templates" / "one.html").write_text("\nabout 97 %")
    monkeypatch.chdir(tmp_path / folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "project", raising=False)
    before = {"mine": "", ".": "mine/", "elsewhere": f"{tmp_path}/mine/"}[folder]
    assert _refused(action, tmp_path / "mine").startswith(f"{before}{file}")


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
