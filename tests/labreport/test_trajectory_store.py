"""Trajectories on disk: what is put comes back, and what was changed by hand does not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trained as made

from labreport.errors import ExperimentFailed, StoreError
from labreport.store.files import OtherVersion
from labreport.store.sealed import seal
from labreport.trajectory import Snapshot, Trajectory
from labreport.trajectory import store as packing
from labreport.trajectory.store import FORMAT, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty one."""
    return Store(tmp_path / "report/results")


def test_what_is_put_comes_back(store: Store) -> None:
    """Every member, and arrays only when they are asked for."""
    put = replace(made.trained(6, (2, 4), (6,)), name="ünï\n</script>")
    found = store.put(put)
    for loaded in (found, store.get(put.key), store.sound(put.key)):
        assert loaded is not None
        assert (loaded.key, loaded.name, loaded.seed) == (put.key, put.name, 0)
        assert (loaded.ingredients, loaded.segments) == (put.ingredients, put.segments)
        assert made.plain(loaded) == made.plain(put)
        assert loaded.checkpoints[6]["state.number"] == put.checkpoints[6]["state.number"]
    assert store.notices == []


def test_a_diverged_training_is_kept(store: Store) -> None:
    """Numbers that are not finite come back, on two levels, and so does where they begin."""
    records = ({"loss": 1.0, "norms": [0.5]}, {"loss": float("nan"), "norms": [float("inf"), float("-inf")]})
    snapshot = Snapshot({"test": {"accuracy": 0.1, "loss": float("nan")}}, {})
    put = replace(made.trained(2), records=records, snapshots={2: snapshot})
    found = store.put(put)
    assert repr(found.records) == repr(records)
    assert repr(found.snapshots[2].metrics) == repr(snapshot.metrics)
    assert found.diverged_at == 2
    assert made.trained(2).diverged_at is None
    assert json.loads(store.path(put.key).read_text())["records"][1]["loss"] == {"non-finite": "nan"}


def test_another_spelling_of_a_number_is_damage(store: Store) -> None:
    """Whatever is written where a number that is not finite is spelled."""
    put = store.put(replace(made.trained(1), records=({"loss": float("nan")},)))
    path = store.path(put.key)
    members = json.loads(path.read_text())
    del members["checksum"]
    members["records"] = [{"loss": {"non-finite": "lots"}}]
    path.write_bytes(seal(members))
    assert store.get(put.key) is None
    assert "has the number {'non-finite': 'lots'}" in store.notices[0]


def test_what_was_never_put_is_missing_without_a_notice(store: Store) -> None:
    """Nothing is wrong, and nothing is made."""
    assert (store.get("0" * 64), store.sound("0" * 64), store.keys(), store.orphans()) == (None, None, [], [])
    assert not store.folder.exists()
    with pytest.raises(ValueError, match="is not a key"):
        store.path("../../etc/passwd")


def test_going_on_writes_only_new_arrays_and_removes_those_of_no_more_use(store: Store) -> None:
    """The files of snapshots stay what they were; nothing piles up."""
    first = store.put(made.trained(4, (2,), (4,)))
    (_, kept, dropped) = store.paths(first.key)
    inode = kept.stat().st_ino
    longer = made.trained(6, (2, 6))
    found = store.put(replace(longer, snapshots={**longer.snapshots, 2: first.snapshots[2]}))
    assert kept.stat().st_ino == inode
    assert not dropped.exists()
    assert made.plain(found) == made.plain(longer)
    assert len(store.paths(first.key)) == 3


