"""Which files count for a target: those that were opened for it, by itself or by what keeps them."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from stale.edits import write_files

from labreport.errors import LabReportError
from labreport.stale import Dependencies, find_dependencies, open_project
from labreport.stale.modules import ProjectModules
from labreport.stale.recorder import Recorder

PROJECT = """
import glob, json, os, sqlite3, subprocess, tempfile
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd

from labreport import Experiment, Fit, Project

HERE = Path(__file__).parent
KEPT = {}
LATE = None


@dataclass(frozen=True)
class Spec:
    n: int = 1


def by_name():
    return Path("a.txt").read_text()

def by_pandas():
    return pd.read_csv(HERE / "t.csv")

def by_numpy():
    return np.loadtxt("a.txt")

@cache
def load_cached():
    return pd.read_csv("c.csv")

def cached_first():
    return load_cached()

def cached_second():
    return load_cached().sum()

def by_hand():
    if "d" not in KEPT:
        KEPT["d"] = (HERE / "d.txt").read_text()
    return KEPT["d"]

def by_hand_again():
    return by_hand()

def in_global():
    global LATE
    if LATE is None:
        LATE = Path("e.txt").read_text()
    return LATE

def in_global_again():
    return in_global()

class Loader:
    def __init__(self):
        self.data = None

    def load(self):
        if self.data is None:
            self.data = np.load("f.npy")
        return self.data

    @cached_property
    def notes(self):
        return Path("g.txt").read_text()

LOADER = Loader()

def by_object():
    return LOADER.load()

def by_object_again():
    return LOADER.load()

def by_property():
    return LOADER.notes

def by_property_again():
    return LOADER.notes

def keep(seen=[]):
    if not seen:
        seen.append(Path("h.txt").read_text())
    return seen

def by_default():
    return keep()

def by_default_again():
    return keep()

def counter():
    seen = []
    def next():
        if not seen:
            seen.append(Path("i.txt").read_text())
        return seen
    return next

NEXT = counter()

def by_closure():
    return NEXT()

def by_closure_again():
    return NEXT()

class Shared:
    texts = []

    @classmethod
    def text(cls):
        if not cls.texts:
            cls.texts.append(Path("j.txt").read_text())
        return cls.texts

def by_class():
    return Shared.text()

def by_class_again():
    return Shared.text()

def by_lazy_module():
    import late
    return late.TEXT

def by_lazy_module_again():
    from late import TEXT
    return TEXT

def missing():
    try:
        return Path("nowhere.txt").read_text()
    except FileNotFoundError:
        return ""

def listed():
    return sorted(os.listdir("many"))

def globbed():
    return sorted(glob.glob("many/*.txt"))

def globbed_by_path():
    return sorted(HERE.glob("many/*.txt"))

def read_all():
    return [path.read_text() for path in sorted(Path("many").rglob("*.txt"))]

def database():
    with sqlite3.connect("k.db") as connection:
        return connection.execute("select x from t").fetchall()

def database_log():
    with sqlite3.connect("k.db") as connection:
        connection.execute("insert into t values (2)")

def written():
    Path("out.txt").write_text("1")
    return Path("out.txt").read_text()

def replaced():
    Path("new.tmp").write_text("1")
    os.replace("new.tmp", "new.txt")
    return Path("new.txt").read_text()

def appended():
    with open("run.log", "a") as file:
        file.write("x")

def updatable():
    with open("a.txt", "r+") as file:
        return file.read()

def updatable_descriptor():
    os.close(os.open("a.txt", os.O_RDWR))

def mapped():
    return np.memmap("f.npy", "uint8").sum()

def updated():
    with open("u.txt", "r+") as file:
        file.write(file.read() + "x")

def truncated():
    with open("u.txt", "w+") as file:
        return file.read()

def appended_and_read():
    with open("read.log", "a+") as file:
        file.write("x")

