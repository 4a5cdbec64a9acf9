"""One run, made in this process: continued, stored, proved, stopped."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from run.toys import (
    after,
    bits,
    done,
    failure,
    line_of,
    open_project,
    stored_run,
    task,
    toy,
    undisturbed,
    write_project,
)

from labreport.project import Project
from labreport.results import DiskError, Store, files
from labreport.run import runner
from labreport.run.provenance import made_with


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The toy project, in whose folder its code works."""
    project = toy(tmp_path / "toy")
    monkeypatch.chdir(project.folder)
    return project


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "results")


def test_a_run_keeps_metrics_arrays_state_and_records(project: Project, store: Store) -> None:
    """What the training gives is there again, texts and numbers that are not finite too."""
    assert done(project, store, task(project, "walk", 1)) == (None, list(range(1, 21)))
    checkpoint = stored_run(store, task(project, "walk", 1)).at(20)
    assert sorted(checkpoint.arrays) == ["place", "signs", "state.place", "state.speed"]
    assert checkpoint.metrics["test"]["sum"] == checkpoint.arrays["place"].sum()
    assert numpy.isnan(checkpoint.metrics["test"]["bad"])
    assert set(checkpoint.arrays["signs"]) <= {"+", "minus"}


def test_more_epochs_train_only_what_is_new(project: Project, store: Store, tmp_path: Path) -> None:
    """From 20 epochs to 30, ten are trained, with the bits of thirty at once."""
    longer = task(project, "walk", 0, 20, 30)
    done(project, store, task(project, "walk", 0, 20))
    assert done(project, store, longer) == (None, list(range(21, 31)))
    assert bits(stored_run(store, longer)) == undisturbed(project, tmp_path, longer)


def test_an_epoch_in_between_is_trained_from_the_nearest_stored_one(project: Project, store: Store) -> None:
    """Of a run with epochs 5 and 20, epoch 8 takes three epochs; the record stays."""
    done(project, store, task(project, "walk", 0, 5, 20))
    before = stored_run(store, task(project, "walk"))
    assert done(project, store, task(project, "walk", 0, 5, 8, 20)) == (None, [6, 7, 8])
    now = stored_run(store, task(project, "walk"))
    assert before.records == now.records
    assert [5, 8, 20] == list(now.checkpoints)


def test_a_stopped_run_goes_on_from_its_last_epoch(project: Project, store: Store, tmp_path: Path) -> None:
    """What was trained before the stop is not trained again, and the bits are those of a whole run."""
    walk = task(project, "walk")
    assert done(project, store, walk, stop=after(7)) == (None, list(range(1, 8)))
    assert done(project, store, walk) == (None, list(range(8, 21)))
    run = stored_run(store, walk)
    assert bits(run) == undisturbed(project, tmp_path, walk)
    assert run.state is None
    assert len(store.files_of(run)) == 2
    assert runner.SECONDS_BETWEEN_STATES <= 5.0  # seconds that `kill -9` may lose


def test_a_state_outlives_an_epoch_before_it_that_is_read_later(project: Project, store: Store) -> None:
    """Of a run that was stopped after 12 epochs: epoch 10 takes ten, and from 12 on it goes on."""
    done(project, store, task(project, "walk"), stop=after(12))
    wanted = task(project, "walk", 0, 10, 20)
    assert done(project, store, wanted) == (None, [*range(1, 11), *range(13, 21)])


def test_a_training_that_finishes_early_is_read_at_its_last_epoch(project: Project, store: Store) -> None:
    """`advance` returned None after four of 20 epochs: every later epoch is the fourth."""
    early = task(project, "early")
    assert done(project, store, early) == (None, [1, 2, 3, 4])
    run = stored_run(store, early)
    assert (run.at(20).epoch, list(run.checkpoints), run.ended_early) == (4, [4], True)
    assert done(project, store, task(project, "early", 0, 10, 30)) == (None, [])
    run.checkpoints[4].file.unlink()
    assert done(project, Store(store.folder), early, stop=after(9)) == (None, [1, 2, 3, 4])
    assert run.checkpoints[4].file.is_file()


def test_a_training_that_ends_earlier_the_second_time_is_the_shorter_one(
    project: Project, store: Store
) -> None:
    """It does not wait for ever for the epochs of the first time."""
    early = task(project, "early")
    done(project, store, early)
    stored_run(store, early).checkpoints[4].file.unlink()
    (project.folder / "shorter").touch()
    assert done(project, Store(store.folder), early, stop=after(9)) == (None, [1, 2])
    run = stored_run(store, early)
    assert (len(run.records), list(run.checkpoints), run.ended_early) == (2, [2], True)


