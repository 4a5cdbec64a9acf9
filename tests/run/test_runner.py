"""One run, driven in this process: continued, kept, proved, stopped."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from run.toys import bits, done, line_of, stored_run, task, toy, write_project

from labreport.project import Project
from labreport.results import DiskError, Store, files
from labreport.run import runner
from labreport.stale import load


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The toy project."""
    return toy(tmp_path / "toy")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "results")


def test_a_run_keeps_metrics_arrays_state_and_records(project: Project, store: Store) -> None:
    """What the training gives is there again, texts and numbers that are not finite too."""
    assert done(project, store, task(project, "walk", 1)) == (None, list(range(1, 21)))
    kept = stored_run(store, task(project, "walk", 1)).at(20)
    assert sorted(kept.arrays) == ["place", "signs", "state.place", "state.speed"]
    assert kept.metrics["test"]["sum"] == kept.arrays["place"].sum()
    assert numpy.isnan(kept.metrics["test"]["bad"])
    assert set(kept.arrays["signs"]) <= {"+", "minus"}


def test_more_epochs_train_only_what_is_new(project: Project, store: Store, tmp_path: Path) -> None:
    """From 20 epochs to 30, ten are trained, with the bits of thirty at once."""
    done(project, store, task(project, "walk", 0, 20))
    assert done(project, store, task(project, "walk", 0, 20, 30)) == (None, list(range(21, 31)))
    done(project, at_once := Store(tmp_path / "at_once"), task(project, "walk", 0, 20, 30))
    assert bits(stored_run(store, task(project, "walk"))) == bits(stored_run(at_once, task(project, "walk")))


def test_an_epoch_in_between_is_trained_from_the_nearest_kept_one(project: Project, store: Store) -> None:
    """Of a run with epochs 5 and 20, epoch 8 takes three epochs; the record stays."""
    done(project, store, task(project, "walk", 0, 5, 20))
    before = stored_run(store, task(project, "walk"))
    assert done(project, store, task(project, "walk", 0, 5, 8, 20)) == (None, [6, 7, 8])
    after = stored_run(store, task(project, "walk"))
    assert before.records == after.records
    assert [5, 8, 20] == list(after.checkpoints)


def test_a_stopped_run_goes_on_from_its_last_epoch(project: Project, store: Store, tmp_path: Path) -> None:
    """What was trained before the stop is not trained again, and the bits are those of a whole run."""
    asked = iter([False] * 7 + [True])
    assert done(project, store, task(project, "walk"), stop=lambda: next(asked)) == (None, list(range(1, 8)))
    assert done(project, store, task(project, "walk")) == (None, list(range(8, 21)))
    done(project, unbroken := Store(tmp_path / "unbroken"), task(project, "walk"))
    run = stored_run(store, task(project, "walk"))
    assert bits(run) == bits(stored_run(unbroken, task(project, "walk")))
    assert run.state is None
    assert len(store.files(run)) == 2
    assert runner.SECONDS_BETWEEN_STATES <= 5.0  # seconds that `kill -9` may lose


def test_a_state_outlives_an_epoch_before_it_that_is_read_later(project: Project, store: Store) -> None:
    """Of a run that was stopped after 12 epochs: epoch 10 takes ten, and from 12 on it goes on."""
    asked = iter([False] * 12 + [True])
    done(project, store, task(project, "walk"), stop=lambda: next(asked))
    wanted = task(project, "walk", 0, 10, 20)
    assert done(project, store, wanted) == (None, [*range(1, 11), *range(13, 21)])


def test_a_training_that_finishes_early_is_read_at_its_last_epoch(project: Project, store: Store) -> None:
    """`advance` returned None after four of 20 epochs: every later epoch is the fourth."""
    assert done(project, store, task(project, "early")) == (None, [1, 2, 3, 4])
    run = stored_run(store, task(project, "early"))
    assert (run.at(20).epoch, list(run.checkpoints), run.finished) == (4, [4], True)
    assert done(project, store, task(project, "early", 0, 10, 30)) == (None, [])
    run.checkpoints[4].file.unlink()
    asked = iter([False] * 9 + [True])  # so that it ends, whatever is broken
    again = done(project, Store(store.folder), task(project, "early"), stop=lambda: next(asked))
    assert again == (None, [1, 2, 3, 4])
    assert run.checkpoints[4].file.is_file()


