"""`why` names the line that was edited, what it was in the report, and what it is now."""

from __future__ import annotations

from pathlib import Path

import pytest

from build.small import HEAD, TAIL, Small

FIT = """
SECRET = "s3cret"


def fit(spec, seed):
    return Fit({"value": spec.size + len(SECRET)})


def net(size, rate=0.5):
    return Experiment("run", Spec(size=round(size * rate)), fit=fit)
"""


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """A project whose experiment a helper makes."""
    small = Small(tmp_path, (HEAD + FIT + TAIL).replace('Experiment("run", Spec(), fit=fit)', "net(8)"))
    small.build()
    return small


def line_of(small: Small, text: str) -> str:
    """The location of the first line with a text."""
    lines_before = (small.toy.folder / "project.py").read_text().partition(text)[0].count("\n")
    return f"small/project.py:{lines_before + 1}"


def why(small: Small, name: str = "much") -> str:
    """What is said of an answer, in one line."""
    return " ".join(small.run("why", name).out.split())


def test_the_call_of_a_helper_is_named_where_that_was_edited(small: Small) -> None:
    """Not the helper, which is the same."""
    small.edit("net(8)", "net(64)")
    assert f"run: size: 4, now 32 at {line_of(small, 'RUN = net(64)')} -> run run seed 0" in why(small)


def test_the_helper_is_named_where_that_was_edited(small: Small) -> None:
    """Not the lines that call it."""
    small.edit("Spec(size=round(size * rate))", "Spec(size=round(size * rate) + 1)")
    assert f"run: size: 4, now 5 at {line_of(small, 'return Experiment')} -> run run seed 0" in why(small)


def test_what_reads_a_run_says_what_it_was_in_the_report(small: Small) -> None:
    """Also where the run was made meanwhile, and once more in between."""
    small.build()
    small.succeed()
    for size in (10, 12):
        small.edit(f"net({size - 2})", f"net({size})")
        small.succeed("run")
    assert "run: size: 4, now 6 at" in why(small)


def test_a_renamed_experiment_is_renamed(small: Small) -> None:
    """Its runs are not run again, and it is neither new nor gone."""
    small.succeed()
    small.edit('Experiment("run"', 'Experiment("walk"')
    small.edit('results["run"]', 'results["walk"]')
    reason = why(small)
    assert "experiment run is renamed walk" in reason
    assert "is new" not in reason
    assert "is gone" not in reason
    small.succeed("why", "walk")


def test_the_value_of_a_global_is_not_printed(small: Small) -> None:
    """It may be a secret; its name and its line are told."""
    small.edit("s3cret", "other")
    reason = why(small)
    assert "value project:SECRET changed at " + line_of(small, "SECRET =") in reason
    assert "other" not in reason
    assert "s3cret" not in reason


def test_the_name_of_an_experiment_may_end_in_a_number(small: Small) -> None:
    """As the epochs do at which it is read; with fewer seeds it was not run again."""
    small.edit('Experiment("run"', 'Experiment("mlp 64"')
    small.edit('results["run"]', 'results["mlp 64"]')
    small.edit("seeds=1", "seeds=3")
    small.succeed()
    status = small.run("status", "--seeds", "2").out
    assert "seeds: 0 to 2, now 0 to 1" in status
    assert "was run again" not in status
