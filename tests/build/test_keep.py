"""`keep` lets results stay valid across an edit of code, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from build.small import HEAD, TAIL, Small

FIT = """
def fit(spec, seed):
    return Fit({"value": spec.size + float(Path("data.txt").read_text())})
"""


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """A project that was built with 62, and then with 40."""
    small = Small(tmp_path, (HEAD + FIT + TAIL).replace("Spec()", "Spec(62)"), data="0.5")
    small.build()
    small.edit("Spec(62)", "Spec(40)")
    small.build()
    return small


def keep(small: Small) -> str:
    """Carry over the runs; what was said."""
    ended = small.run("keep", "run", "--because", "a print")
    return ended.out + ended.err


def test_the_run_of_the_same_specification_is_kept(small: Small) -> None:
    """62 again, and a print: not the results with 40, which were made last."""
    small.edit("Spec(40)", "Spec(62)")
    small.edit("    return Fit(", "    print()\n    return Fit(")
    assert "1 run of run kept" in keep(small)
    assert "1 answer" in small.build()
    assert small.answer() == 62.5
    kept = [run for run in small.runs() if "kept" in run["provenance"]]
    assert [run["provenance"]["kept"][0]["because"] for run in kept] == ["a print"]


def test_the_reason_stays_when_a_run_is_trained_further(tmp_path: Path) -> None:
    """Its first epochs are still those of the code before the edit."""
    training = """
class Training:
    def __init__(self, spec, seed, epoch=0, state=None):
        self.epoch = epoch

    def advance(self):
        self.epoch += 1
        return {}

    def snapshot(self):
        return {"value": self.epoch}, {}

    def state(self):
        return {}
"""
    small = Small(tmp_path, HEAD + training + TAIL.replace("fit=fit", "epochs=2, start=Training"))
    small.build()
    small.edit("        self.epoch += 1", "        print()\n        self.epoch += 1")
    assert "1 run of run kept" in keep(small)
    small.edit("epochs=2", "epochs=3")
    small.build()
    (run,) = [run for run in small.runs() if len(run["records"]) == 3]
    assert [note["because"] for note in run["provenance"]["kept"]] == ["a print"]


def test_another_specification_is_not_kept(small: Small) -> None:
    """It says what differs."""
    small.edit("Spec(40)", "Spec(41)")
    small.edit("    return Fit(", "    print()\n    return Fit(")
    assert "run cannot be kept: run: size: 40, now 41" in keep(small).replace("run run seed 0", "run")


def test_what_read_other_data_is_not_kept(small: Small) -> None:
    """A file that the run read is another now."""
    small.edit("    return Fit(", "    print()\n    return Fit(")
    small.write("data.txt", "0.75")
    assert "cannot be kept: data data.txt changed" in keep(small)


def test_what_is_not_stale_is_not_kept(small: Small) -> None:
    """There is nothing to decide."""
    assert "no stored run of it is stale" in keep(small)


def test_another_way_to_read_a_table_is_not_kept(tmp_path: Path) -> None:
    """A run may name one in its code."""
    fit = """
from labreport import table

ROWS = table("data.txt", where="n > 0")


def fit(spec, seed):
    return Fit({"value": float(len(ROWS.frame))})
"""
    small = Small(tmp_path, HEAD + fit + TAIL, data="n\n1\n2\n")
    small.build()
    small.edit("n > 0", "n > 1")
    assert "cannot be kept: table data.txt changed" in keep(small)


def test_another_variable_of_the_environment_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run rests on it by its name in the code."""
    fit = """
import os


def fit(spec, seed):
    return Fit({"value": float(os.environ["SMALL_SCALE"])})
"""
    monkeypatch.setenv("SMALL_SCALE", "1")
    small = Small(tmp_path, HEAD + fit + TAIL)
    small.build()
    monkeypatch.setenv("SMALL_SCALE", "2")
    assert "cannot be kept: environment SMALL_SCALE changed" in keep(small)
