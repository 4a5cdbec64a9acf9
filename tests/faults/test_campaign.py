"""The campaign finds what it is there to find, and can be repeated; the long one runs by `--faults`."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path

import pytest
from faults import examples, judge
from faults.campaign import Trial, plan, run, table
from faults.injection import hit_a_pipe
from faults.judge import Lost
from faults.kinds import KINDS
from faults.world import DOCUMENTS, Place, World

TRIALS = 1000


@pytest.mark.faults
def test_no_trial_loses_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A thousand faults of nine kinds, with a new seed each time."""
    seed = secrets.randbelow(10**6)
    with capsys.disabled():
        print(f"\nseed {seed}", flush=True)
        done = run(TRIALS, seed, list(KINDS), 2, tmp_path)
        print(table(done))
    assert [trial.name for trial in done if trial.outcome == "lost"] == []
    assert len(done) >= TRIALS


def test_a_plan_has_all_nine_kinds_by_share_and_in_turns() -> None:
    """A short campaign meets every kind; a long one has as many trials as asked for."""
    assert len(KINDS) == 9
    assert sum(share for _, share in KINDS.values()) == 100
    assert {kind for kind, _ in plan(9, list(KINDS))} == set(KINDS)
    counts = Counter(kind for kind, _ in plan(1000, list(KINDS)))
    assert counts == {kind: 10 * share for kind, (_, share) in KINDS.items()}
    assert len(set(plan(1000, list(KINDS)))) == 1000


def test_the_table_counts_each_kind_and_all() -> None:
    """Skipped trials do not count as trials."""
    trials = [
        Trial("kill", 0, "survived", "", 1.0),
        Trial("kill", 1, "lost", "", 1.0),
        Trial("damage", 0, "skipped", "", 1.0),
    ]
    assert table(trials).splitlines()[2:] == [
        "| kill | 2 | 1 | 1 | 0 |",
        "| damage | 0 | 0 | 0 | 1 |",
        "| all | 2 | 1 | 1 | 1 |",
    ]


def test_a_fault_at_a_pipe_is_told_from_one_at_a_file(tmp_path: Path) -> None:
    """By what strace noted; a fault at both, or at none, is not the pipe's."""
    pipe = '7 write(4<pipe:[31]>, ""..., 13) = -1 EIO (Input/output error) (INJECTED)\n'
    file = '7 write(5</report/ledger.json.tmp>, ""..., 90) = -1 EIO (Input/output error) (INJECTED)\n'
    other = '7 write(4<pipe:[31]>, ""..., 13) = 13\n'
    log = tmp_path / "injected"
    for noted, hit in ((pipe + other, True), (file, False), (pipe + file, False), (other, False)):
        log.write_text(noted)
        assert hit_a_pipe(log) is hit


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place whose reference is a filled store and whose report is a copy of it."""
    world = World(tmp_path / "world")
    reference = tmp_path / "reference"
    examples.filled(reference / "results")
    for name in DOCUMENTS:
        (reference / name).write_bytes(name.encode())
    world.references = {1: reference, 2: reference}
    (tmp_path / "trial").mkdir()
    place = Place(world, tmp_path / "trial")
    place.start_from(2)
    return place


def test_the_judge_sees_a_bad_live_entry(place: Place) -> None:
    """Whether the document or one of its array files is not what was written."""
    judge.entries(place)
    path = sorted((place.report / "results").glob("*.npz"))[0]
    path.write_bytes(b"bad")
    with pytest.raises(Lost, match="no bad live entry"):
        judge.entries(place)


def test_the_judge_sees_what_is_left_over(place: Place) -> None:
    """A temporary file, an orphan, a checkpoint: the listing tells."""
    before = judge.listing(place.report)
    (place.report / "results" / ".tmp-1-ab").write_bytes(b"")
    assert judge.listing(place.report) - before == {"results/.tmp-1-ab"}


def test_the_judge_sees_a_training_that_is_repeated(place: Place) -> None:
    """The log tells walks and epochs apart."""
    place.log.write_text(
        "start rate=0.5 noise=0.01 seed=0 epoch=0 pid=7\nepoch rate=0.5 noise=0.01 seed=0 epoch=1 pid=7\n"
    )
    assert judge.trainings(place) == [
        ("start", "rate=0.5 noise=0.01 seed=0", 0),
        ("epoch", "rate=0.5 noise=0.01 seed=0", 1),
    ]


def test_the_judge_sees_a_process_that_is_left(place: Place) -> None:
    """Also one whose parent has ended."""
    process = place.popen(["sh", "-c", "sleep 30 & exit"], place.environment())
    process.wait()
    try:
        assert len(place.orphans()) == 1
    finally:
        judge.end(place)
        process.communicate()
    assert place.orphans() == []
