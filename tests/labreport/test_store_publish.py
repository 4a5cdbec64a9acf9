"""The report is replaced document by document, and a publication that was begun is completed."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from labreport.errors import StoreError
from labreport.store import output as publishing
from labreport.store.files import TEMPORARY, Quarantine
from labreport.store.output import DOCUMENTS, PUBLISHING, complete, publish, remove_strays


class Killed(BaseException):
    """The process ends here: nothing is cleaned up."""


def report(generation: int, pdf: bool = True) -> dict[str, Path | bytes]:
    """Documents that say which build they are of."""
    return {name: f"{name} {generation}".encode() for name in DOCUMENTS if pdf or name != "report.pdf"}


def shown(output: Path) -> dict[str, Path | bytes]:
    """The documents as a reader finds them."""
    return {name: (output / name).read_bytes() for name in DOCUMENTS if (output / name).exists()}


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    """Of the output folder `tmp_path`."""
    return Quarantine(tmp_path)


def test_each_report_takes_the_place_of_the_last(tmp_path: Path, quarantine: Quarantine) -> None:
    """As regular files, and nothing else is left."""
    for generation in range(1, 4):
        publish(tmp_path, report(generation), quarantine)
        assert shown(tmp_path) == report(generation)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(DOCUMENTS)
    assert not any(path.is_symlink() for path in tmp_path.iterdir())


def test_contents_may_be_given_as_files(tmp_path: Path, quarantine: Quarantine) -> None:
    """The given file is left where it is."""
    (tmp_path / "made.pdf").write_bytes(b"%PDF")
    publish(tmp_path, {"report.pdf": tmp_path / "made.pdf"}, quarantine)
    assert (tmp_path / "report.pdf").read_bytes() == (tmp_path / "made.pdf").read_bytes() == b"%PDF"


def test_no_old_pdf_is_left_beside_a_new_page(tmp_path: Path, quarantine: Quarantine) -> None:
    """Where the PDF could not be made, there is none."""
    publish(tmp_path, report(1), quarantine)
    publish(tmp_path, report(2, pdf=False), quarantine)
    assert shown(tmp_path) == report(2, pdf=False)


def test_a_document_that_is_kept_stays_the_same_file(tmp_path: Path, quarantine: Quarantine) -> None:
    """It is not written again, so that nobody who watches it sees a change."""
    publish(tmp_path, report(1, pdf=False), quarantine)
    before = (tmp_path / "report.html").stat()
    kept = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in report(1, pdf=False)}
    publish(tmp_path, {"report.pdf": b"%PDF"}, quarantine, kept)
    assert shown(tmp_path) == {**report(1, pdf=False), "report.pdf": b"%PDF"}
    after = (tmp_path / "report.html").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_folder_that_is_reached_by_a_link_is_published_to(tmp_path: Path) -> None:
    """The user may choose any path for the output folder."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    publish(tmp_path / "link", report(1), Quarantine(tmp_path / "link"))
    assert shown(tmp_path / "real") == report(1)


CALLS = ("mkdir", "rename", "replace", "unlink", "rmdir", "fsync", "open")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("pdf", [True, False])
def test_a_publication_killed_at_any_call_is_undone_or_completed(
    call: str, pdf: bool, tmp_path: Path, quarantine: Quarantine
) -> None:
    """At the first use, the second, … until it is not reached: then the next run has the one or the other."""
    reached, number = True, 0
    while reached:
        number += 1
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()
        publish(tmp_path, report(1), quarantine)
        reached = not run(partial(publish, tmp_path, report(2, pdf), quarantine), call, number, Killed())
        for name, content in shown(tmp_path).items():
            assert content in (report(1)[name], report(2)[name])
        begun = (tmp_path / PUBLISHING).exists()
        remove_strays(tmp_path)
        complete(tmp_path, quarantine)
        assert shown(tmp_path) == report(2, pdf) if begun else shown(tmp_path) in (report(1), report(2, pdf))
        assert {path.name for path in tmp_path.iterdir()} <= set(DOCUMENTS)
        assert quarantine.notices == []
    assert number > 1


