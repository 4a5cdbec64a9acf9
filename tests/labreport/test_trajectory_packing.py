"""Many small trajectories are kept in few files, and nothing is lost on the way there or after damage."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trained as made

from labreport.errors import StoreError
from labreport.fingerprint.files import sha256
from labreport.store.files import QUARANTINE, remove
from labreport.trajectory import Trajectory
from labreport.trajectory import store as packing
from labreport.trajectory.store import Store

COUNT = 8


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs of three from four on."""
    monkeypatch.setattr(packing, "MANY", 4)
    monkeypatch.setattr(packing, "IN_ONE", 3)


@pytest.fixture
def kept(tmp_path: Path) -> dict[str, Trajectory]:
    """What is in the store of `reopened`, by key."""
    store = reopened(tmp_path)
    return {(put := made.trained(2, (1, 2), seed=seed)).key: store.put(put) for seed in range(COUNT)}


def reopened(folder: Path, repair: bool = True) -> Store:
    """The store, as the next run finds it."""
    return Store(folder / "report/results", repair=repair)


def names(store: Store) -> list[str]:
    """The endings of the files in the folder."""
    return sorted(path.name[64:] for path in store.folder.iterdir())


def equal(store: Store, kept: dict[str, Trajectory], but: frozenset[str] = frozenset()) -> None:
    """All that was kept is there and sound, except what `but` names."""
    for key, put in kept.items():
        if key not in but:
            for found in (store.get(key), store.sound(key)):
                assert found is not None
                assert made.plain(found) == made.plain(put)
                assert found.satisfies(2, (1, 2))


def test_many_small_trajectories_are_put_into_few_files(tmp_path: Path, kept: dict[str, Trajectory]) -> None:
    """They read as before, in the same process and in the next, and there is nothing left to do."""
    expected = {key: made.plain(one) for key, one in kept.items()}
    store = reopened(tmp_path)
    before = {path.name for path in store.folder.iterdir()}
    assert {path.name for path in store.compact()} == before
    assert names(store) == [".pack"] * 3
    for again in (store, reopened(tmp_path), reopened(tmp_path, repair=False)):
        assert again.keys() == sorted(kept)
        assert {key: made.plain(found) for key in kept if (found := again.get(key))} == expected
        equal(again, kept)
        assert (again.notices, again.orphans(), again.compact()) == ([], [], [])
        assert [again.digest(f"{key}.json", sha256) for key in kept].count(None) == 0


def test_few_and_large_ones_stay_files(tmp_path: Path, kept: dict[str, Trajectory], monkeypatch: Any) -> None:
    """Below the number, and above the size."""
    store = reopened(tmp_path)
    before = names(store)
    monkeypatch.setattr(packing, "MANY", COUNT + 1)
    assert (store.compact(), names(store)) == ([], before)
    monkeypatch.setattr(packing, "MANY", 4)
    monkeypatch.setattr(packing, "SMALL", 100)
    assert (store.compact(), names(store)) == ([], before)


def test_what_is_damaged_before_is_not_packed(tmp_path: Path, kept: dict[str, Trajectory]) -> None:
    """It stays where it is, to be found and set aside as ever."""
    store, (first, second, *_) = reopened(tmp_path), sorted(kept)
    store.path(first).write_text("{}")
    store.paths(second)[1].write_bytes(b"other")
    store.compact()
    assert store.path(first).exists()
    assert store.path(second).exists()
    assert reopened(tmp_path).get(first) is None
    found = reopened(tmp_path).sound(second)
    assert found is not None
    assert list(found.snapshots) == [2]
    equal(reopened(tmp_path), kept, frozenset((first, second)))


@pytest.mark.parametrize("seed", range(12))
def test_one_altered_byte_costs_one_trajectory_at_most(
    tmp_path: Path, kept: dict[str, Trajectory], seed: int
) -> None:
    """Wherever in a pack it is; the pack is set aside, and all else is kept as files."""
    store = reopened(tmp_path)
    store.compact()
    draw = random.Random(seed)
    path = draw.choice(sorted(store.packs()))
    inside = {key for key in kept for member in store.members(key).values() if member.pack == path}
    data = bytearray(path.read_bytes())
    # a third of the trials in the first line, which lists the members
    place = draw.randrange(data.index(b"\n") if seed % 3 == 0 else len(data))
    data[place] ^= 1 << draw.randrange(8)
    path.write_bytes(data)
    looking = reopened(tmp_path, repair=False)
    digests = {key: looking.digest(f"{key}.json", sha256) for key in kept}
    assert path.exists()
    assert looking.notices or draw
    store = reopened(tmp_path)
    for key in kept:
        store.digest(f"{key}.json", sha256)
    assert not path.exists()
    assert [one.name[: len(path.name)] for one in (tmp_path / "report" / QUARANTINE).iterdir()] == [path.name]
    assert "differs from its checksum" in store.notices[0]
    lost = {key for key in kept if (found := store.sound(key)) is None or not found.satisfies(2, (1, 2))}
    assert len(lost) <= 1
    assert lost <= inside
    equal(reopened(tmp_path), kept, frozenset(lost))
    assert {key for key, digest in digests.items() if digest is None} <= inside


