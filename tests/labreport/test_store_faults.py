"""Full disks, errors of the disk and interrupts: old or new, one line, and nothing half written."""

from __future__ import annotations

import errno
import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trained as made

from labreport.errors import StoreError
from labreport.fingerprint.files import sha256
from labreport.store import files
from labreport.store.files import TEMPORARY, Damaged, read_regular, sync_directory, write_atomically
from labreport.trajectory.store import Store

TESTS = Path(__file__).parents[1]


def test_a_write_reaches_the_disk_before_its_name_and_the_name_before_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporary file in the same folder, fsync, rename, fsync of the folder."""
    done: list[str] = []
    really_sync, really_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        names = sorted(path.name for path in tmp_path.iterdir())
        done.append(f"sync {names}" if folder else f"sync {os.fstat(descriptor).st_size} bytes")
        really_sync(descriptor)

    def replace(source: Path, target: Path) -> None:
        assert source.parent == target.parent
        done.append(f"rename {source.name[: len(TEMPORARY)]} to {target.name}")
        really_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_atomically(tmp_path / "file", b"content")
    assert done == ["sync 7 bytes", f"rename {TEMPORARY} to file", "sync ['file']"]


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace", "unlink", "listdir"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_each_failing_call_leaves_old_or_new_and_names_the_path(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trajectory is put over another, with the first call failing, then the second, until none does."""
    store = Store(tmp_path / "results")
    old, new = made.trained(4, (2,), (4,)), made.trained(6, (2, 6))
    for failing in range(1, 60):
        store.put(old)
        with monkeypatch.context() as patch:
            reached = fail(patch, call, failing, number)
            message = f"{tmp_path}: {os.strerror(number)}"
            try:
                Store(store.folder).put(new)  # of another process, which has listed nothing yet
            except StoreError as error:
                message = str(error)
        assert str(tmp_path) in message
        full = number == errno.ENOSPC and message.startswith("Disk full: cannot write ")
        assert full or os.strerror(number) in message
        assert "\n" not in message
        found = store.sound(old.key)
        assert found is not None
        assert made.plain(found) in (made.plain(old), made.plain(new))
        assert set(found.states) in ({2, 4}, {2, 6})
        assert not list(tmp_path.rglob(f"{TEMPORARY}*"))
        if not reached:
            break
    assert not reached
    assert failing > 1
    assert store.notices == []


class File(io.FileIO):
    """A file whose writes are cut short, as by a signal."""


def _write_a_half(file: io.FileIO, data: bytes) -> int:
    return io.FileIO.write(file, data[: len(data) // 2 + 1])


def fail(patch: pytest.MonkeyPatch, call: str, failing: int, number: int) -> list[int]:
    """Make the `failing`-th use of a call raise; the list returned gets an item when it does."""
    uses, reached = 0, []

    def refuse(*arguments: object, **options: object) -> object:
        nonlocal uses
        uses += 1
        if uses == failing:
            reached.append(uses)
            raise OSError(number, os.strerror(number))
        return really(*arguments, **options)

    if call == "write":
        really: Callable[..., object] = _write_a_half
        patch.setattr(files, "open", lambda *arguments, buffering: File(*arguments), raising=False)
        patch.setattr(File, "write", refuse)
    else:
        really = getattr(os, call)
        patch.setattr(os, call, refuse)
    return reached


@pytest.mark.parametrize("error", [OSError(errno.EIO, os.strerror(errno.EIO)), KeyboardInterrupt()])
def test_a_failed_or_interrupted_fsync_is_not_tried_again(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel may have dropped the data and would now say that all is well; no file is left."""
    synced: list[int] = []

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        raise error

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises((StoreError, KeyboardInterrupt)):
        write_atomically(tmp_path / "file", b"content")
    assert len(synced) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit", [0, 100, 1000])
def test_a_limit_on_file_size_is_one_line(limit: int, tmp_path: Path) -> None:
    """As `ulimit -f` sets it: the real kernel refuses, the error names the file, the old stays."""
    store = Store(tmp_path / "results")
    old = store.put(made.trained(4, (2,), (4,)))
    program = (
        "import resource, sys; from pathlib import Path; import trained as made\n"
        "from labreport.errors import StoreError; from labreport.trajectory.store import Store\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "try: Store(Path(sys.argv[1])).put(made.trained(9, (2, 9)))\n"
        "except StoreError as error: print(error)\n"
        "else: raise SystemExit('stored')"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "results")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert "File too large" in run.stdout
    assert str(tmp_path) in run.stdout
    found = store.sound(old.key)
    assert found is not None
    assert made.plain(found) == made.plain(old)
    assert not list(tmp_path.rglob(f"{TEMPORARY}*"))


def test_a_folder_that_cannot_be_synced_is_no_error_where_the_system_has_no_such_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network file systems answer EINVAL, always; for a file it stays an error."""

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
    for name in ("file", "folder", "missing", "file/below"):
        sha256(tmp_path / name)
        try:
            assert read_regular(tmp_path / name, 100) == b"content"
        except (Damaged, FileNotFoundError):
            assert name != "file"
    after = os.dup(0)
    os.close(after)
    assert before == after
