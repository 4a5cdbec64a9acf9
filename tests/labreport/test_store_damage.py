"""Files of store, cache and ledger, damaged in every way: noticed, set aside, reported, rebuilt."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trained as made

from labreport.plan.ledger import Ledger, Record
from labreport.store.files import Quarantine
from labreport.store.sealed import Cache
from labreport.trajectory.store import Store


@dataclass(frozen=True)
class Kind:
    """A kind of file: where one is, another of its kind, who reads it (None when refused), who makes it."""

    path: Path
    twin: Path
    read: Callable[[], object]
    make: Callable[[], object]
    quarantine: Quarantine

    def refused(self, reason: str = "", *, whole: bool = True) -> None:
        """The damaged file is missing to its reader, set aside as it is, and reported in one line."""
        was = self.path.read_bytes() if whole and self.path.is_file() else None
        self.quarantine.notices.clear()
        shutil.rmtree(self.quarantine.folder, ignore_errors=True)
        assert self.read() is None
        (notice,) = self.quarantine.notices
        assert self.path.name in notice
        assert reason in notice
        assert "\n" not in notice
        assert not os.path.lexists(self.path)
        (kept,) = self.quarantine.folder.iterdir()
        assert kept.name.startswith(self.path.name)
        assert was is None or kept.read_bytes() == was

    def refused_and_made_again(self, reason: str = "", *, whole: bool = True) -> None:
        """And then it is there, as it was."""
        self.refused(reason, whole=whole)
        self.make()
        assert self.read() is not None


@pytest.fixture(params=["document", "arrays", "checkpoint", "cached", "ledger"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    """One file of each kind, in a filled output folder."""
    quarantine = Quarantine(tmp_path)
    store, cache = Store(tmp_path / "results", quarantine), Cache(tmp_path / "cache", quarantine)
    ledger = Ledger(nodes={"answer/one": Record({"code": "x"}, "key", "output", {})})
    first, second = made.trained(4, (2,), (4,)), made.trained(4, (2,), (4,), seed=1)
    paths: list[list[Path]] = []
    for trajectory in (first, second):
        store.put(trajectory)
        cache.put("answer", f"number {trajectory.seed}", "key", {"accuracy": 0.5})
        ledger.save(tmp_path / f"ledger{trajectory.seed}.json")
        ledger.seeds = 3
        paths.append([*store.paths(trajectory.key), cache.path("answer", f"number {trajectory.seed}")])
        paths[-1].append(tmp_path / f"ledger{trajectory.seed}.json")

    def states() -> object:
        found = store.sound(first.key)
        return found if found is not None and set(found.states) == {2, 4} else None

    def loaded() -> object:
        return Ledger.load(paths[0][4], quarantine).nodes or None

    index = ["document", "arrays", "checkpoint", "cached", "ledger"].index(request.param)
    read = (lambda: store.get(first.key), states, states, lambda: cache.get("answer", "number 0"), loaded)
    make: tuple[Callable[[], object], ...] = (
        *[lambda: store.put(first)] * 3,
        lambda: cache.put("answer", "number 0", "key", {"accuracy": 0.5}),
        lambda: ledger.save(paths[0][4]),
    )
    return Kind(paths[0][index], paths[1][index], read[index], make[index], quarantine)


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail, rather than hang, when the block takes longer."""

    def late(*_: object) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


@pytest.mark.parametrize("how", ["truncated", "flipped"])
@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.slow)])
def test_truncation_at_each_length_and_a_flip_of_any_byte_are_noticed(
    how: str, step: int, file: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a full disk, a crash or a bad cable leaves of a file, no byte of it goes unchecked."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    data = file.path.read_bytes()
    assert len(data) < 4096
    for position in (*range(0, len(data), step), len(data) - 1):
        damaged = bytearray(data[:position] if how == "truncated" else data)
        if how == "flipped":
            damaged[position] ^= 1 << position % 8
        file.path.write_bytes(damaged)
        file.refused()
    file.path.write_bytes(data)
    assert file.read() is not None


@pytest.mark.parametrize("content", ["empty", "zeros", "longer", "swapped"])
def test_other_bytes_in_place_of_a_file_are_noticed(content: str, file: Kind) -> None:
    """Emptied, zeroed as after power loss, longer, or another good file of its kind."""
    if content == "swapped" and file.path.name.startswith("ledger"):
        file.twin.unlink()  # one ledger is as good as another
        content = "empty"
    data = {"empty": b"", "zeros": bytes(999), "longer": file.path.read_bytes() + b"\n"}
    file.path.write_bytes(data[content] if content in data else file.twin.read_bytes())
    file.refused_and_made_again()


@pytest.mark.parametrize("kind", ["folder", "FIFO", "socket", "nowhere", "itself", "/dev/zero", "."])
def test_something_else_in_place_of_a_file_is_noticed_at_once(
    kind: str, file: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ordinary open would wait without end, or read without end; a folder is kept with what is in it."""
    file.path.unlink()
    if kind == "folder":
        file.path.mkdir()
        (file.path / "inside").write_text("kept")
    elif kind == "FIFO":
        os.mkfifo(file.path)
    elif kind == "socket":
        monkeypatch.chdir(file.path.parent)
        with socket.socket(socket.AF_UNIX) as end:
            end.bind("socket")
        Path("socket").rename(file.path)
    else:
        file.path.symlink_to(file.path.name if kind == "itself" else kind)
    with within(5):
        file.refused_and_made_again()
    assert bool(list(file.quarantine.folder.rglob("inside"))) == (kind == "folder")


def test_a_huge_file_is_refused_without_reading_it(file: Kind) -> None:
    """A sparse file of 40 GiB takes neither memory nor time."""
    os.truncate(file.path, 40 << 30)
    with within(5):
        file.refused_and_made_again("bytes", whole=False)


def test_a_link_to_a_good_file_is_read(file: Kind, tmp_path: Path) -> None:
    """What counts is the content: somebody may keep the files elsewhere."""
    shutil.move(file.path, tmp_path / "elsewhere")
    file.path.symlink_to(tmp_path / "elsewhere")
    assert file.read() is not None
    assert file.quarantine.notices == []


def test_who_only_looks_moves_nothing_and_reports_once(file: Kind) -> None:
    """As `status` and `verify` do."""
    file.path.write_bytes(b"damaged")
    file.quarantine.repair = False
    assert (file.read(), file.read()) == (None, None)
    assert len(file.quarantine.notices) == 1
    assert file.path.read_bytes() == b"damaged"
    assert not file.quarantine.folder.exists()
