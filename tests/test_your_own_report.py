"""`docs/your-own-report.md`: every command is run, every snippet is the example's or is put into it."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path

from wine import ROOT, labreport

from labreport.locate import find_project

PAGE = (ROOT / "docs" / "your-own-report.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
NOT_RUN = ("python -m venv", ". environment", "pip install ./labreport", "cd labreport/examples/wine")
"""Commands that the tests' environment stands for; `test_clean_clone.py` runs them all."""


def test_every_command_and_snippet_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    """In order, in a copy of the example: commands print what is shown, `…` being anything."""
    wine = tmp_path / "wine"
    shutil.copytree(ROOT / "examples" / "wine", wine, ignore=shutil.ignore_patterns("report", "__pycache__"))
    project = wine / "project.py"
    for kind, text in BLOCKS:
        if kind == "console":
            for command, expected in commands(text):
                run(wine, command, expected)
        elif kind == "html":
            (wine / "templates" / "questions").mkdir(parents=True)
            (wine / "templates" / "questions" / "best.html").write_text(text)
        elif kind == "python" and not text.startswith("from "):
            missing = [line for line in text.splitlines() if line.strip() and line not in project.read_text()]
            assert [] == missing, "the page shows what examples/wine does not have"
        elif kind == "python":
            source = project.read_text().replace("best, data,", "best, guessing, data,")
            before, mark, after = source.partition("project = Project(")
            project.write_text(f"{before}{text}\n\n{mark}{after}")
    run(wine, "labreport build --seeds 2", ["Done in …"])
    html = (wine / "report" / "report.html").read_text()
    assert "Is the tree better than guessing?" in html
    assert "Each dot is a seed." in html


def test_the_declaration_of_a_package_is_one_that_is_found(tmp_path: Path) -> None:
    """The table in the page names a module that exists where it says."""
    (text,) = (text for kind, text in BLOCKS if kind == "toml")
    table = tomllib.loads(text)["tool"]["labreport"]
    module = (tmp_path / table["source"]).joinpath(*table["project"].split("."))
    module.parent.mkdir(parents=True)
    module.with_suffix(".py").touch()
    (tmp_path / "pyproject.toml").write_text(text)
    assert find_project(tmp_path).module == "wine.project"


def test_the_page_names_only_what_can_be_imported() -> None:
    """Every builder of the table is part of the authors' interface."""
    import labreport as engine

    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    named = {name for line in rows for name in re.findall(r"`(\w+)`", line)}
    assert len(named) == 10
    assert named <= set(dir(engine))


def commands(text: str) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines that it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def run(folder: Path, command: str, expected: list[str]) -> None:
    """Run one command, which must succeed and print the lines in order."""
    if command.startswith(NOT_RUN):
        return
    program, *arguments = shlex.split(command)
    assert program == "labreport"
    ran = labreport(folder, *arguments)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    printed = " ".join(ran.stdout.split())
    for line in expected:
        pattern = ".*".join(map(re.escape, " ".join(line.split()).split("…")))
        assert re.search(pattern, printed), f"{command}: {line!r} is not in {ran.stdout!r}"