def test_a_training_that_ends_earlier_the_second_time_is_the_shorter_one(
    project: Project, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It does not wait for ever for the epochs of the first time."""
    monkeypatch.chdir(tmp_path)
    done(project, store, task(project, "early"))
    stored_run(store, task(project, "early")).checkpoints[4].file.unlink()
    (tmp_path / "shorter").touch()
    asked = iter([False] * 9 + [True])  # so that it ends, whatever is broken
    again = done(project, Store(store.folder), task(project, "early"), stop=lambda: next(asked))
    assert again == (None, [1, 2])
    run = stored_run(store, task(project, "early"))
    assert (len(run.records), list(run.checkpoints), run.finished) == (2, [2], True)


def test_a_run_goes_on_only_where_what_it_read_is_the_same(
    project: Project, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It was stopped after five epochs; with its file edited it begins again, else it goes on."""
    monkeypatch.chdir(project.folder)
    data = project.folder / "data.txt"
    for text, second in (("1", list(range(6, 21))), ("2", list(range(1, 21)))):
        data.write_text("1")
        store = Store(tmp_path / text)
        asked = iter([False] * 5 + [True])
        first = done(project, store, task(project, "reads"), stop=lambda asked=asked: next(asked))
        assert first == (None, [1, 2, 3, 4, 5])
        data.write_text(text)
        assert done(project, store, task(project, "reads")) == (None, second)
        undisturbed = Store(tmp_path / f"undisturbed {text}")
        done(project, undisturbed, task(project, "reads"))
        assert bits(stored_run(store, task(project, "reads"))) == bits(
            stored_run(undisturbed, task(project, "reads"))
        )


def test_every_writing_names_what_was_read_so_far(
    project: Project, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state, too."""
    monkeypatch.chdir(project.folder)
    (project.folder / "data.txt").write_text("1")
    asked = iter([False] * 5 + [True])
    done(project, store, task(project, "reads"), stop=lambda: next(asked))
    run = stored_run(store, task(project, "reads"))
    assert run.state is not None
    assert list(store.reads.load(run.reads) or {}) == ["data.txt"]


def test_a_file_that_changes_while_it_is_read_ends_the_run_in_one_line(
    project: Project, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored before it stays, and nothing more is stored."""
    monkeypatch.chdir(project.folder)
    data = project.folder / "data.txt"
    data.write_text("1")
    asked = iter([False] * 5 + [True])
    done(project, store, task(project, "reads"), stop=lambda: next(asked))

    def edit_later() -> bool:  # by another process: what a run writes itself is none that it reads
        subprocess.run([sys.executable, "-c", f"open({str(data)!r}, 'w').write('22')"], check=True)
        return False

    failed, _ = done(project, store, task(project, "reads"), stop=edit_later)
    assert failed is not None
    assert "data.txt" in failed.cause
    assert "\n" not in failed.cause
    assert len(stored_run(store, task(project, "reads")).records) == 5


@pytest.mark.parametrize("name", ["forgets", "luck"])
def test_a_state_that_forgets_is_named(name: str, project: Project, store: Store) -> None:
    """The second epoch from the state after the first gives another result: an error at `state`."""
    trouble, _ = done(project, store, task(project, name), proves=True)
    assert trouble is not None
    assert trouble.location.endswith(f"project.py:{line_of('def state')}")
    assert "its epoch 2 gives another 'place' when it continues from the state of epoch 1" in trouble.cause


def test_a_proof_is_made_up_for_where_the_first_training_was_stopped(project: Project, store: Store) -> None:
    """It had one epoch; a state that forgets is found when it goes on, and a whole one is proved once."""
    for name in ("forgets", "walk"):
        asked = iter([False, True])
        stopped = done(project, store, task(project, name), proves=True, stop=lambda asked=asked: next(asked))
        assert stopped == (None, [1])
        assert not stored_run(store, task(project, name)).provenance["proved"]
    failed, _ = done(project, store, task(project, "forgets"), proves=True)
    assert failed is not None
    assert "its epoch 2 gives another 'place'" in failed.cause
    assert done(project, store, task(project, "walk"), proves=True) == (None, list(range(2, 21)))
    assert stored_run(store, task(project, "walk")).provenance["proved"]


@pytest.mark.parametrize("name", ["walk", "noisy"])
def test_a_state_that_is_whole_passes(name: str, project: Project, store: Store) -> None:
    """Also where no two epochs give equal bits, as on a GPU; the run that is kept has all its epochs once."""
    assert done(project, store, task(project, name), proves=True) == (None, list(range(1, 21)))


def test_the_proof_changes_no_bit(project: Project, store: Store, tmp_path: Path) -> None:
    """A run that was proved is the run that was not."""
    done(project, store, task(project, "walk"), proves=True)
    done(project, unproved := Store(tmp_path / "unproved"), task(project, "walk"))
    assert bits(stored_run(store, task(project, "walk"))) == bits(stored_run(unproved, task(project, "walk")))


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
    done(project, store, task(project, "walk", 0, 10, 20))
    run = stored_run(store, task(project, "walk"))
    file = next(path for path in store.files(run) if path.name.endswith(ending))
    file.write_bytes(file.read_bytes()[:-20])
    looked = Store(store.folder)
    looked.find(run.key, 0)
    assert len(looked.notices) == 1
    assert str(file.name) in looked.notices[0]
    assert done(project, looked, task(project, "walk", 0, 10, 20))[0] is None
    assert bits(run) == bits(stored_run(store, task(project, "walk")))


def test_a_damaged_state_is_discarded_and_the_run_goes_on_from_the_one_before(
    project: Project, store: Store
) -> None:
    """One byte of epoch 20 is another; epochs 11 to 30 are trained from epoch 10."""
    done(project, store, task(project, "walk", 0, 10, 20))
    file = stored_run(store, task(project, "walk")).checkpoints[20].file
    data = bytearray(file.read_bytes())
    data[-20] ^= 1
    file.write_bytes(data)
    failed, epochs = done(project, store, task(project, "walk", 0, 10, 20, 30))
    assert failed is None
    assert epochs == list(range(11, 31))
    assert [10, 20, 30] == list(stored_run(store, task(project, "walk")).checkpoints)


def test_a_run_of_edited_code_is_not_stored(
    project: Project, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the worker has is not what the key says: at the end, too."""
    wanted = task(project, "walk")
    inputs = iter([wanted.inputs, {**wanted.inputs, "code project:fit": "new"}])
    monkeypatch.setattr("labreport.stale.Dependencies.run_inputs", lambda *_: next(inputs))
    failed, _ = done(project, store, wanted)
    assert failed is not None
    assert "code project:fit is new instead of none" in failed.cause
    assert store.find(wanted.key, 0) is None


SNAPSHOT = 'return {"test": {"sum": self.place.sum(), "bad": np.nan}}, {"place": self.place, "signs": signs}'
KINDS = "allowed are numbers, "


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            SNAPSHOT,
            "return {'a': object()}, {}",
            f"the metrics have a value of object; {KINDS}texts and lists",
        ),
        (SNAPSHOT, "return [1], {}", "the metrics are list; return a dict of numbers"),
        (SNAPSHOT, "return {}", "snapshot returned dict; return metrics, arrays"),
        (SNAPSHOT, "return {}, {'a': [{}]}", f"array 'a' has the type list; {KINDS}booleans and texts"),
        (
            SNAPSHOT,
            "return {}, {'state.a': 1}",
            "an array is named 'state.a'; no name may begin with 'state.'",
        ),
        ("self.epoch += 1", "return None", "advance returned None before the end of its first epoch"),
        ("return Fit(", "return print(", "its fit returned NoneType; return Fit(metrics, arrays)"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    old: str, new: str, message: str, store: Store, tmp_path: Path
) -> None:
    """One message at the author's method says what was returned and what is allowed."""
    folder = write_project(tmp_path / "other")
    text = (folder / "project.py").read_text()
    assert old in text
    (folder / "project.py").write_text(text.replace(old, new))
    project = load(folder)
    trouble, _ = done(project, store, task(project, "once" if "Fit" in old else "walk"))
    assert trouble is not None
    assert message == trouble.cause
    assert "project.py:" in trouble.location


def test_a_full_disk_is_one_line(
    project: Project, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The worker says so, and what was there before is still there."""
    files.write_bytes(tmp_path / "file", b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(DiskError, match=r"cannot write .*: the disk is full; free some space"):
        files.write_bytes(tmp_path / "file", b"after")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"before"
    trouble, _ = done(project, store, task(project, "walk"))
    assert trouble is not None
    assert trouble.disk
