"""Writing one file: durable in the right order, and whole or not at all when a call fails."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from faults import examples

from labreport.errors import StoreError
from labreport.fingerprint.files import sha256
from labreport.store import Store
from labreport.store.cache import Cache
from labreport.store.files import TEMPORARY, read_regular, sync_directory, write_atomically

SOURCE = Path(__file__).parents[2] / "src"


def test_a_write_reaches_the_disk_before_its_name_and_the_name_before_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporary file in the same folder, flush, fsync, rename, fsync of the folder."""
    done: list[str] = []
    really_sync, really_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            done.append(
                f"fsync of the folder, which lists {sorted(path.name for path in tmp_path.iterdir())}"
            )
        else:
            done.append(f"fsync of {os.fstat(descriptor).st_size} bytes")
        really_sync(descriptor)

    def replace(source: Path, target: Path) -> None:
        assert source.parent == target.parent
        done.append(f"rename {source.name[: len(TEMPORARY)]} to {target.name}")
        really_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_atomically(tmp_path / "file", b"content")
    assert done == [
        "fsync of 7 bytes",
        f"rename {TEMPORARY} to file",
        "fsync of the folder, which lists ['file']",
    ]


def test_arrays_are_on_the_disk_before_the_document_that_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So no document ever names bytes that a power loss takes away."""
    targets: list[str] = []
    really = os.replace

    def replace(source: Path, target: Path) -> None:
        targets.append(target.suffix)
        really(source, target)

    monkeypatch.setattr(os, "replace", replace)
    Store(tmp_path).put(examples.entry(), examples.arrays())
    assert targets == [".npz", ".npz", ".json"]


@pytest.mark.parametrize("call", ["open", "fsync", "replace", "unlink"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_each_failing_call_leaves_old_or_new_and_names_the_path(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result is put over another, with the first call failing, then the second, until all succeed."""
    store = Store(tmp_path / "results")
    for failing in range(1, 60):
        store.put(examples.entry(), examples.arrays())
        before = examples.arrays()[4]
        after = examples.arrays(seed=failing)[4]
        with monkeypatch.context() as patch:
            reached = fail(patch, call, failing, number)
            try:
                store.put(examples.entry(), examples.arrays(seed=failing))
                message = None
            except StoreError as error:
                message = str(error)
        assert message is None or is_one_line_about(message, tmp_path, number)
        entry = store.entry(examples.entry().key)
        assert entry is not None
        assert store.check(entry.key)
        found = store.arrays(entry, 4)
        assert examples.equal_arrays(found, before) or examples.equal_arrays(found, after)
        assert not list(tmp_path.rglob(f"{TEMPORARY}*"))
        if not reached:
            break
    assert not reached
    assert failing > 1
    assert store.notices == []


def is_one_line_about(message: str, path: Path, number: int) -> bool:
    """Whether an error says where and why, in one line."""
    return str(path) in message and os.strerror(number) in message and "\n" not in message


def fail(patch: pytest.MonkeyPatch, call: str, failing: int, number: int) -> list[int]:
    """Make the `failing`-th use of `os.CALL` raise; the list returned gets an item when it does."""
    really, uses, reached = getattr(os, call), 0, []

    def refuse(*arguments: object, **options: object) -> object:
        nonlocal uses
        uses += 1
        if uses == failing:
            reached.append(uses)
            raise OSError(number, os.strerror(number))
        return really(*arguments, **options)

    patch.setattr(os, call, refuse)
    return reached


def test_a_failed_fsync_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel may have dropped the data and would now say that all is well."""
    synced: list[int] = []

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StoreError, match="Input/output error"):
        write_atomically(tmp_path / "file", b"content")
    assert len(synced) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_write_in_several_pieces_is_whole(tmp_path: Path) -> None:
    """A signal may cut a write short; the rest follows."""
    limit = 100_000
    program = (
        "import os, sys; from pathlib import Path; import io\n"
        "class Short(io.FileIO):\n"
        f"    def write(self, data): return super().write(data[:{limit // 7}])\n"
        "import labreport.store.files as files\n"
        "files.open = lambda descriptor, mode, buffering: Short(descriptor, mode)\n"
        f"files.write_new(Path(sys.argv[1]), bytes(range(250)) * {limit // 250})"
    )
    path = tmp_path / "file"
    subprocess.run(
        [sys.executable, "-c", program, str(path)], env={**os.environ, "PYTHONPATH": str(SOURCE)}, check=True
    )
    assert path.read_bytes() == bytes(range(250)) * (limit // 250)


def test_an_interrupted_write_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C may come at any moment."""

    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "file", b"content")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit", [0, 100, 1000, 2000, 3000])