@pytest.mark.parametrize("call", ["mkdir", "rename", "replace", "fsync", "open"])
def test_a_failing_call_names_the_path_and_leaves_what_the_next_run_completes(
    call: str, tmp_path: Path, quarantine: Quarantine
) -> None:
    """A full disk at the first use, the second, …: one line, and no mixture after the next run."""
    publish(tmp_path, report(0), quarantine)
    for number in range(1, 40):
        before = shown(tmp_path)
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        message = f"Disk full: {tmp_path}"
        try:
            survived = run(partial(publish, tmp_path, report(number), quarantine), call, number, full)
        except StoreError as error:
            survived, message = False, str(error)
        assert str(tmp_path) in message
        assert "Disk full" in message or os.strerror(errno.ENOSPC) in message
        assert "\n" not in message
        remove_strays(tmp_path)
        complete(tmp_path, quarantine)
        assert shown(tmp_path) in (before, report(number))
        assert not list(tmp_path.glob(f"{TEMPORARY}*"))
        if survived:
            break
    assert survived
    assert number > 1


def run(act: Callable[[], object], call: str, number: int, error: BaseException) -> bool:
    """Carry out `act` with the `number`-th use of `os.CALL` raising; whether it reached its end.

    Where the process is killed, all later calls that change something are lost, too.
    """
    uses, dead = 0, False
    really = {name: getattr(os, name) for name in CALLS}

    def wrapped(name: str) -> Callable[..., object]:
        def use(*arguments: object, **options: object) -> object:
            nonlocal uses, dead
            uses += name == call
            if dead or (name == call and uses == number):
                dead = isinstance(error, Killed)
                raise error
            return really[name](*arguments, **options)

        return use

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, wrapped(name))
        try:
            act()
        except Killed:
            return False
    return not (uses >= number)


@pytest.mark.parametrize("kind", ["folder", "FIFO", "dangling link", "link", "missing"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_whatever_has_a_documents_name_gives_way(
    kind: str, name: str, tmp_path: Path, quarantine: Quarantine
) -> None:
    """It is set aside, never written through; a document that is gone comes back."""
    publish(tmp_path, report(1), quarantine)
    place, mine = tmp_path / name, tmp_path / "mine"
    mine.write_text("mine")
    place.unlink()
    if kind == "folder":
        place.mkdir()
        (place / "inside").write_text("kept")
    elif kind == "FIFO":
        os.mkfifo(place)
    elif kind != "missing":
        place.symlink_to(mine if kind == "link" else "nowhere")
    publish(tmp_path, report(2), quarantine)
    assert shown(tmp_path) == report(2)
    assert (mine.read_text(), place.is_symlink()) == ("mine", False)
    assert len(quarantine.notices) == (kind != "missing")
    assert bool(list(tmp_path.rglob("inside"))) == (kind == "folder")


def begin(output: Path, quarantine: Quarantine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A publication that was begun over another, and killed before its first document moved."""
    publish(output, report(1), quarantine)
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "complete", lambda output, quarantine: False)
        publish(output, report(2), quarantine)
    return output / PUBLISHING


@pytest.mark.parametrize("damage", ["emptied", "missing", "another", "FIFO", "file", "link"])
def test_a_damaged_publication_is_set_aside_and_the_last_report_stays(
    damage: str, tmp_path: Path, quarantine: Quarantine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its manifest is checked as every file is."""
    folder = begin(tmp_path, quarantine, monkeypatch)
    manifest = folder / "manifest.json"
    if damage in ("file", "link"):
        shutil.rmtree(folder)
        folder.write_text("") if damage == "file" else folder.symlink_to("nowhere")
    else:
        text = manifest.read_text()
        manifest.unlink()
        if damage == "FIFO":
            os.mkfifo(manifest)
        elif damage != "missing":
            manifest.write_text("" if damage == "emptied" else text.replace("a", "b", 1))
    assert not complete(tmp_path, quarantine)
    assert shown(tmp_path) == report(1)
    assert not os.path.lexists(folder)
    assert len(quarantine.notices) == 1


@pytest.mark.parametrize("huge", [False, True])
def test_a_damaged_document_of_a_publication_is_not_moved(
    huge: bool, tmp_path: Path, quarantine: Quarantine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner sees that it is not the one of the others; a sparse file of 40 GiB is not read."""
    document = begin(tmp_path, quarantine, monkeypatch) / "report.html"
    if huge:
        os.truncate(document, 40 << 30)
    else:
        document.write_text("damaged")
    assert complete(tmp_path, quarantine)
    assert shown(tmp_path) == {**report(2), "report.html": report(1)["report.html"]}
    assert "differs from its checksum" in quarantine.notices[0]


def test_only_documents_are_published(tmp_path: Path, quarantine: Quarantine) -> None:
    """A slip of the caller's, found before anything is written."""
    with pytest.raises(ValueError, match=r"'other' is not a document; there are report\.html"):
        publish(tmp_path, {"other": b""}, quarantine)
    assert list(tmp_path.iterdir()) == []
