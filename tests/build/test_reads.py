"""Files that the author's code opens count, whether or not anybody declared them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from build.small import HEAD, TAIL, Small
from labreport.cli import stamp

FIT = """
def fit(spec, seed):
    return Fit({"value": float(Path("data.txt").read_text())})
"""


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """A project whose runs read a file that is not declared, by its path from the project's folder."""
    small = Small(tmp_path, HEAD + FIT + TAIL, data="1")
    assert "1 run" in small.build()
    return small


def test_a_file_that_was_read_counts(small: Small) -> None:
    """After an edit the run is stale, says why, and has the number of a build from nothing."""
    assert "Up to date" in small.build()
    small.write("data.txt", "2")
    assert "data data.txt changed" in small.run("why", "run").out
    assert "1 run" in small.build()
    assert small.answer() == 2


def test_a_file_that_was_edited_back_is_what_was_read(small: Small) -> None:
    """Nothing is run again."""
    small.write("data.txt", "2")
    small.write("data.txt", "1")
    assert "Up to date" in small.build()


def test_a_file_that_was_missing_counts_when_it_is_there(tmp_path: Path) -> None:
    """The run looked for it, and did without."""
    fit = """
def fit(spec, seed):
    try:
        return Fit({"value": float(open("data.txt").read())})
    except FileNotFoundError:
        return Fit({"value": 0})
"""
    small = Small(tmp_path, HEAD + fit + TAIL)
    small.build()
    assert small.answer() == 0
    assert "Up to date" in small.build()
    small.write("data.txt", "3")
    assert "1 run" in small.build()
    assert small.answer() == 3


def test_a_file_that_a_run_writes_itself_is_none_that_it_reads(tmp_path: Path) -> None:
    """A scratch file beside the project makes nothing stale."""
    fit = """
def fit(spec, seed):
    Path("scratch.txt").write_text("5")
    return Fit({"value": float(Path("scratch.txt").read_text())})
"""
    small = Small(tmp_path, HEAD + fit + TAIL)
    small.build()
    small.write("scratch.txt", "6")
    assert "Up to date" in small.build()


def test_a_file_that_an_answer_reads_counts_for_the_answer(tmp_path: Path) -> None:
    """No run is repeated."""
    text = HEAD + 'def fit(spec, seed):\n    return Fit({"value": 1})\n' + TAIL
    text = text.replace("number(sum(", 'number(float(Path("data.txt").read_text()) + sum(')
    small = Small(tmp_path, text, data="1")
    small.build()
    small.write("data.txt", "2")
    printed = small.build()
    assert "1 answer" in printed
    assert "1 run" not in printed
    assert small.answer() == 3


def test_only_results_in_a_fresh_copy_train_nothing(small: Small, tmp_path: Path) -> None:
    """A run is found by what it is made of and by what it read, wherever the project is."""
    (tmp_path / "copy").mkdir()
    copy = Small(tmp_path / "copy", "", data="1")
    shutil.copy(small.toy.folder / "project.py", copy.toy.folder)
    shutil.copytree(small.toy.report / "results", copy.toy.report / "results")
    printed = copy.build()
    assert "1 answer" in printed
    assert "run" not in printed.partition("Done in")[2].partition("\n")[0]
    assert copy.answer() == 1


def test_a_listing_of_the_project_itself_is_that_of_the_folder_where_it_is_now(tmp_path: Path) -> None:
    """The folder from which its results were copied is there still, and does not count."""
    fit = """
def fit(spec, seed):
    return Fit({"value": len(list(Path(".").iterdir()))})
"""
    first = Small(tmp_path, HEAD + fit + TAIL)
    first.build()
    (tmp_path / "copy").mkdir()
    copy = Small(tmp_path / "copy", HEAD + fit + TAIL)
    shutil.copytree(first.toy.report / "results", copy.toy.report / "results")
    assert "1 run" not in copy.build()
    copy.write("more.txt", "")
    assert "data . changed: 1 run" in copy.build()


def test_a_project_that_changes_its_own_files_ends_in_one_line(tmp_path: Path) -> None:
    """One run reads what another writes: no build would ever be the last."""
    fit = """
def fit(spec, seed):
    if spec.size == 1:
        return Fit({"value": float(Path("count.txt").read_text())})
    Path("count.txt").write_text("7")
    return Fit({"value": 0})
"""
    text = (HEAD + fit + TAIL).replace(
        "@question", 'OTHER = Experiment("other", Spec(2), fit=fit, seeds=1)\n\n\n@question', 1
    )
    text = text.replace("reads=RUN", "reads=(RUN, OTHER)")
    small = Small(tmp_path, text, count="1")
    ended = small.run("much", "--jobs", "1")
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "count.txt changed since" in ended.err