@pytest.mark.parametrize(("text", "first_epoch"), [("1", 6), ("2", 1)])
def test_a_run_goes_on_only_where_what_it_read_is_the_same(
    text: str, first_epoch: int, project: Project, store: Store, tmp_path: Path
) -> None:
    """It was stopped after five epochs; the state names its file, and with that edited it begins again."""
    data, reads = project.folder / "data.txt", task(project, "reads")
    data.write_text("1")
    assert done(project, store, reads, stop=after(5)) == (None, [1, 2, 3, 4, 5])
    run = stored_run(store, reads)
    assert run.state is not None
    assert list(store.file_lists.load(run.file_list_hash) or {}) == ["data.txt"]
    data.write_text(text)
    assert done(project, store, reads) == (None, list(range(first_epoch, 21)))
    assert bits(stored_run(store, reads)) == undisturbed(project, tmp_path, reads)


def test_a_file_that_changes_while_it_is_read_ends_the_run_in_one_line(
    project: Project, store: Store
) -> None:
    """What was stored before it stays, and nothing more is stored."""
    data, reads = project.folder / "data.txt", task(project, "reads")
    data.write_text("1")
    done(project, store, reads, stop=after(5))

    def edit_later() -> bool:  # by another process: what a run writes itself is none that it reads
        subprocess.run([sys.executable, "-c", f"open({str(data)!r}, 'w').write('22')"], check=True)
        return False

    failed, _ = done(project, store, reads, stop=edit_later)
    assert failed is not None
    assert "data.txt" in failed.cause
    assert "\n" not in failed.cause
    assert len(stored_run(store, reads).records) == 5


@pytest.mark.parametrize("name", ["forgets", "luck"])
def test_a_state_that_forgets_is_named(name: str, project: Project, store: Store) -> None:
    """The second epoch from the state after the first gives another result: an error at `state`."""
    failed = failure(project, store, task(project, name), proves=True)
    assert failed.location.endswith(f"project.py:{line_of('def state')}")
    assert "its epoch 2 gives another 'place' when it continues from the state of epoch 1" in failed.cause


def test_a_proof_is_made_up_for_where_the_first_training_was_stopped(project: Project, store: Store) -> None:
    """It had one epoch; a state that forgets is found when it goes on, and a whole one is proved once."""
    for name in ("forgets", "walk"):
        stopped = done(project, store, task(project, name), proves=True, stop=after(1))
        assert stopped == (None, [1])
        assert not stored_run(store, task(project, name)).provenance["proved"]
    failed = failure(project, store, task(project, "forgets"), proves=True)
    assert "its epoch 3 gives another 'place'" in failed.cause
    assert done(project, store, task(project, "walk"), proves=True) == (None, list(range(2, 21)))
    assert stored_run(store, task(project, "walk")).provenance["proved"]


@pytest.mark.parametrize("name", ["walk", "noisy"])
def test_a_state_that_is_whole_passes(name: str, project: Project, store: Store) -> None:
    """Also where no two epochs give equal bits, as on a GPU; the run that is kept has all its epochs once."""
    assert done(project, store, task(project, name), proves=True) == (None, list(range(1, 21)))


def test_the_proof_changes_no_bit(project: Project, store: Store, tmp_path: Path) -> None:
    """A run that was proved is the run that was not."""
    walk = task(project, "walk")
    done(project, store, walk, proves=True)
    assert bits(stored_run(store, walk)) == undisturbed(project, tmp_path, walk)


def test_a_fit_is_one_step(project: Project, store: Store) -> None:
    """Its metrics are the record of its only epoch, with the time that it took."""
    assert done(project, store, task(project, "once", 7)) == (None, [1])
    run = stored_run(store, task(project, "once", 7))
    assert run.at().metrics == {"test": {"score": 1.0}, "seconds": 1.0}
    assert list(run.records[0]) == ["test score", "seconds"]
    assert list(run.at().arrays["a"]) == [1, 2, 3]


