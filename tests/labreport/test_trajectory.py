"""Trajectories as values, and what any order of wishes and interruptions leaves of them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import trained as made
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from labreport.errors import ExperimentFailed
from labreport.execute import worker
from labreport.execute.session import Session
from labreport.execute.training import Trainings
from labreport.execute.worker import Message, drive
from labreport.fingerprint.files import Digests
from labreport.store import arrays
from labreport.store.files import find_strays
from labreport.trajectory import Snapshot, Trajectory
from labreport.trajectory.store import Store


def test_extending_names_the_place_of_each_stretch_once() -> None:
    """Epochs of one place and start are one segment, others another, and all epochs are covered."""
    found = made.empty()
    for started in ("today", "today", "tomorrow"):
        found = found.extended({}, {"processor": "sand", "started": started, "finished": str(found.epochs)})
    assert [(part["first"], part["last"]) for part in found.segments] == [(1, 2), (3, 3)]
    assert found.segments[0]["finished"] == "1"
    assert found.covered()


@pytest.mark.parametrize(
    "segments",
    [(), ((1, 2),), ((2, 3),), ((1, 1), (3, 3)), ((1, 2), (2, 3)), ((1, 4),), ((1, 3), (4, 3)), ((1, "3"),)],
)
def test_segments_with_a_gap_or_twice_do_not_cover(segments: tuple[tuple[Any, Any], ...]) -> None:
    """Three epochs, each computed at one place."""
    parts = tuple({"first": first, "last": last} for first, last in segments)
    assert not Trajectory("", {}, "", ({}, {}, {}), segments=parts).covered()


def test_a_cut_is_what_there_was_at_that_epoch() -> None:
    """Records, snapshots, checkpoints and segments."""
    found = made.trained(9, (4, 8), (2, 6))
    assert made.plain(found.cut(4)) == made.plain(made.trained(4, (4,)))
    assert (set(found.cut(7).checkpoints), set(found.cut(7).snapshots)) == ({2, 6}, {4})
    assert found.cut(5).covered()
    assert found.cut(99) == found


@pytest.mark.parametrize(
    ("epochs", "snapshots", "missing", "stretches"),
    [
        (6, (), (), []),
        (6, (4,), (), []),
        (8, (4,), (8,), [(6, 8)]),
        (8, (2, 5), (2, 5, 8), [(0, 2), (4, 5), (6, 8)]),
        (6, (6,), (6,), [(6, 6)]),
        (9, (6, 7), (6, 7, 9), [(6, 9)]),
        (3, (1, 3), (1, 3), [(0, 3)]),
    ],
)
def test_what_is_missing_is_trained_from_the_nearest_state(
    epochs: int, snapshots: tuple[int, ...], missing: tuple[int, ...], stretches: list[tuple[int, int]]
) -> None:
    """Six epochs with a snapshot at 4 and a checkpoint at 6; stretches do not overlap."""
    found = made.trained(6, (4,), (6,))
    assert found.missing(epochs, snapshots) == missing
    assert found.satisfies(epochs, snapshots) == (not missing)
    assert found.stretches(epochs, snapshots) == stretches


def test_merging_keeps_the_own_records_and_adds_what_lies_beyond() -> None:
    """Later epochs, other snapshots, and the states after the own end."""
    long, short = made.trained(9, (2, 9), (5, 7)), made.trained(6, (3,), (6,))
    found = short.merge(long)
    assert made.plain(found) == made.plain(made.trained(9, (2, 3, 9)))
    assert set(found.checkpoints) == {6, 7}
    assert found.covered()
    with pytest.raises(ValueError, match="not of the same key"):
        short.merge(made.trained(3, seed=1))


def test_a_snapshot_takes_the_place_of_a_checkpoint_of_its_epoch() -> None:
    """Wherever the two come from, an epoch is kept once."""
    found = made.trained(6, (), (6,)).merge(made.trained(6, (6,)))
    assert (set(found.snapshots), set(found.checkpoints)) == ({6}, set())


def test_states_before_a_new_one_are_dropped_and_later_ones_kept() -> None:
    """A later one belongs to another stretch, from which training continues."""
    found = made.trained(9, (), (2, 7))
    assert set(found.with_checkpoint(4, {}).checkpoints) == {4, 7}
    assert set(found.with_snapshot(4, Snapshot({}, {})).checkpoints) == {7}
    assert set(made.trained(9, (4,), (2, 7)).finished().checkpoints) == {7}


class Killed(Exception):
    """The build ends here."""


WISHES = st.integers(1, 10).flatmap(
    lambda epochs: st.tuples(st.just(epochs), st.frozensets(st.integers(1, epochs), max_size=3))
)
EVENTS = st.lists(st.tuples(WISHES, st.booleans(), st.integers(0, 12), st.booleans()), min_size=1, max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
@example([((6, frozenset()), False, 5, True), ((4, frozenset({4})), False, 99, True)])
def test_any_order_of_wishes_and_kills_ends_as_an_undisturbed_training(
    monkeypatch: pytest.MonkeyPatch,
    events: list[tuple[tuple[int, frozenset[int]], bool, int, bool]],
) -> None:
    """Each build has a wish, may be forced, is killed after some epochs, and saves at every or no epoch.

    At the end the last wish is carried out. No stored epoch is trained again but on the way to a snapshot,
    and nothing that was stored is lost.
    """
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    with tempfile.TemporaryDirectory() as folder:
        session = opened(Path(folder))
        (epochs, snapshots), *_ = events[-1]
        for wish, forced, killed, saving in [*events, ((epochs, snapshots), False, 99, True)]:
            monkeypatch.setattr(worker, "CHECKPOINT_SECONDS", -1.0 if saving else 1e9)
            before = session.store.get(made.empty().key) or made.empty()
            allowed = [] if forced else before.stretches(*wish_of(wish))
            trained = build(session, wish, forced, killed)
            if not forced:
                steps = [epoch for first, last in allowed for epoch in range(first + 1, last + 1)]
                assert trained == steps[: len(trained)]
            after = session.store.get(made.empty().key) or made.empty()
            assert after.covered()
            assert after.epochs >= before.epochs
            assert set(after.snapshots) >= set(before.snapshots)
            assert max(after.states, default=0) >= max(before.states, default=0)
            assert made.plain(after) == made.plain(made.trained(after.epochs, after.snapshots))
        assert after.satisfies(*wish_of((epochs, snapshots)))
        assert all(epoch > max(after.snapshots) for epoch in after.checkpoints)


def wish_of(wish: tuple[int, frozenset[int]]) -> tuple[int, tuple[int, ...]]:
    """As a build turns it into a task: the end is kept, too."""
    return wish[0], tuple(sorted(wish[1] | {wish[0]}))


def opened(folder: Path) -> Session:
    """As much of a session as training needs."""
    session = SimpleNamespace(store=Store(folder / "results"), digests=Digests(folder))
    return cast(Session, session)


def build(session: Session, wish: tuple[int, frozenset[int]], forced: bool, killed: int) -> list[int]:
    """Train as a build does, in this process; which epochs were trained before it was killed."""
    key, (epochs, snapshots) = made.empty().key, wish_of(wish)
    found = session.store.get(key)
    if forced and found is not None:
        epochs, snapshots = (
            max(epochs, found.epochs),
            tuple(sorted({*snapshots, *found.snapshots, found.epochs})),
        )
    task = made.task(made.empty(), epochs, snapshots)
    work = Trainings(session, (task,), frozenset({key} if forced else ()))
    made.TRAINED.clear()

    def send(message: Message) -> None:
        if isinstance(message, Trajectory):
            work.keep(message, False)
        elif len(made.TRAINED) >= killed:
            raise Killed

    with contextlib.suppress(Killed):
        work.keep(drive(work.prepare(task), send), True)
    return list(made.TRAINED)


@pytest.mark.parametrize("large", [False, True])
def test_a_worker_that_dies_is_followed_by_one_that_goes_on(
    large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in a forced training, of which nothing is stored before its end, and with a large state."""
    monkeypatch.setattr(worker, "CHECKPOINT_SECONDS", -1.0)
    session, key = opened(tmp_path), made.empty().key
    session.store.put(made.trained(3, (3,)))
    task = made.task(made.empty(), 6, (3, 6))
    if large:
        for room in (worker, arrays):
            monkeypatch.setattr(room, "LARGE", 0)
        monkeypatch.setattr(worker, "SHARE", 1.0)
        task = replace(task, folder=str(session.store.folder))
    work = Trainings(session, (task,), frozenset({key}))

    def hear(message: Message, dies_at: int = 0) -> None:
        if isinstance(message, Trajectory):
            if message.epochs == dies_at:
                raise BrokenPipeError
            work.keep(message, False)

    with pytest.raises(BrokenPipeError):
        drive(work.prepare(task), partial(hear, dies_at=5))
    stored = session.store.get(key)
    assert stored is not None
    assert stored.epochs == 3
    made.TRAINED.clear()
    work.keep(drive(work.prepare(task), hear), True)
    assert made.TRAINED == [5, 6]
    stored = session.store.get(key)
    assert stored is not None
    assert made.plain(stored) == made.plain(made.trained(6, (3, 6)))
    assert len(find_strays(session.store.folder)) == large  # what the worker wrote when it died


