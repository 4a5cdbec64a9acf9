"""`clean` removes what no project could want any more, says so before, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from faults import formats
from faults.formats import LEDGER, QUARANTINE, RESULTS, STAMP, tree
from program import Program
from standin_nodes import CATALOGUE, SLOW


@pytest.fixture(scope="module")
def three() -> Program:
    """A checkout with a report of three seeds; copied, never changed."""
    return Program.built("--seeds", "3")


def results(program: Program) -> set[str]:
    """Every file of every result."""
    return {path.name for path in formats.files(program.folder / "report" / RESULTS)}


def lose_the_ledger(program: Program) -> None:
    """And the stamp, so that nothing but the results says what is there."""
    for name in (LEDGER, STAMP):
        (program.folder / "report" / name).unlink(missing_ok=True)


@pytest.mark.parametrize("ledger", ["kept", "lost", "damaged"])
def test_clean_removes_no_result_that_some_number_of_seeds_would_want(
    three: Program, tmp_path: Path, ledger: str
) -> None:
    """Whether or not there is a ledger."""
    program = three.copy(tmp_path / "checkout")
    if ledger == "lost":
        lose_the_ledger(program)
    if ledger == "damaged":
        (program.folder / "report" / LEDGER).write_text("{}")
    before = results(program)
    ran = program.run("clean")
    assert ran.code == 0, ran.err
    assert results(program) == before
    assert ledger != "kept" or set(program.plan("--seeds", "3").values()) == {"fresh"}


def test_clean_keeps_more_seeds_than_the_default(three: Program, tmp_path: Path) -> None:
    """Seven were built; the default is five."""
    program = three.copy(tmp_path / "checkout")
    assert program.run("alpha", "--seeds", "7").code == 0
    before = results(program)
    lose_the_ledger(program)
    assert program.run("clean").code == 0
    assert results(program) == before


@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_clean_lists_and_removes_the_results_of_an_experiment_that_was_edited(
    three: Program, tmp_path: Path, ledger: str
) -> None:
    """The old ones are named before they go; the new ones, and all others, stay."""
    program = three.copy(tmp_path / "checkout")
    before = results(program)
    program.edit(CATALOGUE, SLOW, SLOW.replace("0.25", "0.26"))
    assert program.run("--seeds", "3").code == 0
    old = {value.key for value in formats.stored(program.folder / "report")[0].values() if is_old(value)}
    assert len(old) == 2, "two seeds of one experiment"
    if ledger == "lost":
        lose_the_ledger(program)
    after = results(program)
    ran = program.run("clean")
    assert ran.code == 0, ran.err
    assert "beta" in ran.out
    gone = after - results(program)
    assert gone == {name for name in after if name.partition(".")[0] in old}
    assert before - gone <= results(program)


def is_old(value: formats.Stored) -> bool:
    """Whether a result is of the slow walk as it was."""
    return bool(value.ingredients["specification"]["rate"] == 0.25)


def test_clean_keeps_the_part_of_a_trajectory_that_no_experiment_asks_for_alone(
    three: Program, tmp_path: Path
) -> None:
    """Where the longest experiment on a trajectory is gone, the shorter ones keep it."""
    program = three.copy(tmp_path / "checkout")
    program.edit(CATALOGUE, "EXPERIMENTS = (ALPHA, BETA, ALPHA_10, ", "EXPERIMENTS = (ALPHA, BETA, ")
    program.edit("src/exercise/outline.py", '("alpha", "alpha-10"),', '("alpha",),')
    program.edit("src/exercise/outline.py", '"alpha-10", "alpha-middle"', '"alpha-middle"')
    program.edit("src/exercise/answers.py", '"alpha-10", epoch=10', '"alpha", epoch=5')
    program.edit("src/exercise/answers.py", '_best(results, "alpha-10")', '_best(results, "alpha")')
    before = formats.stored(program.folder / "report")[0]
    assert program.run("clean").code == 0
    after, damaged = formats.stored(program.folder / "report")
    assert not damaged
    assert after.keys() == before.keys()


def test_a_dry_run_of_clean_changes_nothing_and_says_the_same(three: Program, tmp_path: Path) -> None:
    """Not a byte, a time or a name; damaged files are not moved either."""
    program = three.copy(tmp_path / "checkout")
    program.edit(CATALOGUE, SLOW, SLOW.replace("0.25", "0.26"))
    report = program.folder / "report"
    arrays = sorted(formats.stored_arrays(report))[0]
    spoil(report / RESULTS / arrays)
    spoil(sorted((report / "cache/answer").glob("*.json"))[0])
    before = tree(report)
    dry = program.run("clean", "--dry-run")
    assert dry.code == 0, dry.err
    assert "beta" in dry.out
    assert {name: found for name, found in tree(report).items() if name not in (".", formats.LOCK)} == {
        name: found for name, found in before.items() if name not in (".", formats.LOCK)
    }


def test_clean_empties_the_quarantine(three: Program, tmp_path: Path) -> None:
    """A damaged file that a build has kept there goes, and the report stays fresh."""
    program = three.copy(tmp_path / "checkout")
    report = program.folder / "report"
    spoil(sorted((report / RESULTS).glob("*.json"))[0])
    assert program.run("--seeds", "3").code == 0
    assert list((report / QUARANTINE).iterdir())
    before = results(program)
    assert program.run("clean").code == 0
    assert not (report / QUARANTINE).is_dir() or not list((report / QUARANTINE).iterdir())
    assert results(program) == before
    assert set(program.plan("--seeds", "3").values()) == {"fresh"}


def test_clean_removes_what_a_killed_build_left_in_its_own_folders(three: Program, tmp_path: Path) -> None:
    """Unfinished files and arrays that no result names; a checkpoint to continue from stays."""
    program = three.copy(tmp_path / "checkout")
    report = program.folder / "report"
    before = results(program)
    key = sorted(formats.stored(report)[0])[0]
    arrays = next(name for name in sorted(formats.stored_arrays(report)) if name.startswith(key))
    *_, content, suffix = arrays.split(".")
    stray = report / RESULTS / arrays.replace(content, content[::-1] + "0")
    shutil.copy(report / RESULTS / arrays, stray)
    (report / RESULTS / f"{formats.TEMPORARY}1-0123456789ab").write_text("half")
    assert suffix
    assert program.run("clean").code == 0
    assert results(program) == before


def spoil(path: Path) -> None:
    """Flip a byte in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