@pytest.mark.parametrize("ending", [".json", ".10.safetensors", ".20.safetensors"])
def test_what_is_shorter_is_made_again(ending: str, project: Project, store: Store) -> None:
    """The file of a run or of a checkpoint is cut: it is missing, one line says so, bits are equal."""
    walk = task(project, "walk", 0, 10, 20)
    done(project, store, walk)
    run = stored_run(store, walk)
    file = next(path for path in store.files_of(run) if path.name.endswith(ending))
    file.write_bytes(file.read_bytes()[:-20])
    opened = Store(store.folder)
    opened.find(run.key, 0)
    assert len(opened.notices) == 1
    assert str(file.name) in opened.notices[0]
    assert done(project, opened, walk)[0] is None
    assert bits(run) == bits(stored_run(store, walk))


def test_a_damaged_state_is_discarded_and_the_run_goes_on_from_the_one_before(
    project: Project, store: Store
) -> None:
    """One byte of epoch 20 is another; epochs 11 to 30 are trained from epoch 10."""
    done(project, store, task(project, "walk", 0, 10, 20))
    file = stored_run(store, task(project, "walk")).checkpoints[20].file
    data = bytearray(file.read_bytes())
    data[-20] ^= 1
    file.write_bytes(data)
    assert done(project, store, task(project, "walk", 0, 10, 20, 30)) == (None, list(range(11, 31)))
    assert [10, 20, 30] == list(stored_run(store, task(project, "walk")).checkpoints)


@pytest.mark.parametrize("edited_at", [0, 1])
def test_a_run_of_edited_code_is_not_stored(
    edited_at: int, project: Project, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the worker has is not what the key says: before it begins, or at its end."""
    walk = task(project, "walk")
    edited = {**walk.inputs, "code project:fit": "new"}
    inputs = iter([walk.inputs] * edited_at + [edited])
    monkeypatch.setattr("labreport.stale.Dependencies.run_inputs", lambda *_: next(inputs))
    failed = failure(project, store, walk)
    assert "code project:fit is new instead of none: edited since the build began" in failed.cause
    assert store.find(walk.key, 0) is None


SNAPSHOT = 'return {"test": {"sum": self.place.sum(), "bad": np.nan}}, {"place": self.place, "signs": signs}'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (SNAPSHOT, "return [1], {}", "the metrics are list; return a dict of numbers"),
        (SNAPSHOT, "return {}", "snapshot returned dict; return metrics, arrays"),
        ("self.epoch += 1", "return None", "advance returned None before the end of its first epoch"),
        ("return Fit(", "return print(", "its fit returned NoneType; return Fit(metrics, arrays)"),
        (
            SNAPSHOT,
            "return {'a': object()}, {}",
            "the metrics have a value of object; allowed are numbers, texts and lists",
        ),
        (
            SNAPSHOT,
            "return {}, {'a': [{}]}",
            "array 'a' has the type list; allowed are numbers, booleans and texts",
        ),
        (
            SNAPSHOT,
            "return {}, {'state.a': 1}",
            "an array is named 'state.a'; no name may begin with 'state.'",
        ),
        (
            '{"a": [1, 2, 3]}',
            "{'state.a': 1}",
            "an array is named 'state.a'; no name may begin with 'state.'",
        ),
    ],
)
def test_what_cannot_be_stored_is_refused(
    old: str, new: str, message: str, store: Store, tmp_path: Path
) -> None:
    """One message at the author's method says what was returned and what is allowed."""
    folder = write_project(tmp_path / "other")
    text = (folder / "project.py").read_text()
    assert old in text
    (folder / "project.py").write_text(text.replace(old, new))
    project = open_project(folder)
    failed = failure(project, store, task(project, "walk" if "self" in old else "once"))
    assert message == failed.cause
    assert "project.py:" in failed.location


def test_a_full_disk_is_one_line(
    project: Project, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The worker says so, and what was there before is still there."""
    files.write_bytes(tmp_path / "file", b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(DiskError, match=r"cannot write .*: No space left on device; mend this"):
        files.write_bytes(tmp_path / "file", b"after")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"before"
    assert failure(project, store, task(project, "walk")).is_disk_error


def test_what_runs_were_made_with_is_told_once() -> None:
    """Machine and libraries, from what the runs say of themselves."""
    about = {"processor": "M2", "python": "3.12.1", "cores": 8, "threads": 2, "system": "macOS"}
    provenance = {**about, "libraries": {"numpy": "2.1"}}
    assert made_with([provenance, provenance]) == {
        "Machine": "M2, macOS, 8 cores, 2 for each run",
        "Libraries": "Python 3.12.1, numpy 2.1",
    }
