"""What is edited while a build runs is not kept under the key of what was planned, even if it is undone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from program import Program
from standin_nodes import ANSWERS, TRAINING

PROJECT, FIGURES = "src/exercise/project.py", "src/exercise/figures.py"
WALKS = "src/exercise/walks.py"
DATA, TEMPLATE = "src/exercise/data/target.txt", "templates/questions/measured.better.html"
EDIT = "__import__('os').system(__import__('os').environ.get('EDIT', 'true'))"
"""Edits a file, or whatever the variable says, without an event that the program could see."""
PLACES = {
    "loaded": (PROJECT, "PROJECT =", f"{EDIT}\n\nPROJECT ="),
    "planned": (
        PROJECT,
        "PROJECT =",
        f"def cost(walk: object) -> int:\n    {EDIT}\n    return 1\n\nPROJECT =",
    ),
    "answering": (ANSWERS, 'in the end."""\n', f'in the end."""\n    {EDIT}\n'),
}
"""When a file is edited: as the project is loaded, after the plan is made, while an answer is computed."""


def checkout(folder: Path, when: str) -> Program:
    """A checkout without a report, whose project edits itself then."""
    program = Program.fresh(folder)
    name, old, new = PLACES[when]
    program.edit(name, old, new)
    program.edit(PROJECT, "outline=OUTLINE,", 'outline=OUTLINE, cost="exercise.project:cost",')
    if when != "planned":
        program.edit(PROJECT, "PROJECT =", "def cost(walk: object) -> int:\n    return 1\n\nPROJECT =")
    return program


def said(program: Program) -> Any:
    """All that the report says."""
    found = json.loads((program.folder / "report/answers.json").read_bytes())
    return [found["questions"], (program.folder / "report/report.html").read_text().count("edited by hand")]


@pytest.mark.parametrize(
    ("when", "name", "old", "new", "undone"),
    [
        ("planned", TRAINING, "1.2", "1.3", True),
        ("answering", ANSWERS, "statistics.mean", "statistics.median", False),
        pytest.param("planned", WALKS, ".*", "def (", True, marks=pytest.mark.slow),
        pytest.param("loaded", TRAINING, "1.2", "1.3", False, marks=pytest.mark.slow),
        pytest.param("planned", TRAINING, "1.2", "1.3", False, marks=pytest.mark.slow),
        pytest.param("planned", DATA, "[0-9]", "9", True, marks=pytest.mark.slow),
        pytest.param("answering", FIGURES, "2.4", "2.6", True, marks=pytest.mark.slow),
        pytest.param("answering", TEMPLATE, "seed by seed", "edited by hand", False, marks=pytest.mark.slow),
    ],
)
def test_a_build_keeps_nothing_of_an_edit_meanwhile(
    tmp_path: Path, when: str, name: str, old: str, new: str, undone: bool
) -> None:
    """It says in one line what was edited; the same command then makes what a build from nothing makes."""
    program = checkout(tmp_path / "checkout", when)
    path = program.folder / name
    before = path.read_bytes()
    edit = f"sed -i 's/{old}/{new}/' {path}"
    first = program.run("--seeds", "1", environment={"EDIT": edit}, cold=True)
    assert path.read_bytes() != before
    if first.code:
        told = first.err.splitlines()
        assert len(told) == 1, first.err
        assert "was edited while the build ran" in told[0]
        assert Path(name).name in told[0]
    if undone:
        path.write_bytes(before)
    assert first.code or undone or when == "loaded", "the report is not of what the files say"
    program.run("--seeds", "1")
    assert set(program.plan("--seeds", "1").values()) == {"fresh"}
    clean = Program(program.folder).copy(tmp_path / "clean")
    for part in ("ledger.json", "results", "cache", "answers.json"):
        found = clean.folder / "report" / part
        shutil.rmtree(found) if found.is_dir() else found.unlink()
    assert clean.run("--seeds", "1").code == 0
    assert said(program) == said(clean)