def scratch():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.txt")
        path.write_text("1")
        return path.read_text()

def hidden():
    return Path(".secret").read_text()

def in_hidden_folder():
    os.listdir(".git")
    return Path(".git/config").read_text()

def hidden_written():
    Path("many/.state").write_text("1")
    return Path("many/.state").read_text(), os.listdir("many")

def nothing():
    return 1

def pyplot():
    import matplotlib.pyplot as plt
    return plt.figure()

def descriptor():
    number = os.open("a.txt", os.O_RDONLY)
    try:
        return os.read(number, 10)
    finally:
        os.close(number)

def in_thread():
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(1) as pool:
        return list(pool.map(pd.read_csv, ["t.csv"]))

NAMES = [name for name, value in list(globals().items()) if callable(value) and value.__module__ == __name__]
PARTS = ("Spec", "Loader", "Shared", "keep", "counter", "NEXT", "load_cached")
NAMES = [name for name in NAMES if name not in PARTS]

def run(specification, seed, function):
    return Fit({"m": 1.0})

EXPERIMENTS = [Experiment(name, Spec(), fit=globals()[name]) for name in NAMES]
project = Project("P", experiments=tuple(EXPERIMENTS), seeds=1)
"""
DATA = {
    "project.py": PROJECT,
    "late.py": "from pathlib import Path\n\nTEXT = Path('l.txt').read_text()\n",
    "many/1.txt": "1",
    "many/2.txt": "2",
    "many/other.csv": "3",
    ".secret": "4",
    ".git/config": "5",
}
DATA.update({f"{letter}.txt": "1\n" for letter in "adeghijlu"})
DATA.update({f"{letter}.csv": "x\n1\n" for letter in "ct"})
READS = """
    by_name: a.txt
    by_pandas: t.csv
    by_numpy: a.txt
    cached_first: c.csv
    cached_second: c.csv
    by_hand: d.txt
    by_hand_again: d.txt
    in_global: e.txt
    in_global_again: e.txt
    by_object: f.npy
    by_object_again: f.npy
    by_property: f.npy g.txt
    by_property_again: f.npy g.txt
    by_default: h.txt
    by_default_again: h.txt
    by_closure: i.txt
    by_closure_again: i.txt
    by_class: j.txt
    by_class_again: j.txt
    by_lazy_module: l.txt
    by_lazy_module_again: l.txt
    missing: nowhere.txt
    listed: many
    globbed: many/*.txt
    globbed_by_path: many/*.txt
    read_all: many/**/*.txt many/1.txt many/2.txt
    database: k.db k.db-wal
    database_log:
    written:
    replaced:
    appended:
    updatable: a.txt
    updatable_descriptor: a.txt
    mapped: f.npy
    updated:
    truncated:
    appended_and_read:
    scratch:
    hidden: .secret
    in_hidden_folder:
    hidden_written: many
    nothing:
    pyplot:
    descriptor: a.txt
    in_thread: t.csv
"""
"""What each function of the project reads, after those above it were called; methods of an object are one."""

BESIDE_ENGINE = """
from dataclasses import dataclass
from labreport import Experiment, Project
from labreport_x import by_name

@dataclass(frozen=True)
class Spec:
    pass

