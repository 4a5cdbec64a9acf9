"""Values that differ from process to process: found, told, and counted by the statements that make them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stale.edits import edit_file, inputs_of, write_files

from labreport.errors import UsageError
from labreport.stale import Dependencies, find_dependencies, open_project, unstable
from labreport.stale.unstable import KNOWN_VALUES, KnownValues

PROJECT = """
import os, random, socket, time, uuid
from dataclasses import dataclass
from pathlib import Path
from labreport import Experiment, Fit, Project

SCALE = 7
{body}


@dataclass(frozen=True)
class Spec:
    size: int = 1


def fit(specification, seed):
    return Fit({{"m": {used}}})


project = Project("P", experiments=(Experiment("r", Spec(), fit=fit),), seeds=1)
"""
VARYING = """
import random, time, uuid, os
from dataclasses import dataclass
from pathlib import Path
from labreport import Experiment, Project

CLOCK = time.time() + 70
RANDOM = random.Random().random() + 71
ORDER = list({str(i) for i in range(72)})
FILE = (time.time(), Path(__file__).with_name("x.txt").read_text())
START = time.time()
SCALE = 74
LATER = START + SCALE

class Named:
    def __init__(self, n):
        self.name, self.n = uuid.uuid4(), n

OBJECT = Named(75)

class Process:
    number = os.getpid()
    n = 76

def default(now=time.time(), n=77):
    return n

def the_clock(s, seed): return CLOCK
def an_unseeded_generator(s, seed): return RANDOM
def the_order_of_a_set(s, seed): return ORDER
def a_file_with_the_clock(s, seed): return FILE
def what_rests_on_another(s, seed): return LATER
def an_object_with_a_random_name(s, seed): return OBJECT.n
def a_process_number_in_a_class(s, seed): return Process.n
def a_default(s, seed): return default()

@dataclass(frozen=True)
class Spec:
    size: int = 1

FITS = (
    the_clock, an_unseeded_generator, the_order_of_a_set, a_file_with_the_clock, what_rests_on_another,
    an_object_with_a_random_name, a_process_number_in_a_class, a_default,
)
EXPERIMENTS = tuple(Experiment(fit.__name__, Spec(), fit=fit) for fit in FITS)
project = Project("P", experiments=EXPERIMENTS, seeds=1)
"""
EDITS = {"project.py": ("70", "71", "72", "74", "75", "76", "77"), "x.txt": ("73",)}
"""A number behind each of the values."""


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """One other process is enough for what is tested here."""
    monkeypatch.setattr(unstable, "_HASH_SEEDS", ("1",))


def opened(folder: Path) -> Dependencies:
    """The project as the next build sees it; values are compared where there is a folder for the report."""
    return find_dependencies(open_project(folder), folder / "report" / "results")


def inputs(ingredients: Dependencies) -> dict[str, dict[str, str]]:
    """What each run is made of."""
    return {run.name: ingredients.run_inputs(run, 0) for run in ingredients.project.all_experiments}


def test_what_differs_in_every_process_counts_by_its_statements(tmp_path: Path) -> None:
    """It is told once, equal in the next build, and changed by an edit of what makes it."""
    write_files(tmp_path, {"project.py": VARYING, "x.txt": "73", "report/.labreport": ""})
    first = opened(tmp_path)
    varying = {notice.split()[2] for notice in first.notices if "differs from process to process" in notice}
    names = ("CLOCK", "RANDOM", "ORDER", "FILE", "START", "LATER", "OBJECT", "Process", "default")
    assert varying == {f"project:{name}" for name in names}
    before = inputs(first)
    second = opened(tmp_path)
    assert second.notices == []
    assert inputs(second) == before
    known_values = tmp_path / "report" / "results" / KNOWN_VALUES
    known_values.write_text("{")  # a damaged file is made again
    assert inputs(opened(tmp_path)) == before
    assert "value project:ORDER" in json.loads(known_values.read_text())["unstable"]
    for file, numbers in EDITS.items():
        for number in numbers:
            edit_file(tmp_path / file, number, f"{number}0")
    after = inputs(opened(tmp_path))
    assert {name for name in before if before[name] == after[name]} == set()


def test_values_that_are_equal_everywhere_are_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit of a function asks for nothing; a new value does; what is known is kept with the results."""
    text = PROJECT.format(body="VALUE = sorted({1, 2})", used="VALUE[0]")
    write_files(tmp_path, {"project.py": text, "report/.labreport": ""})
    assert opened(tmp_path).notices == []
    known_values = KnownValues.read(tmp_path / "report" / "results")
    assert "value project:VALUE" in known_values.stable
    assert known_values.unstable == set()
    folders_asked = list[Path]()

    def ask(folder: Path, _: object) -> list[dict[str, str]]:
        folders_asked.append(folder)
        return []

    monkeypatch.setattr(unstable, "hashes_elsewhere", ask)
    edit_file(tmp_path / "project.py", '"m": ', '"m": 2 * ')
    opened(tmp_path)
    assert folders_asked == []
    edit_file(tmp_path / "project.py", "{1, 2}", "{1, 3}")
    opened(tmp_path)
    assert folders_asked == [tmp_path]


