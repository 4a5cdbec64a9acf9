"""What one target changes of a global that another uses is refused, or it is a cache whose files count."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import labreport
from build.small import Small
from labreport.errors import LabReportError
from labreport.stale import find_dependencies, open_project

HEAD = """
import itertools, random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache, singledispatch, wraps
from pathlib import Path

import numpy as np
import pandas as pd

from labreport import Answer, Experiment, Fit, Project, number, question
"""
QUESTIONS = """
@question("first?")
def first():
    return Answer(value=number(float(one()), exact=True))


@question("second?")
def second():
    return Answer(value=number(float(two()), exact=True))


project = Project("P", (first, second))
"""
RUNS = """
@dataclass(frozen=True)
class Spec:
    size: int = 1


RUN = Experiment("run", Spec(), fit=fit)


@question("How much?", reads=RUN)
def much(results):
    return Answer(value=number(sum(results["run"].values("value")), exact=True))


project = Project("P", (much,), seeds=4)
"""
LAZY = """
class Data:
    text = None

    def value(self):
        if self.text is None:
            self.text = Path("a.txt").read_text()
        return float(self.text)
"""


def project_of(tmp_path: Path, body: str, tail: str = QUESTIONS) -> Small:
    """A project whose questions return what `one` and `two` do, beside a file `a.txt` with a number."""
    return Small(tmp_path, HEAD + dedent(body) + tail, a="1", b="1")


CACHES = {
    "a dictionary in another module, by a method": """
        import state
        def one():
            if "a" not in state.CACHE:
                state.CACHE.update({"a": Path("a.txt").read_text()})
            return state.CACHE["a"]
        two = one
        """,
    "an attribute of a class, by setattr": """
        import state
        def held():
            if state.Holder.data is None:
                setattr(state.Holder, "data", Path("a.txt").read_text())
            return state.Holder.data
        def one():
            return held()
        def two():
            return held()
        """,
    "an object that a cached function gives": f"""{LAZY}
@cache
def data():
    return Data()
def one():
    return data().value()
def two():
    return data().value()
""",
    "an object in a list": f"""{LAZY}
ALL = [Data()]
def one():
    return ALL[0].value()
def two():
    return ALL[0].value()
""",
    "a thread in a cached function": """
        def read(path):
            return float(Path(path).read_text())
        @cache
        def load():
            with ThreadPoolExecutor() as pool:
                return sum(pool.map(read, ["a.txt"]))
        def one():
            return load()
        def two():
            return load()
        """,
    "a full cache": """
        @lru_cache(maxsize=1)
        def load(path):
            return Path(path).read_text()
        def one():
            return load("a.txt")
        def two():
            return load("a.txt")
        """,
    "a decorator of one's own": """
        def kept(function):
            results = {}
            @wraps(function)
            def inner(*given):
                if given not in results:
                    results[given] = function(*given)
                return results[given]
            return inner
        @kept
        def load(path):
            return Path(path).read_text()
        def one():
            return load("a.txt")
        def two():
            return load("a.txt")
        """,
    "an attribute of a function": """
        def load():
            if not hasattr(load, "text"):
                load.text = Path("a.txt").read_text()
            return load.text
        def one():
            return load()
        def two():
            return load()
        """,
    "a dictionary of a module that only functions import": """
        def one():
            import late
            return late.load()
        def two():
            from late import load
            return load()
        """,
}
STATE = "CACHE = {}\n\n\nclass Holder:\n    data = None\n"
LATE = """
CACHE = {}
def load():
    if not CACHE:
        CACHE["a"] = open("a.txt").read()
    return CACHE["a"]
"""


@pytest.mark.parametrize("body", CACHES.values(), ids=CACHES)
def test_a_file_in_a_cache_counts_for_all_who_reach_it(body: str, tmp_path: Path) -> None:
    """Whatever holds it, and whoever fills it."""
    small = project_of(tmp_path, body)
    small.write("state.py", STATE)
    small.write("late.py", LATE)
    small.succeed("first", "second")
    small.write("a.txt", "5")
    assert "2 answers" in small.succeed("first", "second")


def test_a_file_that_another_opened_by_a_helper_does_not_count(tmp_path: Path) -> None:
    """Though a cache, which both use, was filled from a third file meanwhile."""
    body = """
        @cache
        def load():
            return Path("c.txt").read_text()
        def read(path):
            return float(Path(path).read_text()) + len(load())
        def one():
            return read("a.txt")
        def two():
            return read("b.txt")
        """
    small = project_of(tmp_path, body)
    small.write("c.txt", "3")
    small.succeed("first", "second")
    small.write("a.txt", "5")
    assert "1 answer" in small.succeed("first", "second")


def test_runs_of_one_worker_that_share_an_object_are_all_made_again(tmp_path: Path) -> None:
    """The object reads its file when it is first asked, by the first run of the worker."""
    body = f"""{LAZY}
def data(made={{}}):
    return made.setdefault("a", Data())
def fit(spec, seed):
    return Fit({{"value": data().value()}})
