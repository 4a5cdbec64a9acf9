"""Values that differ from process to process: found, told, and counted by the statements that make them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stale.edits import edit_file, write_files

from labreport.errors import UsageError
from labreport.stale import Dependencies, load, unstable
from labreport.stale.unstable import FILE, read_known

PROJECT = """
import os, random, socket, time, uuid
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from labreport import Experiment, Fit, Project

SCALE = 7
{value}


@dataclass(frozen=True)
class Spec:
    size: int = 1


def fit(specification, seed):
    return Fit({{"m": {used}}})


project = Project("P", experiments=(Experiment("r", Spec(), fit=fit),), seeds=1)
"""
VALUES = {
    "the clock": ("VALUE = time.time() + 70", "VALUE"),
    "an unseeded generator": ("VALUE = np.random.default_rng().normal(70)", "VALUE"),
    "the order of a set": ("VALUE = list({str(i) for i in range(70)})", "len(VALUE)"),
    "a file with the clock": (
        "VALUE = (time.time(), Path(__file__).with_name('x.txt').read_text())",
        "float(VALUE[1])",
    ),
    "an object with a random name": (
        "class A:\n    def __init__(self, n):\n        self.name, self.n = uuid.uuid4(), n\nVALUE = A(70)",
        "VALUE.n",
    ),
    "a default": ("def used(now=time.time(), n=70):\n    return n", "used()"),
    "what rests on another": ("START = time.time()\nVALUE = START + SCALE", "VALUE"),
    "a process number in a class": ("class A:\n    pid = os.getpid()\n    n = 70", "A.n"),
}
EDITED = {"a file with the clock": ("x.txt", "70"), "what rests on another": ("project.py", "SCALE = 7")}


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """One other process is enough for what is tested here."""
    monkeypatch.setattr(unstable, "_HASH_SEEDS", ("1",))


def write(folder: Path, name: str) -> None:
    """Write the project with one of the values."""
    value, used = VALUES[name]
    write_files(folder, {"project.py": PROJECT.format(value=value, used=used), "x.txt": "70"})
    (folder / "report").mkdir(exist_ok=True)


def opened(folder: Path) -> Dependencies:
    """The project as the next build sees it."""
    return Dependencies(load(folder), folder / "report" / "results")


def inputs(ingredients: Dependencies) -> dict[str, str]:
    """What the run is made of."""
    return ingredients.run_inputs(ingredients.project.all_experiments[0], 0)


@pytest.mark.parametrize("name", VALUES)
def test_what_differs_in_every_process_counts_by_its_statements(name: str, tmp_path: Path) -> None:
    """It is told once, equal in the next build, and changed by an edit of what makes it."""
    write(tmp_path, name)
    first = opened(tmp_path)
    assert [notice for notice in first.notices if "differs from process to process" in notice]
    before = inputs(first)
    second = opened(tmp_path)
    assert second.notices == []
    assert inputs(second) == before
    file, old = EDITED.get(name, ("project.py", "70"))
    edit_file(tmp_path / file, old, old.replace("7", "8"))
    assert inputs(opened(tmp_path)) != before


def test_values_that_are_equal_everywhere_are_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit of a function asks for nothing; a new value does; what is known is kept with the results."""
    text = PROJECT.format(value="VALUE = sorted({1, 2})", used="VALUE[0]")
    write_files(tmp_path, {"project.py": text})
    (tmp_path / "report").mkdir()
    assert opened(tmp_path).notices == []
    stable, varying = read_known(tmp_path / "report" / "results")
    assert "value project:VALUE" in stable
    assert varying == set()
    asked = list[Path]()

    def ask(folder: Path, _: object) -> list[dict[str, str]]:
        asked.append(folder)
        return []

    monkeypatch.setattr(unstable, "digests_elsewhere", ask)
    edit_file(tmp_path / "project.py", '"m": ', '"m": 2 * ')
    opened(tmp_path)
    assert asked == []
    edit_file(tmp_path / "project.py", "{1, 2}", "{1, 3}")
    opened(tmp_path)
    assert asked == [tmp_path]


def test_a_project_of_constants_needs_no_other_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imports, definitions, numbers and texts, and what the engine makes of them."""
    monkeypatch.setattr(unstable, "digests_elsewhere", None)
    write_files(tmp_path, {"project.py": PROJECT.format(value="VALUE = (1, 'a', -2.5)", used="VALUE[0]")})
    (tmp_path / "report").mkdir()
    assert "value project:VALUE" in inputs(opened(tmp_path))


def test_a_damaged_file_of_what_is_known_is_made_again(tmp_path: Path) -> None:
    """With the same values in it."""
    write(tmp_path, "the order of a set")
    before = inputs(opened(tmp_path))
    path = tmp_path / "report" / "results" / FILE
    path.write_text("{")
    assert inputs(opened(tmp_path)) == before
    assert json.loads(path.read_text())["unstable"] == ["value project:VALUE"]


def test_an_open_socket_counts_by_its_statement(tmp_path: Path) -> None:
    """If it is used; an edit of another line makes nothing stale."""
    write_files(
        tmp_path, {"project.py": PROJECT.format(value="VALUE = socket.socket()", used="VALUE.family")}
    )
    (tmp_path / "report").mkdir()
    before = inputs(opened(tmp_path))
    edit_file(tmp_path / "project.py", "SCALE = 7", "SCALE = 8")
    assert inputs(opened(tmp_path)) == before
    edit_file(tmp_path / "project.py", "socket.socket()", "socket.socket(type=socket.SOCK_DGRAM)")
    assert inputs(opened(tmp_path)) != before


def test_a_socket_that_no_statement_makes_is_an_error_if_it_is_used(tmp_path: Path) -> None:
    """With its name and the module."""
    value = "globals()['VAL' + 'UE'] = socket.socket()"
    write_files(tmp_path, {"project.py": PROJECT.format(value=value, used="VALUE.family")})
    with pytest.raises(UsageError, match=r"project\.py:.*VALUE: .* make it inside the function"):
        opened(tmp_path)
    edit_file(tmp_path / "project.py", "VALUE.family", "1")
    assert opened(tmp_path)


def test_what_runs_an_experiment_must_have_a_name_if_it_differs(tmp_path: Path) -> None:
    """No statement of its own makes it."""
    value = "class Trainer:\n    def __init__(self):\n        self.at = time.time()\n    fit = lambda *_: 1"
    text = PROJECT.format(value=value, used="1").replace("fit=fit)", "fit=Trainer().fit)")
    write_files(tmp_path, {"project.py": text})
    (tmp_path / "report").mkdir()
    with pytest.raises(UsageError, match=r"project\.py:.*'r'.* differs from process to process; bind it"):
        opened(tmp_path)