@pytest.mark.parametrize("deed", ["cut", "emptied", "a folder", "removed", "a FIFO"])
def test_a_pack_that_is_none_is_set_aside(tmp_path: Path, kept: dict[str, Trajectory], deed: str) -> None:
    """What it had is missing then, or what was cut off of it; the others are as they were."""
    store = reopened(tmp_path)
    store.compact()
    path, *_ = store.packs()
    inside = {key for key in kept for member in store.members(key).values() if member.pack == path}
    data = path.read_bytes()
    path.unlink()
    if deed in ("cut", "emptied"):
        path.write_bytes(data[: len(data) // 2 if deed == "cut" else 0])
    elif deed == "a folder":
        path.mkdir()
    elif deed == "a FIFO":
        os.mkfifo(path)
    store = reopened(tmp_path)
    sound = {key for key in kept if store.digest(f"{key}.json", sha256) and store.sound(key)}
    assert sound >= set(kept) - inside
    assert (len(sound & inside) > 0) == (deed == "cut")
    assert not path.exists()
    assert bool(store.notices) == (deed != "removed")
    equal(store, kept, frozenset(inside))


def test_a_training_that_continues_counts_before_what_is_packed(
    tmp_path: Path, kept: dict[str, Trajectory]
) -> None:
    """It has all of its arrays as files of its own, so that the pack can go; packed again, it replaces it."""
    store = reopened(tmp_path)
    store.compact()
    key, *others = sorted(kept)
    before = store.sound(key)
    assert before is not None
    longer = store.put(made.trained(4, (4,), seed=before.seed).merge(before))
    assert (longer.epochs, sorted(longer.snapshots)) == (4, [1, 2, 4])
    store.drop([key])
    for again in (store, reopened(tmp_path)):
        found = again.sound(key)
        assert found is not None
        assert made.plain(found) == made.plain(longer)
        assert sorted(found.snapshots) == [1, 2, 4]
    for seed in range(COUNT, COUNT + 4):
        store.put(made.trained(2, (1, 2), seed=seed))
    store.compact()
    assert set(names(store)) == {".pack"}
    found = reopened(tmp_path).sound(key)
    assert found is not None
    assert found.epochs == 4
    equal(reopened(tmp_path), {other: kept[other] for other in others})


def test_what_is_dropped_leaves_the_others(tmp_path: Path, kept: dict[str, Trajectory]) -> None:
    """Their packs make way for packs without it."""
    store = reopened(tmp_path)
    store.compact()
    dropped = frozenset(sorted(kept)[:4])
    size = store.size(sorted(kept)[0])
    assert size > 1000
    store.drop(dropped)
    assert len(names(store)) == 2
    for again in (store, reopened(tmp_path)):
        assert again.keys() == sorted(set(kept) - dropped)
        equal(again, kept, dropped)


def test_what_is_damaged_beside_what_is_dropped_is_put_into_no_new_pack(
    tmp_path: Path, kept: dict[str, Trajectory]
) -> None:
    """It would get a checksum that fits; the pack is taken apart, and set aside."""
    store = reopened(tmp_path)
    store.compact()
    first = min(kept)
    path = store.members(first)[f"{first}.json"].pack
    members = [(key, one) for key in kept if key != first for one in store.members(key).values()]
    key, beside = next((key, one) for key, one in members if one.pack == path)
    data = bytearray(path.read_bytes())
    data[beside.offset + 50] ^= 1
    path.write_bytes(data)
    store.drop([first])
    assert "differs from its checksum" in store.notices[0]
    equal(reopened(tmp_path), kept, frozenset((first, key)))


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("deed", ["packing", "packing again", "dropping", "taking apart"])
def test_a_kill_at_any_moment_loses_nothing(
    tmp_path: Path, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before and after each call that changes the disk, and the next run can finish what was begun."""
    calls = ("replace", "unlink", "fsync", "rename", "open", "write")
    moment = finished = 0
    store = reopened(tmp_path / "before")
    kept = {(put := made.trained(2, (1, 2), seed=seed)).key: store.put(put) for seed in range(4)}
    lost = prepare(store, deed, kept)
    while not finished:
        folder = tmp_path / f"{moment}"
        shutil.copytree(tmp_path / "before", folder)
        act = begun(reopened(folder), deed, kept)
        with monkeypatch.context() as patched:
            left = [moment]
            for name in calls:
                patched.setattr(os, name, killing(getattr(os, name), left))
            patched.setattr("labreport.store.shelf.remove", killing(remove, left))
            try:
                act()
                finished = 1
            except Killed:
                pass
        equal(reopened(folder), kept, lost)
        again = reopened(folder)
        for key in kept:
            again.digest(f"{key}.json", sha256)
        again.compact()
        equal(reopened(folder), kept, lost)
        moment += 1
    assert moment > 8


def prepare(store: Store, deed: str, kept: dict[str, Trajectory]) -> frozenset[str]:
    """Bring the store to where it is interrupted; the trajectories that may be gone afterwards."""
    if deed == "packing":
        return frozenset()
    store.compact()
    first, *_ = sorted(kept)
    if deed == "packing again":
        for one in kept.values():
            store.put(made.trained(2, (1, 2), seed=one.seed))
        return frozenset()
    if deed == "taking apart":
        member = store.members(first)[f"{first}.json"]
        data = bytearray(member.pack.read_bytes())
        data[member.offset + 100] ^= 1
        member.pack.write_bytes(data)
    return frozenset([first])


def begun(store: Store, deed: str, kept: dict[str, Trajectory]) -> Callable[[], object]:
    """What is to be interrupted."""
    if deed == "dropping":
        store.keys()
        return lambda: store.drop([min(kept)])
    if deed == "taking apart":
        store.keys()
        return lambda: [store.digest(f"{key}.json", sha256) for key in kept]
    return lambda: store.compact()


def killing(call: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    """The call, unless so many were made before."""

    def called(*arguments: Any, **named: Any) -> Any:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return call(*arguments, **named)

    return called


def test_a_full_disk_leaves_everything_as_it_was(
    tmp_path: Path, kept: dict[str, Trajectory], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, and not even a temporary file."""
    store = reopened(tmp_path)
    before = names(store)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match=r"Disk full: cannot write .*\. Free some space"):
            store.compact()
    assert names(store) == before
    equal(reopened(tmp_path), kept)