@pytest.fixture
def with_array(tmp_path: Path) -> Small:
    """A project whose answer reads an array."""
    text = HEAD + 'def fit(spec, seed):\n    return Fit({}, {"value": [4.0]})\n' + TAIL
    small = Small(
        tmp_path, text.replace('results["run"].values("value")', 'results["run"].arrays("value")[0]')
    )
    small.build()
    return small


def damage_array(small: Small) -> tuple[Path, bytes]:
    """Change the last byte of the array, whose size stays; its file, and the bytes that it had."""
    (file,) = (small.toy.report / "results/run").glob("*.safetensors")
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"\x41")
    return file, whole


def test_a_damaged_array_that_an_answer_reads_is_mended_by_one_build(with_array: Small) -> None:
    """It is noticed when the answer is made again."""
    file, whole = damage_array(with_array)
    ended = with_array.run("much", "--force", "much")
    assert ended.code == 0, ended.err
    assert ended.err.count(file.name) == 1
    assert "1 run, 1 answer" in ended.out
    assert file.read_bytes() == whole
    assert with_array.answer() == 4


def test_repairing_an_array_runs_nothing_else_again(with_array: Small, tmp_path: Path) -> None:
    """An experiment that fails is tried once, and its error is told once."""
    failing = """
def fail(spec, seed):
    with open("{TRIES}", "a") as tries:
        tries.write(".")
    raise ValueError("always")


project = Project("Small", (much,), experiments=(Experiment("bad", Spec(), fit=fail),), seeds=1)
"""
    failing = failing.replace("{TRIES}", str(tmp_path / "tries"))
    with_array.edit('project = Project("Small", (much,), seeds=1)', failing)
    file, whole = damage_array(with_array)
    ended = with_array.run("--force", "much")
    assert ended.err.count("ValueError: always") == 1
    assert (tmp_path / "tries").read_text() == "."
    assert file.read_bytes() == whole


def test_the_code_works_in_the_folder_of_the_project(tmp_path: Path) -> None:
    """When it is loaded, run and asked, from wherever the command was called; messages are from there."""
    text = HEAD + FIT + TAIL.replace("number(sum(", "number(len(Path.cwd().name) + sum(")
    text = text.replace("@dataclass", 'HERE = Path("data.txt").read_text()\n\n\n@dataclass', 1)
    small = Small(tmp_path, text, data="1")
    small.build()
    assert small.answer() == 1 + len("small")
    small.edit("    return Fit(", "    return Fit(1 / 0, ")
    assert small.run("much").err.startswith("error: small/project.py:")


LOADED_AND_MISSING = """
TABLE = Path("table.txt").read_text()


def glance(name):
    try:
        open(name)
    except FileNotFoundError:
        return TABLE


def fit(spec, seed):
    glance("missing.txt")
    return Fit({"value": float(Path("data.txt").read_text())})
"""


def test_what_was_read_decides_whether_nothing_is_to_be_done(tmp_path: Path) -> None:
    """What was read when the project was loaded and by runs, what was missing, and pyproject.toml."""
    small = Small(tmp_path, HEAD + LOADED_AND_MISSING + TAIL, data="1", table="2")
    small.succeed()
    folder = small.toy.folder
    for name in ("data.txt", "table.txt", "missing.txt", "pyproject.toml", "project.py"):
        assert stamp.unchanged("test", [], str(folder)) == 0, name
        path = folder / name
        before = path.read_text() if path.exists() else None
        small.write(name, "edited")
        assert stamp.unchanged("test", [], str(folder)) is None, name
        if before is None:
            path.unlink()
        else:
            small.write(name, before)
        small.succeed()


NOISE = """
import logging
import sqlite3


def fit(spec, seed):
    import matplotlib.pyplot
    import numpy as np

    logging.basicConfig(filename="run.log", force=True)
    logging.warning("seed %s", seed)
    np.save(f"checkpoint-{seed}.npy", np.arange(3))  # two seeds are made at a time
    with sqlite3.connect("notes.db") as notes:
        notes.execute("pragma journal_mode=wal")
        notes.execute("create table if not exists note (seed int)")
        notes.execute("insert into note values (?)", (seed,))
    return Fit({"value": float(np.load(f"checkpoint-{seed}.npy").sum())})
"""


def test_a_project_that_logs_and_writes_is_up_to_date(tmp_path: Path) -> None:
    """Logs, checkpoints, a database, pyplot inside a function; in another place, too."""
    small = Small(tmp_path, HEAD + NOISE + TAIL.replace("seeds=1", "seeds=3"))
    assert "3 runs" in small.build()
    assert "Up to date" in small.build()
    (tmp_path / "elsewhere").mkdir()
    copy = Small(tmp_path / "elsewhere", "")
    shutil.copytree(small.toy.folder, copy.toy.folder, dirs_exist_ok=True)
    assert "Up to date" in copy.build()