def test_arrays_are_on_the_disk_before_the_document_that_names_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And those that it names no more are removed after it is written."""
    store.put(made.trained(4, (2,), (4,)))
    done: list[str] = []

    def noting(call: str, really: Callable[..., None]) -> Callable[..., None]:
        def use(*paths: Path) -> None:
            done.append(f"{call} {paths[-1].suffix}")
            really(*paths)

        return use

    for call in ("replace", "unlink"):
        monkeypatch.setattr(os, call, noting(call, getattr(os, call)))
    store.put(made.trained(6, (2, 6)))
    assert done == ["replace .safetensors", "replace .json", "unlink .safetensors"]


def test_sound_leaves_out_only_the_epochs_whose_arrays_are_bad(store: Store) -> None:
    """Training then continues from the others; the document keeps its records."""
    put = store.put(made.trained(6, (2, 4), (6,)))
    missing, damaged, _ = store.paths(put.key)[1:]
    missing.unlink()
    damaged.write_bytes(damaged.read_bytes()[::-1])
    found = store.sound(put.key)
    assert found is not None
    assert (found.epochs, set(found.states)) == (6, {6})
    assert len(store.notices) == 1
    assert "differs from its checksum; it was moved to" in store.notices[0]


def test_arrays_damaged_after_planning_are_refused_when_read(store: Store) -> None:
    """The last look is at the bytes that are used; the next run makes them again."""
    put = store.put(made.trained(4, (2, 4)))
    first, second = store.paths(put.key)[1:]
    first.write_bytes(second.read_bytes())
    second.unlink()
    for epoch, reason in ((2, "differs from its checksum"), (4, "is missing")):
        with pytest.raises(StoreError, match=f"{reason}; run again to rebuild it"):
            len(put.snapshots[epoch].arrays)
    assert made.plain(store.put(made.trained(4, (2, 4)))) == made.plain(made.trained(4, (2, 4)))


Edit = Callable[[dict[str, Any]], object]
EDITS: dict[str, Edit] = {
    "another seed": lambda plain: plain.update(seed=1),
    "another rate": lambda plain: plain["ingredients"]["specification"].update(rate=0.25),
    "another key": lambda plain: plain.update(key="0" * 64),
    "another format": lambda plain: plain.update(format="labreport trajectory 0"),
    "no records": lambda plain: plain.update(records=[]),
    "one record less": lambda plain: plain["records"].pop(),
    "a record too many": lambda plain: plain["records"].append({}),
    "records of texts": lambda plain: plain.update(records=["text"] * 4),
    "no segments": lambda plain: plain.update(segments=[]),
    "segments of texts": lambda plain: plain.update(segments=["text"]),
    "a segment of texts": lambda plain: plain["segments"][0].update(last="4"),
    "a snapshot beyond the end": lambda plain: plain["snapshots"].update({"9": plain["snapshots"]["2"]}),
    "a snapshot at epoch 0": lambda plain: plain["snapshots"].update({"0": plain["snapshots"]["2"]}),
    "a snapshot at no epoch": lambda plain: plain["snapshots"].update({"x": plain["snapshots"]["2"]}),
    "an epoch twice": lambda plain: plain["checkpoints"].update({"2": plain["checkpoints"]["4"]}),
    "a path for a digest": lambda plain: plain["checkpoints"]["4"].update(sha256="../" * 22),
    "arrays of no bytes": lambda plain: plain["checkpoints"]["4"].update(size=0),
    "a member more": lambda plain: plain.update(other=1),
    "a member less": lambda plain: plain.pop("segments"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_document_edited_by_hand_is_refused(edit: str, store: Store) -> None:
    """With or without a new checksum: its parts must agree with each other, and with its name."""
    put = store.put(made.trained(4, (2,), (4,)))
    path = store.path(put.key)
    plain = json.loads(path.read_text())
    EDITS[edit](plain)
    unsigned = json.dumps(plain, indent=1).encode()
    del plain["checksum"]
    for data in (unsigned, seal(plain)):
        path.write_bytes(data)
        store.notices.clear()
        assert store.get(put.key) is None
        assert len(store.notices) == 1
        assert not path.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"records": ({"loss": {"non-finite": 1}},)}, "the name 'non-finite' is taken"),
        ({"records": ({"text": "x" * (9 << 20)},)}, "bytes; at most"),
        ({"records": ()}, "has 0 epochs"),
        ({"snapshots": {1: Snapshot({"a": {1: 2}}, {})}}, "the metrics of epoch 1.a has the key 1"),
        ({"snapshots": {1: Snapshot({}, {"a": 1j})}}, "array 'a' has the type complex128"),
        ({"snapshots": {2: Snapshot({}, {})}}, "keeps arrays at epoch 2, of 1 epochs"),
    ],
)
def test_what_cannot_be_kept_fails_its_experiment_and_leaves_what_there_was(
    change: dict[str, Any], message: str, store: Store
) -> None:
    """One line; what was stored before is as it was."""
    before = store.put(made.trained(1))
    with pytest.raises(ExperimentFailed, match=f"its result cannot be kept: .*{message}"):
        store.put(replace(made.trained(1), **change))
    found = store.get(before.key)
    assert found is not None
    assert made.plain(found) == made.plain(before)


def test_a_document_that_is_damaged_is_not_written_over(store: Store) -> None:
    """It goes to quarantine, as do damaged arrays that are written again."""
    put = store.put(made.trained(2, (2,)))
    for path in store.paths(put.key):
        path.write_bytes(b"damaged")
    store.put(made.trained(2, (2,)))
    kept = [path.read_bytes() for path in (store.folder.parent / "quarantine").iterdir()]
    assert kept == [b"damaged"] * 2
    assert len(store.notices) == 2


def test_arrays_that_no_document_names_are_orphans(store: Store) -> None:
    """Left by a killed run; other files are nobody's business."""
    put = store.put(made.trained(2, (2,)))
    orphan = store.folder / f"{put.key}.1.{'0' * 12}.safetensors"
    for path in (orphan, store.folder / "mine.safetensors", store.folder / f"{'x' * 64}.json"):
        path.write_bytes(b"")
    assert store.orphans() == [orphan]
    assert store.keys() == [put.key]


