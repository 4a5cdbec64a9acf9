"""The example of recorded runs, built by the real program: what an edited, added or removed file makes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from recordings import Example

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = {"document/html", "document/pdf", "document/answers", "document/crate"}
WORKFLOW = "document/workflow"
"""A copy of the module that declares the project: it rests on no run, and is made only by the first build."""
READERS = {"answer/best", "figure/curves", "section/settings", *DOCUMENTS}
"""All that rests on the runs of `quick`; the question `longer` is made to read the slow ones only."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Built once; one question reads only one of the experiments."""
    folder = tmp_path_factory.mktemp("recorded") / "example"
    ignored = shutil.ignore_patterns("report", "__pycache__")
    shutil.copytree(ROOT / "examples/runs", folder, ignore=ignored)
    example = Example(folder)
    example.edit("project.py", "reads=RUNS.values(), template=", 'reads=RUNS["slow"], template=')
    ran = example.run()
    assert ran.code == 0, ran.err
    assert ran.made == READERS | {"answer/longer", WORKFLOW}
    return example


@pytest.fixture
def example(built: Example, tmp_path: Path) -> Example:
    """A copy of its own for each test, whose files all have new stamps."""
    return Example(built.copy(tmp_path / "copy").folder)


def test_nothing_is_read_again_when_nothing_changed(example: Example) -> None:
    """In a copy whose files have other inodes and times; the next run ends at the stamp."""
    for path in (example.folder / "runs").iterdir():
        os.utime(path)
    assert example.run().made == frozenset()
    stamped = (example.folder / "report/.stamp").read_text()
    assert all(f"runs/{name}-3.csv\n" in stamped for name in ("slow", "middle", "quick"))
    assert "Nothing to do" in example.run().out


def test_editing_a_file_makes_what_rests_on_it(example: Example) -> None:
    """The readers of its experiment, and not the answer that reads other experiments."""
    example.run()
    example.edit("runs/quick-2.csv", "0.9352", "0.9452")
    assert "run quick: seed 2 changed" in example.run("why", "best").out
    assert example.run().made == READERS


def test_adding_a_file_reads_it_and_nothing_else(example: Example) -> None:
    """Also after a run that found nothing to do, and left a stamp."""
    assert "Nothing to do" in example.run().out
    shutil.copy(example.folder / "runs/quick-2.csv", example.folder / "runs/quick-7.csv")
    assert "run quick: seed 7 is new" in example.run("why", "best").out
    assert example.run().made == READERS


def test_removing_a_file_reads_nothing_and_computes_its_answers_again(example: Example) -> None:
    """The seeds that are left are compared, and the answer says which one is missing."""
    assert "Nothing to do" in example.run().out
    (example.folder / "runs/quick-1.csv").unlink()
    assert "run quick: seed 1 is gone" in example.run("why", "best").out
    ran = example.run()
    assert ran.made == READERS, ran.err
    answers = json.loads((example.folder / "report/answers.json").read_text())["questions"]
    assert answers["best"]["facts"]["uneven"]["quick"]["missing_seeds"] == [1]


def test_short_and_diverged_runs_are_reported(example: Example) -> None:
    """One run stops early, and one ends in NaN: the report is made, and the facts say both."""
    short = example.folder / "runs/slow-0.csv"
    short.write_text("".join(short.read_text().splitlines(keepends=True)[:8]))
    example.edit("runs/slow-3.csv", "0.7426", "nan")
    ran = example.run()
    assert ran.code == 0, ran.err
    answers = json.loads((example.folder / "report/answers.json").read_text())["questions"]
    uneven = answers["best"]["facts"]["uneven"]["slow"]
    assert uneven["epochs"] == {"0": 7, "1": 20, "2": 20, "3": 20}
    assert uneven["diverged"] == {"3": 20}
    assert answers["best"]["quantities"]["slow.mean"]["value"] is None
    assert answers["best"]["quantities"]["slow.failed"]["value"] == 1
    assert "Runs of slow diverged." in (example.folder / "report/report.html").read_text()


def test_a_damaged_file_is_reported_before_anything_is_made(example: Example) -> None:
    """One line and exit code 2; the report that was there stays."""
    example.edit("runs/middle-0.csv", "0.8981", "much")
    ran = example.run()
    assert (ran.code, ran.made) == (2, frozenset())
    assert ran.err.count("\n") == 1
    assert "runs/middle-0.csv:21: test/accuracy is 'much'; a number is needed" in ran.err


def test_clean_has_nothing_to_remove(example: Example) -> None:
    """Recorded runs are not stored, also where a file was removed."""
    (example.folder / "runs/quick-1.csv").unlink()
    example.run()
    assert not (example.folder / "report/results").exists()
    assert "Nothing to remove" in example.run("clean").out
    assert "All" in example.run("status").out
