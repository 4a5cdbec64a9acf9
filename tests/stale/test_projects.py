"""An edit of a natural project makes stale what it changes, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from stale.cases import Case, read_cases
from stale.edits import changed_targets, edit_file, inputs_of, write_files

from labreport.plan import Plan
from labreport.stale import ENGINE, find_dependencies, open_project

HEAD = """
from dataclasses import dataclass, field
from functools import cache, cached_property, partial, wraps
from pathlib import Path
import numpy as np
from labreport import Experiment, Fit, Measure, Project, question, fact
"""
FIT = """
def fit(specification, seed):
    return Fit({"m": float(used())})
"""
ASKED = """
def asked():
    return 1
"""
TAIL = """
@dataclass(frozen=True)
class Spec:
    size: int = 1


R = Experiment("r", Spec(), fit=fit)


@question("What?", reads=R)
def q(results):
    return fact(asked(), "it is so")


project = Project("P", (q,), seeds=1)
"""
STALE = {"files": "r", "values": "r", "libraries": "r", "untold": "r", "same": "", "trial": ""}
"""What is stale after the edits of each text in `projects`, where they do not say it themselves."""
CASES = []
for group, stale in STALE.items():
    for case in read_cases(group, "project.py"):
        CASES.append(pytest.param(case, stale, id=f"{group}: {case}"))


def project(body: str) -> str:
    """A project in which `used()` is called by the run `r`, and `asked()` by the answer `q`."""
    if "project = " in body:
        return body
    fit = "" if "fit =" in body else FIT
    asked = "" if "def asked" in body else ASKED
    return HEAD + body + fit + asked + TAIL


@pytest.mark.parametrize(("case", "stale"), CASES)
def test_an_edit_makes_stale_what_it_changes_and_nothing_else(case: Case, stale: str, tmp_path: Path) -> None:
    """However a value is made, a name is bound and a module is reached."""
    write_files(tmp_path, {**case.files, "project.py": project(case.files["project.py"])})
    before = inputs_of(tmp_path)
    edit_file(tmp_path / case.file, case.old, case.new)
    expected = stale if case.stale is None else case.stale
    assert changed_targets(before, inputs_of(tmp_path)) == set(expected.split())


def test_two_methods_of_unlike_objects_share_no_runs(tmp_path: Path) -> None:
    """Though the experiments have one specification; two of equal objects share them."""
    body = """
class Trainer:
    def __init__(self, rate):
        self.rate = rate
    def fit(self, spec, seed):
        return Fit({"m": self.rate})
fit = Trainer(2).fit
"""
    rates = {"s": 3, "t": 2, "u": 2}
    made = [f"Experiment({name!r}, Spec(), fit=Trainer({rate}).fit)" for name, rate in rates.items()]
    text = project(body).replace("seeds=1", f"experiments=({', '.join(made)}), seeds=1")
    write_files(tmp_path, {"project.py": text})
    inputs = inputs_of(tmp_path)
    assert inputs["t"] == inputs["u"] != inputs["s"]


def test_a_large_array_counts_by_its_values_not_by_its_statement(tmp_path: Path) -> None:
    """Another statement for equal values makes nothing stale."""
    body = "\nDATA = np.arange(300_000) * 1.0\nDATA[200_000] = 70\n\n\ndef used():\n    return DATA.sum()\n"
    write_files(tmp_path, {"project.py": project(body)})
    before = inputs_of(tmp_path)
    edit_file(tmp_path / "project.py", "np.arange(300_000) * 1.0", "np.arange(300_000) / 1.0")
    assert changed_targets(before, inputs_of(tmp_path)) == set()
    edit_file(tmp_path / "project.py", "= 70", "= 71")
    assert changed_targets(before, inputs_of(tmp_path)) == {"r"}


@pytest.mark.parametrize("variable", ["LIMIT_OF_TEST", "LOADER_THREADS"])
def test_a_variable_of_the_environment_counts_for_a_function_that_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Whether it is set or not; not for any other function."""
    body = f"\nimport os\n\n\ndef used():\n    return int(os.environ.get({variable!r}, '7'))\n"
    write_files(tmp_path, {"project.py": project(body)})
    without = inputs_of(tmp_path)
    monkeypatch.setenv(variable, "8")
    first = inputs_of(tmp_path)
    monkeypatch.setenv(variable, "9")
    assert changed_targets(without, first) == {"r"}
    assert changed_targets(first, inputs_of(tmp_path)) == {"r"}


def test_another_engine_makes_everything_but_runs_again(tmp_path: Path) -> None:
    """Answers, figures, sections and documents rest on its files."""
    write_files(tmp_path, {"project.py": project("def used():\n    return 1\n")})
    dependencies = find_dependencies(open_project(tmp_path), tmp_path / "report" / "results")
    plan = Plan(dependencies, tmp_path / "report")
    assert {target.kind for target in plan.targets if target.inputs(plan)["engine"] == str(ENGINE)} == {"run"}