"""
    small = project_of(tmp_path, body, RUNS)
    build_in_processes(small)
    small.write("a.txt", "5")
    assert "data a.txt changed: 4 runs" in build_in_processes(small)


def build_in_processes(small: Small) -> str:
    """Build the answer with a worker that is a process of its own; what was printed."""
    command = [sys.executable, "-m", "labreport", "much", "--jobs", "1", "--project", str(small.toy.folder)]
    source = Path(labreport.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


CHANGES = {
    "a generator": ("rng", "rng = np.random.default_rng(7)", "rng.normal()", "rng.normal()"),
    "a generator that is read only": ("rng", "rng = random.Random(7)", "rng.random()", "len(rng.getstate())"),
    "a generator in a cached function": (
        "made",
        "@cache\ndef made():\n    return np.random.default_rng(7)",
        "made().normal()",
        "made().normal()",
    ),
    "an iterator": ("count", "count = itertools.count()", "next(count)", "next(count)"),
    "a list": ("seen", "seen = []", "seen.extend([1, 2]) or 2", "sum(seen)"),
    "a number": ("state", "class state:\n    calls = 1", "setattr(state, 'calls', 2) or 1", "state.calls"),
    "a table": (
        "table",
        "table = pd.DataFrame({'x': [1, 2]})",
        "table.insert(0, 'y', 1) or 1",
        "table.sum().sum()",
    ),
    "a large array": ("data", "data = np.zeros(2_000_000)", "data.fill(1) or 1", "data.sum()"),
    "a cache that is given as an argument": (
        "CACHE",
        "CACHE = {}\ndef load(kept):\n    return kept.setdefault('a', Path('a.txt').read_text())",
        "load(CACHE)",
        "load(CACHE)",
    ),
}


@pytest.mark.parametrize(("name", "made", "one", "two"), CHANGES.values(), ids=CHANGES)
def test_a_global_that_one_question_changes_and_another_uses_is_refused(
    name: str, made: str, one: str, two: str, tmp_path: Path
) -> None:
    """At the line of the question that changes it; what another computes of it is not stored either."""
    body = f"\n{made}\ndef one():\n    return {one}\ndef two():\n    return {two}\n"
    small = project_of(tmp_path, body)
    ended = small.run("first", "second")
    assert ended.code == 1
    assert (
        f"changes project:{name}, which question 'second' uses; make it inside the function" in ended.err
        or (name == "made" and f"question 'second' changes project:{name}" in ended.err)
    )
    assert not (small.toy.report / "cache/answer/second.json").exists()


def test_a_generator_that_runs_share_is_refused(tmp_path: Path) -> None:
    """Their numbers would depend on which worker made which; no run is stored."""
    body = """
        rng = np.random.default_rng(7)
        def fit(spec, seed):
            return Fit({"value": rng.normal()})
        """
    small = project_of(tmp_path, body, RUNS)
    ended = small.run("much")
    assert ended.code == 1
    text = (
        "experiment 'run': it changes project:rng, which another run of it uses; make it inside the function"
    )
    assert text in ended.err
    assert not small.runs()


HARMLESS = {
    "a generator of one question": """
        rng = np.random.default_rng(7)
        def one():
            return rng.normal()
        def two():
            return 1
        """,
    "a function for several types": """
        @singledispatch
        def size(value):
            return 1
        @size.register
        def _(value: str):
            return 2
        def one():
            return size(3)
        def two():
            return size("3") + size([])
        """,
    "what a library keeps": """
        import matplotlib
        COLOURS = matplotlib.colormaps["viridis"]
        GROUPS = pd.DataFrame({"x": [1, 2], "y": [3, 4]}).groupby("x")
        def one():
            return COLOURS(0.5)[0] + GROUPS.y.sum().sum()
        def two():
            return COLOURS(0.7)[0] + GROUPS.y.mean().sum() + len(GROUPS.groups)
        """,
    "tables that are read": """
        table = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
        table["z"] = 1.0
        def one():
            return table.groupby("x").y.sum().sum() + table.sort_values("y").x.iloc[0]
        def two():
            return table.describe().x["mean"] + table.merge(table).shape[0]
        """,
    "a cache with another entry for each": """
        CACHE = {}
        def load(name):
            if name not in CACHE:
                CACHE[name] = Path(name).read_text()
            return CACHE[name]
        def one():
            return load("a.txt")
        def two():
            return load("b.txt")
        """,
}


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_what_changes_no_number_of_another_is_no_error(body: str, tmp_path: Path) -> None:
    """A cache that grows, books that a library keeps, a generator that one question uses."""
    small = project_of(tmp_path, body)
    assert "2 answers" in small.succeed("first", "second")


def test_a_question_that_changes_a_global_is_not_made_twice_in_a_process(tmp_path: Path) -> None:
    """As it is for a preliminary page: its second number would not be that of a build from nothing."""
    small = project_of(tmp_path, HARMLESS["a generator of one question"])
    loaded = open_project(small.toy.folder)
    dependencies = find_dependencies(loaded, small.toy.report / "results")
    first, _ = loaded.project.questions
    with dependencies.observe(first) as observation:
        first.function()
        assert observation.file_hashes() == {}
    text = "question 'first' changes project:rng, and is made a second time by this build"
    with dependencies.observe(first) as observation, pytest.raises(LabReportError, match=text):
        observation.file_hashes()
