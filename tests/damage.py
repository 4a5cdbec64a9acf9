"""Files of every kind that the store keeps, to be damaged, and the refusal that must follow."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faults import examples


@dataclass(frozen=True)
class Kind:
    """A kind of file: where one is, another of its kind, who reads it (None when refused), who makes it."""

    path: Path
    twin: Path
    read: Callable[[], object]
    make: Callable[[], object]
    notices: list[str]
    quarantine: Path


KINDS = ("document", "arrays", "checkpoint", "cached")


def kind(name: str, directory: Path) -> Kind:
    """A filled store and cache below `directory`, and one of their files."""
    store, first, second = examples.filled(directory / "results")
    store.save_checkpoint(second.key, examples.checkpoint(1))
    cache = examples.filled_cache(directory / "cache")
    quarantine = store.directory / "quarantine"
    if name == "document":
        return Kind(
            store.entry_path(first.key),
            store.entry_path(second.key),
            lambda: store.entry(first.key),
            lambda: store.put(examples.entry(), examples.arrays()),
            store.notices,
            quarantine,
        )
    if name == "arrays":
        return Kind(
            store.referenced_files(first.key)[0],
            store.referenced_files(second.key)[0],
            lambda: store.check(first.key) or None,
            lambda: store.put(examples.entry(), examples.arrays()),
            store.notices,
            quarantine,
        )
    if name == "checkpoint":
        return Kind(
            store.checkpoints.path(first.key),
            store.checkpoints.path(second.key),
            lambda: store.checkpoint(first.key),
            lambda: store.save_checkpoint(first.key, examples.checkpoint()),
            store.notices,
            quarantine,
        )
    return Kind(
        cache.path("answer", "one"),
        cache.path("answer", "two"),
        lambda: cache.get("answer", "one"),
        lambda: cache.put("answer", "one", "key of one", {"quantities": {"accuracy": 0.5}, "text": "one"}),
        cache.notices,
        cache.directory / "quarantine",
    )


def expect_refusal(file: Kind, reason: str = "") -> None:
    """The damaged file is missing to its reader, kept in quarantine, told in one line, and made again."""
    refused(file, reason)
    file.make()
    assert file.read() is not None


def refused(file: Kind, reason: str = "") -> None:
    """The damaged file is missing to its reader, kept in quarantine, and told in one line."""
    small = file.path.is_file() and file.path.stat().st_size < 1 << 20
    was = file.path.read_bytes() if small else None
    file.notices.clear()
    assert file.read() is None
    assert len(file.notices) == 1
    assert file.path.name in file.notices[0]
    assert reason in file.notices[0]
    assert "\n" not in file.notices[0]
    assert not os.path.lexists(file.path)
    kept = [path for path in file.quarantine.iterdir() if path.name.startswith(file.path.name)]
    assert kept
    if was is not None:
        assert was in [path.read_bytes() for path in kept if path.is_file()]


def keep(file: Kind) -> dict[Path, bytes]:
    """The files beside one, with their contents."""
    return {path: path.read_bytes() for path in file.path.parent.iterdir() if path.is_file()}


def put_back(file: Kind, others: dict[Path, bytes]) -> None:
    """Undo what a refusal did to the files beside, and empty the quarantine."""
    shutil.rmtree(file.quarantine)
    for path, content in others.items():
        if not path.exists():
            path.write_bytes(content)


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
