"""The report is swapped as a whole: readers see the last complete one or the new one."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from labreport.errors import StoreError
from labreport.store import files
from labreport.store.files import TEMPORARY, remove_strays
from labreport.store.publish import BUILDS, DOCUMENTS, publish

SOURCE = Path(__file__).parents[2] / "src"


def report(generation: int, pdf: bool = True) -> dict[str, Path | bytes]:
    """Documents that say which build they are of."""
    return {name: f"{name} {generation}".encode() for name in DOCUMENTS if pdf or name != "report.pdf"}


def shown(directory: Path) -> dict[str, str]:
    """The documents as a reader finds them."""
    return {name: (directory / name).read_text() for name in DOCUMENTS if (directory / name).exists()}


def expected(generation: int, pdf: bool = True) -> dict[str, str]:
    """The documents of one build."""
    return {name: bytes(content).decode() for name, content in report(generation, pdf).items()}


def test_a_report_is_published_under_its_plain_names(tmp_path: Path) -> None:
    """`report.html` and the others are there, with their contents."""
    assert publish(tmp_path / "report", report(1)) == []
    assert shown(tmp_path / "report") == expected(1)


def test_the_first_report_appears_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each step on the way there is no document, and then there are all."""
    seen: list[int] = []
    really = os.replace

    def replace(source: Path, target: Path) -> None:
        really(source, target)
        seen.append(len(shown(tmp_path)))

    monkeypatch.setattr(os, "replace", replace)
    publish(tmp_path, report(1))
    assert set(seen) == {0, len(DOCUMENTS)}


def test_contents_may_be_given_as_files(tmp_path: Path) -> None:
    """A large PDF need not pass through memory twice."""
    (tmp_path / "made.pdf").write_bytes(b"%PDF")
    publish(tmp_path / "report", {"report.pdf": tmp_path / "made.pdf"})
    assert (tmp_path / "report" / "report.pdf").read_bytes() == b"%PDF"


def test_a_new_report_takes_the_place_of_the_last(tmp_path: Path) -> None:
    """All documents change together; the build before is kept for its readers, older ones are not."""
    for generation in range(1, 5):
        publish(tmp_path, report(generation))
        assert shown(tmp_path) == expected(generation)
    builds = [path for path in (tmp_path / BUILDS).iterdir() if not path.is_symlink()]
    assert sorted((path / "report.html").read_text() for path in builds) == ["report.html 3", "report.html 4"]


def test_no_stale_pdf_stands_beside_a_new_page(tmp_path: Path) -> None:
    """Where the PDF could not be made, there is none."""
    publish(tmp_path, report(1))
    publish(tmp_path, report(2, pdf=False))
    assert shown(tmp_path) == expected(2, pdf=False)
    assert not os.path.lexists(tmp_path / "report.pdf")
    publish(tmp_path, report(3))
    assert shown(tmp_path) == expected(3)


def test_an_unknown_document_is_refused(tmp_path: Path) -> None:
    """Names are the published three, and never paths."""
    with pytest.raises(ValueError, match="is no document"):
        publish(tmp_path, {"../evil": b""})


def test_a_report_edited_in_place_is_replaced(tmp_path: Path) -> None:
    """Whether through the link, or by an editor that puts a file in the link's place."""
    publish(tmp_path, report(1))
    (tmp_path / "report.html").write_text("edited through the link")
    (tmp_path / "report.pdf").unlink()
    (tmp_path / "report.pdf").write_text("edited as editors do")
    publish(tmp_path, report(2))
    assert shown(tmp_path) == expected(2)
    assert (tmp_path / "report.pdf").is_symlink()


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "answers.json"])
@pytest.mark.parametrize("kind", ["folder", "FIFO", "dangling link", "missing"])
def test_whatever_stands_in_a_document_s_place_gives_way(name: str, kind: str, tmp_path: Path) -> None:
    """A folder is moved aside with what is in it, and one line says so."""
    publish(tmp_path, report(1))
    path = tmp_path / name
    path.unlink()
    if kind == "folder":
        path.mkdir()
        (path / "inside").write_text("kept")
    elif kind == "FIFO":
        os.mkfifo(path)
    elif kind == "dangling link":
        path.symlink_to("nowhere")
    notices = publish(tmp_path, report(2))
    assert shown(tmp_path) == expected(2)
    assert len(notices) == (kind == "folder")
    assert len(list(tmp_path.glob(f"{name}.*/inside"))) == (kind == "folder")


def test_a_folder_in_place_of_the_current_link_gives_way(tmp_path: Path) -> None:
    """Also below, where nobody should look."""
    publish(tmp_path, report(1))
    (tmp_path / BUILDS / "current").unlink()
    (tmp_path / BUILDS / "current").mkdir()
    publish(tmp_path, report(2))
    assert shown(tmp_path) == expected(2)