def test_a_limit_on_file_size_is_one_line(limit: int, tmp_path: Path) -> None:
    """As `ulimit -f` sets it: the real kernel refuses, the error names the file, the old entry stays."""
    store = Store(tmp_path / "results")
    old = store.put(examples.entry(), examples.arrays())
    program = (
        "import resource, sys; from pathlib import Path; from faults import examples\n"
        "from labreport.errors import StoreError; from labreport.store import Store; import numpy\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "new = {2: {'a': numpy.zeros(50)}, 4: {'a': numpy.zeros(400)}}\n"
        "try: Store(Path(sys.argv[1])).put(examples.entry(epochs=8), new)\n"
        "except StoreError as error: print(error)\n"
        "else: raise SystemExit('stored')"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "results")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), str(SOURCE.parent / "tests")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "File too large" in run.stdout
    assert str(tmp_path) in run.stdout
    assert store.entry(old.key) == old
    assert store.check(old.key)
    assert store.strays() == []


@pytest.mark.parametrize("kind", ["folder", "FIFO", "dangling link"])
def test_writing_gives_way_to_nothing_but_a_file(kind: str, tmp_path: Path) -> None:
    """Whatever stands in a document's place is moved to quarantine first, not lost and not an error."""
    cache = Cache(tmp_path / "cache")
    path = cache.path("answer", "one")
    path.parent.mkdir(parents=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "FIFO":
        os.mkfifo(path)
    else:
        path.symlink_to("nowhere")
    cache.put("answer", "one", "key", 1)
    assert cache.peek("answer", "one") is not None
    assert len(cache.notices) == 1


def test_damaged_arrays_in_the_way_are_kept_when_written_anew(tmp_path: Path) -> None:
    """The name says what the content must be; what is not that goes to quarantine."""
    store = Store(tmp_path / "results")
    stored = store.put(examples.entry(), examples.arrays())
    path = tmp_path / "results" / stored.arrays[2]["file"]
    path.write_bytes(b"damaged")
    store.put(examples.entry(), examples.arrays())
    assert store.check(stored.key)
    assert [kept.read_bytes() for kept in (tmp_path / "results" / "quarantine").iterdir()] == [b"damaged"]
    assert "differs from its checksum" in store.notices[0]


def test_a_folder_that_cannot_be_synced_is_no_error_where_the_system_has_no_such_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network file systems answer EINVAL, always."""

    def refuse(descriptor: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", refuse)
    sync_directory(tmp_path)
    with pytest.raises(StoreError):
        write_atomically(tmp_path / "file", b"")


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    """Whether a file is good, missing, or no file at all."""
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "folder").mkdir()
    before = os.dup(0)
    os.close(before)
    for name in ("file", "folder", "missing"):
        sha256(tmp_path / name)
        try:
            read_regular(tmp_path / name, 100)
        except Exception:  # whatever it is, it must not leak
            continue
    after = os.dup(0)
    os.close(after)
    assert before == after


@pytest.mark.parametrize(
    "name", ["spa ce", "quote'\"", "new\nline", "emoji🙂", "\udcff", "a" * 255, "-rf", "%s{}"]
)
def test_odd_paths_work(name: str, tmp_path: Path) -> None:
    """The store lies wherever the user wants it."""
    store, first, _ = examples.filled(tmp_path / name / "results")
    assert store.check(first.key)
    store.entry_path(first.key).write_text("{}")
    assert store.entry(first.key) is None
    assert len(store.notices) == 1
    assert "\n" not in store.notices[0]


def test_a_path_that_is_too_long_is_one_line(tmp_path: Path) -> None:
    """Longer than the system allows: the message names it, cut by nobody."""
    path = tmp_path.joinpath(*["d" * 200] * 21) / "results"
    with pytest.raises(StoreError, match="File name too long"):
        Store(path).put(examples.entry(), examples.arrays())
