"""The campaign finds what it is there to find, and can be repeated; the long one runs by `--faults`."""

from __future__ import annotations

import ast
import hashlib
import json
import secrets
import subprocess
import sys
from collections import Counter
from dataclasses import astuple
from pathlib import Path

import pytest
from faults import formats, judge
from faults.campaign import Trial, plan, run, table
from faults.injection import hit_a_pipe, hit_python
from faults.judge import Lost
from faults.kind_mutations import MUTATIONS, ROOT
from faults.kinds import KINDS
from faults.wishes import WISHES, wanted
from faults.world import Place, World
from program import Program

TRIALS = 1000


@pytest.mark.faults
def test_no_trial_loses_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A thousand faults of every kind, with a new seed each time."""
    seed = secrets.randbelow(10**6)
    with capsys.disabled():
        print(f"\nseed {seed}", flush=True)
        done = run(TRIALS, seed, list(KINDS), 2, tmp_path)
        print(table(done))
    assert [trial.name for trial in done if trial.outcome == "lost"] == []
    assert len(done) >= TRIALS


def test_a_plan_has_all_kinds_by_share_and_in_turns() -> None:
    """A short campaign meets every kind; a long one has as many trials as asked for."""
    assert sum(share for _, share in KINDS.values()) == 100
    assert {kind for kind, _ in plan(len(KINDS), list(KINDS))} == set(KINDS)
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
def place(built: Program, tmp_path: Path) -> Place:
    """A place whose references are a complete report and whose report is a copy of it."""
    world = World(tmp_path / "world")
    world.references = dict.fromkeys((1, 2), built.folder / "report")
    (tmp_path / "trial").mkdir()
    place = Place(world, tmp_path / "trial")
    place.start_from(2)
    return place


def test_a_fault_at_python_s_own_files_is_told_from_one_at_the_report(tmp_path: Path) -> None:
    """Where an interpreter cannot read its own modules, no program can say so in one line."""
    log = tmp_path / "log"
    log.write_text(f'7 openat(AT_FDCWD, "{sys.base_prefix}/lib/x.so", O_RDONLY) = -1 EIO (INJECTED)\n')
    assert hit_python(log)
    log.write_text(
        f'7 openat(AT_FDCWD, "{sys.base_prefix}/lib/x.so", O_RDONLY) = 3\n7 openat("r") = -1 EIO (INJECTED)\n'
    )
    assert not hit_python(log)


def test_every_safeguard_is_still_written_as_it_is_taken_out() -> None:
    """Otherwise its trial would take out nothing."""
    for mutant in MUTATIONS:
        text = (ROOT / "src" / "labreport" / mutant.file).read_text(encoding="utf-8")
        assert text.count(mutant.old) == 1, mutant.what


def test_the_judge_sees_a_bad_live_entry(place: Place) -> None:
    """Whether the document or one of its array files is not what was written."""
    assert len(judge.trajectories(place.report)) == 12
    path = place.report / formats.RESULTS / min(formats.stored_arrays(place.report))
    path.write_bytes(b"bad")
    with pytest.raises(Lost, match="no bad live entry"):
        judge.trajectories(place.report)


def test_the_judge_sees_a_lost_result_and_one_with_other_records(place: Place) -> None:
    """A result of the reference must be there."""
    judge.equal_results(place.report, place.world.references[2])
    key = min(formats.stored(place.report)[0])
    (place.report / formats.RESULTS / f"{key}.json").unlink()
    with pytest.raises(Lost, match="is there"):
        judge.equal_results(place.report, place.world.references[2])


def test_the_judge_sees_what_is_left_over(place: Place) -> None:
    """A temporary file, an interrupted publication, arrays of no one."""
    before = formats.listing(place.report)
    (place.report / formats.RESULTS / ".tmp-1-ab").write_bytes(b"")
    (place.report / formats.PUBLISHING).mkdir()
    assert formats.listing(place.report) - before == {"results/.tmp-1-ab", formats.PUBLISHING}


def test_the_judge_sees_a_document_of_neither_build(place: Place) -> None:
    """A page that was cut short."""
    judge.published(place, 1)
    (place.report / "report.html").write_text("cut sho")
    with pytest.raises(Lost, match=r"report\.html is the previous or the new one"):
        judge.published(place, 1)


def test_the_judge_sees_an_epoch_that_is_trained_again(place: Place) -> None:
    """By walk and seed; except those that a newly wanted snapshot needs, from the last state before it."""
    walk = "rate=0.5 noise=0.01 seed=0"
    place.log.write_text(f"start {walk} epoch=0 pid=7\nepoch {walk} epoch=1 pid=7\n")
    events = judge.trainings(place)
    assert events == [("start", walk, 0), ("epoch", walk, 1)]
    live = judge.trajectories(place.report)
    wishes = wanted(2)
    assert judge.repeated(events, live, wishes) == [(walk, 1)]
    assert judge.repeated([("epoch", walk, 11)], live, wishes) == []
    wishes[walk].snapshots.add(9)
    again = [("epoch", walk, epoch) for epoch in (1, 8, 9, 10)]
    state = max(epoch for epoch in live[walk].states if epoch <= 9)
    assert judge.repeated(again, live, wishes) == [(walk, e) for e in (1, 8, 9, 10) if not state < e <= 9]


def test_the_wishes_are_the_catalogue_s(built: Program) -> None:
    """Epochs, snapshots, seeds and walks of every experiment, as the stand-in declares them."""
    program = (
        "from exercise.catalogue import EXPERIMENTS, STUDIES\n"
        "cells = [*EXPERIMENTS, *(cell for study in STUDIES for cell in study.experiments())]\n"
        "print({cell.name: (cell.specification.rate, cell.specification.noise, cell.epochs, cell.snapshots, "
        "cell.seeds) for cell in cells})"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(built.folder / "src")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert ast.literal_eval(found) == {name: astuple(wish) for name, wish in WISHES.items()}


def test_a_sealed_file_can_be_given_another_shape() -> None:
    """What the checksum covers is found, and is right again for the new members."""
    rest = b', "a": 1}\n'
    whole = b'{"checksum": "' + hashlib.sha256(rest).hexdigest().encode() + b'"' + rest
    new = formats.reseal(whole, {"b": [2]})
    plain = json.loads(new)
    assert plain["b"] == [2]
    assert plain["checksum"] == hashlib.sha256(new[len(b'{"checksum": ""') + 64 :]).hexdigest()


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