@pytest.mark.parametrize("call", ["open", "write", "fsync", "rename", "symlink", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_failing_call_leaves_the_last_report(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first call and at each later one, until none is left to fail: never a mixture."""
    publish(tmp_path, report(1))
    generation, survived, message = 2, False, ""
    for failing in range(1, 40):
        before = shown(tmp_path)
        with monkeypatch.context() as patch:
            fail(patch, call, failing, number)
            try:
                publish(tmp_path, report(generation))
                survived = True
            except StoreError as error:
                message = str(error)
        assert survived or (str(tmp_path) in message and os.strerror(number) in message)
        assert shown(tmp_path) in (before, expected(generation))
        assert not list(tmp_path.rglob(f"{TEMPORARY}*"))
        if survived:
            break
        generation += 1
    assert survived
    assert failing > 1 or call == "write"
    publish(tmp_path, report(100))
    assert shown(tmp_path) == expected(100)


def fail(patch: pytest.MonkeyPatch, call: str, failing: int, number: int) -> None:
    """Make the `failing`-th use of `os.CALL` raise."""
    if call == "write":
        return fail_writes(patch, failing, number)
    really, count = getattr(os, call), 0

    def refuse(*arguments: object, **options: object) -> object:
        nonlocal count
        count += 1
        if count == failing:
            raise OSError(number, os.strerror(number))
        return really(*arguments, **options)

    patch.setattr(os, call, refuse)
    return None


def fail_writes(patch: pytest.MonkeyPatch, failing: int, number: int) -> None:
    """Make the `failing`-th file that is written fail after its first bytes."""
    really, count = files.write_new, 0

    def refuse(path: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if count == failing:
            really(path, data[: len(data) // 2])
            raise OSError(number, os.strerror(number))
        really(path, data)

    patch.setattr("labreport.store.publish.write_new", refuse)


def test_without_links_the_documents_are_replaced_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on some network and memory-card file systems; one line says what that means."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "symlink", refuse)
    for generation in (1, 2):
        notices = publish(tmp_path, report(generation))
        assert len(notices) == 1
        assert "one by one" in notices[0]
        assert shown(tmp_path) == expected(generation)
    publish(tmp_path, report(3, pdf=False))
    assert shown(tmp_path) == expected(3, pdf=False)
    monkeypatch.undo()
    publish(tmp_path, report(4))
    assert shown(tmp_path) == expected(4)


def test_readers_never_see_a_new_page_beside_an_old_pdf(tmp_path: Path) -> None:
    """While another process publishes without pause, each reading finds all documents of one build."""
    publish(tmp_path, report(0))
    program = (
        "import sys; from pathlib import Path; from labreport.store.publish import publish, DOCUMENTS\n"
        "for generation in range(1, 400):\n"
        "    publish(Path(sys.argv[1]), {name: f'{name} {generation}'.encode() for name in DOCUMENTS})"
    )
    publisher = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], env={**os.environ, "PYTHONPATH": str(SOURCE)}
    )
    seen: set[int] = set()
    while publisher.poll() is None:
        generations = [int((tmp_path / name).read_text().split()[1]) for name in DOCUMENTS]
        # Read one after another, a later document may be newer, but never older
        assert generations == sorted(generations)
        seen.update(generations)
    assert publisher.returncode == 0
    assert len(seen) > 20
    assert shown(tmp_path) == expected(399)


def test_a_reader_who_resolves_the_link_once_sees_one_build(tmp_path: Path) -> None:
    """So whoever copies the report can have it whole."""
    publish(tmp_path, report(0))
    stop = threading.Event()

    def publishing() -> None:
        generation = 1
        while not stop.is_set():
            publish(tmp_path, report(generation))
            generation += 1
            time.sleep(0.002)

    publisher = threading.Thread(target=publishing)
    publisher.start()
    try:
        for _ in range(300):
            build = (tmp_path / BUILDS / "current").resolve()
            try:
                found = {(build / name).read_text().split()[1] for name in DOCUMENTS}
            except FileNotFoundError:
                continue
            assert len(found) == 1
    finally:
        stop.set()
        publisher.join()


def test_what_a_killed_publisher_left_is_swept_up(tmp_path: Path) -> None:
    """An unfinished build folder at the next start, a finished but unused one at the next publication."""
    publish(tmp_path, report(1))
    unfinished = tmp_path / BUILDS / f"{TEMPORARY}1-x"
    unfinished.mkdir()
    (unfinished / "report.html").write_text("half")
    unused = tmp_path / BUILDS / "0123456789abcdef"
    unused.mkdir()
    remove_strays(tmp_path)
    assert not unfinished.exists()
    assert shown(tmp_path) == expected(1)
    publish(tmp_path, report(2))
    assert not unused.exists()