@pytest.mark.parametrize(
    "name", ["spa ce", "quote'\"", "new\nline", "emoji🙂", "\udcff", "a" * 255, "-rf", "%s{}"]
)
def test_odd_paths_work(name: str, tmp_path: Path) -> None:
    """The store lies wherever the user wants it, and notices stay in one line."""
    store = Store(tmp_path / name / "results")
    put = store.put(made.trained(2, (2,)))
    assert made.plain(put) == made.plain(made.trained(2, (2,)))
    store.path(put.key).write_text("{}")
    assert store.get(put.key) is None
    assert len(store.notices) == 1
    assert "\n" not in store.notices[0]


@pytest.mark.parametrize(
    ("names", "message"), [(["d" * 200] * 21, "File name too long"), (["file"], "is not a folder; remove it")]
)
def test_a_folder_that_cannot_be_made_is_one_line(names: list[str], message: str, tmp_path: Path) -> None:
    """It names the path."""
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path.joinpath(*names) / "results")
    with pytest.raises(StoreError, match=message):
        store.put(made.trained(1))


def test_a_trajectory_of_another_folder_is_copied(store: Store, tmp_path: Path) -> None:
    """Its arrays are read from there, and written here."""
    other = Store(tmp_path / "other/results")
    found: Trajectory = store.put(other.put(made.trained(2, (2,))))
    for path in other.paths(found.key):
        path.unlink()
    assert made.plain(found) == made.plain(made.trained(2, (2,)))


def test_a_result_of_another_version_is_kept_and_called_so(store: Store) -> None:
    """Not damaged, in no quarantine, and its arrays are not those of nobody; the next one has its place."""
    put = made.trained(3, (3,))
    store.put(put)
    path = store.path(put.key)
    members = {**json.loads(path.read_text()), "format": "labreport trajectory 9", "more": [1]}
    del members["checksum"]
    newer = seal(members)
    path.write_bytes(newer)
    looking = Store(store.folder, repair=False)
    assert (looking.get(put.key), looking.orphans(), looking.other_versions()) == (None, [], [])
    assert looking.notices[0].endswith("another version of this program (labreport trajectory 9)")
    again = Store(store.folder)
    assert again.get(put.key) is None
    (folder,) = again.other_versions()
    assert (folder / path.name).read_bytes() == newer
    assert len(list(folder.iterdir())) == 2
    assert again.orphans() == []
    assert again.notices[0].endswith("(labreport trajectory 9); they are kept in results/other-versions")
    assert made.plain(again.put(put)) == made.plain(put)
    assert not (store.folder.parent / "quarantine").exists()


@pytest.mark.parametrize("packed", [False, True])
def test_a_result_that_another_version_put_aside_is_taken_back(
    packed: bool, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also out of a pack: going back to this version costs no training."""
    put = made.trained(3, (3,))
    store.put(put)
    if packed:
        monkeypatch.setattr(packing, "MANY", 1)
        store.compact()
        assert store.packs()
    with monkeypatch.context() as without:
        without.setattr(Store, "take_back", lambda newer: None)
        assert not Store(store.folder)._put_aside(put.key, OtherVersion(FORMAT))
    assert Store(store.folder).keys() == []
    newer = Store(store.folder)
    newer.take_back()
    found = newer.get(put.key)
    assert found is not None
    assert made.plain(found) == made.plain(put)
    assert newer.other_versions() == []
    assert newer.notices == []


def test_another_kind_of_document_is_damage(store: Store) -> None:
    """Only another number in the name of the form is another version."""
    put = made.trained(1)
    store.put(put)
    path = store.path(put.key)
    for form in ("labreport cache 2", "labreport trajectory x", "labreport trajectory"):
        path.write_bytes(seal({"format": form}))
        assert Store(store.folder).get(put.key) is None
        store.put(put)
    assert len(list((store.folder.parent / "quarantine").iterdir())) == 3
