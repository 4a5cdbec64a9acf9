"""`labreport new`: a project that builds at once, and what every command says in it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from wine import labreport


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project, built with a few seeds."""
    parent = tmp_path_factory.mktemp("new")
    made = labreport(parent, "new", "my-report")
    assert made.returncode == 0, made.stderr
    (command,) = re.findall("^  labreport (build .*?) *#", made.stdout, re.MULTILINE)
    built = labreport(parent, *shlex.split(command), "--seeds", "3")
    assert built.returncode == 0, built.stderr
    return parent / "my-report"


def test_a_new_project_builds_at_once_and_only_once(created: Path) -> None:
    """HTML, PDF and answers come out, with the folder's name as the title; then nothing is to be done."""
    assert (created / "report" / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "<h1>My report</h1>" in (created / "report" / "report.html").read_text()
    assert "Nothing to do" in labreport(created, "build", "--seeds", "3").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("status", "--seeds", "3"), "All is fresh"),
        (("verify",), "0 failed"),
        (("clean", "--dry-run"), "Nothing to remove"),
        (("why", "closer", "--seeds", "3"), "fresh"),
    ],
)
def test_every_command_works_in_a_new_project(created: Path, words: tuple[str, ...], says: str) -> None:
    """Each exits with 0 and says that all is well."""
    ran = labreport(created, *words)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert says in ran.stdout


def test_the_skeletons_own_template_is_the_one_that_is_used(created: Path) -> None:
    """The words of the first question are those of the template in the project."""
    assert "Each dot is a seed, each line the mean" in (created / "report" / "report.html").read_text()


def test_more_seeds_than_declared_are_told_in_the_report(created: Path, tmp_path: Path) -> None:
    """They may be a second look; of the declared number or fewer, as of recorded runs, nothing is said."""
    project = shutil.copytree(created, tmp_path / "my-report")
    told = "<b>Added seeds</b>"
    assert told not in (project / "report" / "report.html").read_text()
    declared = int(re.findall(r"seeds=(\d+)", (project / "project.py").read_text())[0])
    assert labreport(project, "build", "--seeds", str(declared + 1)).returncode == 0
    assert told in (project / "report" / "report.html").read_text()
    assert labreport(project, "build").returncode == 0
    assert told not in (project / "report" / "report.html").read_text()


@pytest.mark.parametrize(
    "name",
    [
        "v2.14 against v2.13",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("lab3", "week-48", "8-by-8", "Sixteen")),
    ],
)
def test_a_name_may_hold_numbers(tmp_path: Path, name: str) -> None:
    """It becomes the title, which states no finding; the page is built, and verified again."""
    assert labreport(tmp_path, "new", name).returncode == 0
    built = labreport(tmp_path, "build", "--project", name, "--seeds", "1")
    assert built.returncode == 0, built.stderr
    title = name[:1].upper() + name[1:].replace("-", " ")
    assert f"<h1>{title}</h1>" in (tmp_path / name / "report" / "report.html").read_text()
    verified = labreport(tmp_path, "verify", "--project", name, "--quick")
    assert verified.returncode == 0, verified.stdout


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    """Nothing is written over, and an empty folder may be filled."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    (tmp_path / "empty").mkdir()
    for name in ("full", "full/notes.txt", 'a"b'):
        refused = labreport(tmp_path, "new", name)
        assert refused.returncode == 2
        assert "\n" not in refused.stderr.strip()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
    assert labreport(tmp_path, "new", "empty").returncode == 0
    assert (tmp_path / "empty" / "project.py").is_file()


def test_the_installed_command_leaves_building_to_one_process(created: Path, tmp_path: Path) -> None:
    """Each worker's process runs the file of the command first, which must not build again and wait."""
    script = Path(__file__).parents[1] / "src" / "scripts" / "labreport"
    places = ("--project", str(created), "--output", str(tmp_path / "report"))
    command = [sys.executable, str(script), "build", "closer", "--seeds", "2", "--jobs", "2", *places]
    variables = {**os.environ, "PYTHONPATH": str(script.parents[1])}
    ran = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "Done in" in ran.stdout


def test_a_repository_gets_a_project_beside_its_files(tmp_path: Path) -> None:
    """`init` writes what `new` does, once, and replaces nothing; `new` names it for a folder with files."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "notes.txt").write_text("mine")
    assert f"init --project {tmp_path / 'old'}" in labreport(tmp_path, "new", str(tmp_path / "old")).stderr
    (tmp_path / "old" / "project.py").write_text("mine = 1\n")
    refused = labreport(tmp_path, "init", "--project", "old")
    assert (refused.returncode, "project.py is there and would be replaced" in refused.stderr) == (2, True)
    (tmp_path / "old" / "project.py").unlink()
    made = labreport(tmp_path / "old", "init")
    assert (made.returncode, " build   # make the report" in made.stdout) == (0, True)
    assert labreport(tmp_path, "new", "fresh").returncode == 0
    for name in ("project.py", "templates/questions/closer.html"):
        text = (tmp_path / "fresh" / name).read_text()
        assert (tmp_path / "old" / name).read_text() == text.replace('"Fresh"', '"Old"')
    assert (tmp_path / "old" / "notes.txt").read_text() == "mine"
    again = labreport(tmp_path, "init", "--project", "old")
    assert (again.returncode, "is a project already" in again.stderr) == (2, True)
    assert labreport(tmp_path / "old", "status").returncode == 1