project = Project("P", experiments=(Experiment("by_name", Spec(), fit=by_name),), seeds=1)
"""
BY_NAME = "from pathlib import Path\n\ndef by_name():\n    return Path('a.txt').read_text()\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dependencies:
    """The project, loaded, with its folder as the working directory; its name could be a pattern, too."""
    import numpy as np

    folder = tmp_path / "version [2]"
    write_files(folder, DATA)
    monkeypatch.chdir(folder)
    np.save("f.npy", np.arange(3))
    with sqlite3.connect("k.db") as connection:
        connection.execute("create table t as select 1 as x")
    return find_dependencies(open_project(folder), folder / "report" / "results")


def call(project: Dependencies, name: str) -> dict[str, str]:
    """What a function of the project reads."""
    experiment = project.project.experiment(name)
    function: Any = experiment.fit
    with project.observe(experiment) as observation:
        function()
        return observation.file_hashes()


def test_a_file_counts_for_whoever_opened_it_or_uses_what_was_kept(project: Dependencies) -> None:
    """What is kept in a cache, a global, an object, a default or a closure counts for the next, too."""
    for line in READS.strip().splitlines():
        name, _, files = line.strip().partition(":")
        assert " ".join(sorted(call(project, name))) == files.strip(), name


def test_a_file_that_changes_is_noticed_and_one_that_comes_or_goes(project: Dependencies) -> None:
    """Whether or not it is back to what it was."""
    reads = {}
    for name in ("by_name", "missing", "listed", "globbed", "globbed_by_path", "database"):
        reads.update(call(project, name))
    assert project.file_hasher.changed(reads) == []
    Path("a.txt").write_text("2")
    Path("nowhere.txt").write_text("now it is there")
    Path("many/3.txt").write_text("3")
    Path("k.db").unlink()
    assert project.file_hasher.changed(reads) == ["a.txt", "nowhere.txt", "many", "many/*.txt", "k.db"]
    Path("a.txt").write_text("1\n")
    Path("nowhere.txt").unlink()
    Path("many/3.txt").unlink()
    assert project.file_hasher.changed(reads) == ["k.db"]


def test_a_file_unpacked_with_its_old_time_and_size_is_noticed(
    project: Dependencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from an archive with fixed times, which tar writes into the same inode."""
    monkeypatch.setattr("labreport.stale.files._SETTLED", -1.0)
    os.utime("a.txt", (1, 1))
    reads = call(project, "by_name")
    Path("a.txt").write_text("2\n")
    os.utime("a.txt", (1, 1))
    assert project.file_hasher.changed(reads) == ["a.txt"]


def test_code_notebooks_and_hidden_files_are_not_counted_in_a_folder(project: Dependencies) -> None:
    """So that what lies beside the data makes nothing stale."""
    reads = call(project, "listed")
    for name in ("note.ipynb", "help.py", ".hidden"):
        Path("many", name).touch()
    assert project.file_hasher.changed(reads) == []


def test_a_file_that_changed_since_it_was_opened_is_an_error(project: Dependencies) -> None:
    """Nobody knows what was read then; what the target wrote itself is no error."""
    experiment = project.project.experiment("by_name")
    with project.observe(experiment) as observation:
        Path("a.txt").read_text()
        observation.file_hashes()
        os.utime("a.txt", (1, 1))
        with pytest.raises(LabReportError, match=r"a\.txt: it changed after it was read for .*'by_name'"):
            observation.file_hashes()


def test_reading_the_report_that_is_made_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would never be up to date."""
    write_files(tmp_path, {**DATA, "report/.labreport": "", "report/answers.json": "{}"})
    write_files(tmp_path, {"project.py": PROJECT.replace('"a.txt"', '"report/answers.json"')})
    monkeypatch.chdir(tmp_path)
    project = find_dependencies(open_project(tmp_path), tmp_path / "report" / "results")
    with pytest.raises(LabReportError, match=r"reads report/answers\.json: it is a part of this report"):
        call(project, "by_name")


def test_a_module_beside_the_engine_is_the_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the engine is in the project's folder, and the module's name begins with the engine's."""
    monkeypatch.setattr("labreport.stale.recorder.ENGINE_FOLDER", tmp_path / "labreport")
    write_files(tmp_path, {"project.py": BESIDE_ENGINE, "labreport_x.py": BY_NAME, "a.txt": "1"})
    monkeypatch.chdir(tmp_path)
    dependencies = find_dependencies(open_project(tmp_path), tmp_path / "report" / "results")
    assert list(call(dependencies, "by_name")) == ["a.txt"]


