"""The folder in which the program is started has no part in what it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Program

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