def test_a_damaged_snapshot_that_nobody_wants_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training continues past its epoch, where a checkpoint takes its place for a while."""
    monkeypatch.setattr(worker, "CHECKPOINT_SECONDS", -1.0)
    session = opened(tmp_path)
    stored = session.store.put(made.trained(4, (2, 4)))
    for path in session.store.paths(stored.key)[1:]:
        path.write_bytes(b"damaged")
    build(session, (6, frozenset()), False, 99)
    found = session.store.sound(stored.key)
    assert found is not None
    assert made.plain(found) == made.plain(made.trained(6, (6,)))


@pytest.mark.parametrize(
    ("method", "value", "message"),
    [
        ("advance", [1], "the record of epoch 1 is a list, not a mapping"),
        ("advance", {"loss": object()}, "the record of epoch 1.loss is a object"),
        ("snapshot", ({}, {"state.a": 1}), "an array of epoch 1 is named 'state.a'"),
    ],
)
def test_what_cannot_be_sent_or_kept_is_the_experiments_failure(
    method: str, value: Any, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found out in the worker, before the parent has it."""
    monkeypatch.setattr(made.Integers, method, lambda run: value)
    with pytest.raises(ExperimentFailed, match=message):
        drive(made.task(made.empty(), 1, (1,)), lambda message: None)


def test_a_run_without_arrays_is_kept_through_its_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot of metrics only is not taken for one that was sent before."""
    monkeypatch.setattr(worker, "CHECKPOINT_SECONDS", -1.0)
    monkeypatch.setattr(made.Integers, "snapshot", lambda run: ({"number": run.number}, {}))
    monkeypatch.setattr(made.Integers, "state", lambda run: {})
    session = opened(tmp_path)
    build(session, (3, frozenset({2})), False, 99)
    found = session.store.get(made.empty().key)
    assert found is not None
    assert {epoch: dict(kept.arrays) for epoch, kept in found.snapshots.items()} == {2: {}, 3: {}}