def test_who_opens_something_is_told_by_the_frame_however_deep_the_call(tmp_path: Path) -> None:
    """So that the recorder may be called by way of another function."""
    recorder = Recorder(ProjectModules(tmp_path, tmp_path))
    code = compile("import sys\nframe = sys._getframe()\n", tmp_path / "own.py", "exec")
    names: dict[str, Any] = {}
    exec(code, names)

    def call(frame: Any, path: Path) -> None:
        recorder.on_list(frame, path)

    recorder.on_list(names["frame"], tmp_path / "direct")
    call(names["frame"], tmp_path / "by another")
    (opened,) = recorder.opened_by_function.values()
    assert list(opened.listed) == [str(tmp_path / "direct"), str(tmp_path / "by another")]


def test_what_was_read_before_an_interruption_is_joined(project: Dependencies) -> None:
    """A run that goes on has read what it read before, too."""
    experiment = project.project.experiment("by_name")
    with project.observe(experiment, {"earlier.txt": "1"}) as observation:
        Path("a.txt").read_text()
    assert list(observation.file_hashes()) == ["earlier.txt", "a.txt"]


def test_a_file_outside_of_the_project_counts_by_its_full_path(
    project: Dependencies, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not one of the system, of a cache or a temporary one."""
    folder = tmp_path_factory.mktemp("elsewhere")
    write_files(folder, {"data.txt": "1", ".cache/data.txt": "2"})
    experiment = project.project.experiment("nothing")
    with project.observe(experiment) as temporary:
        (folder / "data.txt").read_text()
    monkeypatch.setattr("labreport.stale.recorder._SYSTEM_FOLDERS", ("/usr/", "/etc/"))
    fresh = find_dependencies(open_project(Path.cwd()), Path("report", "results"))
    with fresh.observe(fresh.project.experiment("nothing")) as observation:
        for path in (folder / "data.txt", folder / ".cache/data.txt", Path("/etc/hostname")):
            path.read_text()
    assert temporary.file_hashes() == {}
    assert list(observation.file_hashes()) == [str(folder / "data.txt")]


def test_data_beside_a_project_below_a_hidden_folder_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hidden folder above the project hides nothing; one beside it does."""
    monkeypatch.setattr("labreport.stale.recorder._SYSTEM_FOLDERS", ("/usr/", "/etc/"))
    folder = tmp_path / ".worktrees" / "a"
    write_files(folder, {**DATA, "../shared.txt": "1", "../.cache/x.txt": "2"})
    monkeypatch.chdir(folder)
    project = find_dependencies(open_project(folder), Path("report", "results"))
    with project.observe(project.project.experiment("nothing")) as observation:
        for path in ("../shared.txt", "../.cache/x.txt"):
            Path(path).read_text()
    assert list(observation.file_hashes()) == [str(tmp_path / ".worktrees" / "shared.txt")]


def test_a_hidden_file_that_is_read_at_import_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is among the files of the project that a stamp watches."""
    write_files(
        tmp_path, {**DATA, "project.py": PROJECT.replace("KEPT = {}", "KEPT = {}\nopen('.secret').close()")}
    )
    monkeypatch.chdir(tmp_path)
    project = find_dependencies(open_project(tmp_path), tmp_path / "report" / "results")
    assert str(tmp_path / ".secret") in project.files()


def test_what_another_process_has_written_to_a_database_counts(project: Dependencies) -> None:
    """It may be in the log beside it, as long as that process has the database open."""
    other = sqlite3.connect("k.db")
    other.execute("pragma journal_mode = wal")
    before = call(project, "database")
    other.execute("insert into t values (2)")
    other.commit()
    assert project.file_hasher.changed(before) == ["k.db-wal"]
    after = call(project, "database")
    assert project.file_hasher.changed(after) == []
    other.execute("insert into t values (3)")
    other.commit()
    assert project.file_hasher.changed(after) == ["k.db-wal"]
    other.close()