CLOCK = """
@dataclass
class Clock:
    @property
    def now(self):
        return time.time()

    def __add__(self, other):
        return time.time()

    def __iter__(self):
        yield time.time()

MADE = Clock()
NOW = MADE.now
SUM = MADE + 1
(FIRST,) = MADE
"""


def test_the_clock_behind_an_attribute_an_operator_or_an_iteration_differs(tmp_path: Path) -> None:
    """Though no call of the module says so."""
    text = PROJECT.format(body=CLOCK, used="NOW + SUM + FIRST")
    write_files(tmp_path, {"project.py": text, "report/.labreport": ""})
    varying = {notice.split()[2] for notice in opened(tmp_path).notices}
    assert varying == {f"project:{name}" for name in ("NOW", "SUM", "FIRST")}


ENCLOSED = """
import time
from labreport import Answer, Project, number, question

def made(now):
    @question("When?")
    def when():
        return Answer(now=number(now, exact=True))
    return when

project = Project("Clock", (made(time.time()),))
"""


def test_a_question_that_encloses_the_clock_is_said_to_be_made_again(tmp_path: Path) -> None:
    """No line stands for what it encloses, so that it is never fresh."""
    write_files(tmp_path, {"project.py": ENCLOSED, "report/.labreport": ""})
    (notice,) = opened(tmp_path).notices
    assert notice.startswith(
        "question 'when' differs from process to process; it is made again by every build"
    )


def test_an_open_socket_counts_by_its_statement(tmp_path: Path) -> None:
    """If it is used; an edit of another line makes nothing stale."""
    text = PROJECT.format(body="VALUE = socket.socket()", used="VALUE.family")
    write_files(tmp_path, {"project.py": text})
    before = inputs_of(tmp_path)
    edit_file(tmp_path / "project.py", "SCALE = 7", "SCALE = 8")
    assert inputs_of(tmp_path) == before
    edit_file(tmp_path / "project.py", "socket.socket()", "socket.socket(type=socket.SOCK_DGRAM)")
    assert inputs_of(tmp_path) != before


def test_a_socket_that_no_statement_makes_is_an_error_if_it_is_used(tmp_path: Path) -> None:
    """With its name and the module."""
    body = "globals()['VAL' + 'UE'] = socket.socket()"
    write_files(tmp_path, {"project.py": PROJECT.format(body=body, used="VALUE.family")})
    with pytest.raises(UsageError, match=r"project\.py:.*VALUE: .* make it inside the function"):
        inputs_of(tmp_path)
    edit_file(tmp_path / "project.py", "VALUE.family", "1")
    assert inputs_of(tmp_path)


def test_what_runs_an_experiment_must_have_a_name_if_it_differs(tmp_path: Path) -> None:
    """No statement of its own makes it."""
    body = "class Trainer:\n    def __init__(self):\n        self.at = time.time()\n    fit = lambda *_: 1"
    text = PROJECT.format(body=body, used="1").replace("fit=fit)", "fit=Trainer().fit)")
    write_files(tmp_path, {"project.py": text, "report/.labreport": ""})
    with pytest.raises(UsageError, match=r"project\.py:.*'r'.* differs from process to process; bind it"):
        opened(tmp_path)
