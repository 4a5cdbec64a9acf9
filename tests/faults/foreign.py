"""Folders of somebody else, which a build must refuse and leave as they are."""

from __future__ import annotations

from pathlib import Path
from random import Random

from faults import formats
from faults.formats import LEDGER, LOCK, MARK, PUBLISHING, QUARANTINE, RESULTS, STAMP, tree
from faults.judge import require
from faults.world import Place


def one_file(folder: Path) -> None:
    """Somebody's notes."""
    (folder / "notes.txt").write_text("mine")


def unfinished(folder: Path) -> None:
    """A file that begins as this program's unfinished ones do, and a folder of that name, deep inside."""
    (folder / "thesis" / ".tmp-backup").mkdir(parents=True)
    (folder / "thesis" / ".tmp-backup" / "chapter").write_text("mine")
    (folder / ".tmp-x").write_text("mine")


def same_names(folder: Path) -> None:
    """A report, results and a ledger that somebody else's program made."""
    for name in (*formats.DOCUMENTS, LEDGER, STAMP, LOCK, "results/a.json", f"{PUBLISHING}/report.pdf"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("{}")
    (folder / QUARANTINE).mkdir()
    (folder / QUARANTINE / "old").write_text("mine")


def links(folder: Path) -> None:
    """A link to a folder with files in it, and one to nowhere."""
    (folder.parent / "elsewhere").mkdir()
    (folder.parent / "elsewhere" / "kept").write_text("mine")
    (folder / RESULTS).symlink_to(folder.parent / "elsewhere")
    (folder / "dangling").symlink_to("nowhere")


def empty_folders(folder: Path) -> None:
    """Nothing but folders: they are somebody's, too."""
    (folder / "cache" / "answer").mkdir(parents=True)


def false_mark(folder: Path) -> None:
    """A file with the name of the mark that this program did not write."""
    (folder / MARK).write_text('{"format": "something", "project": "else"}')
    (folder / "notes.txt").write_text("mine")


FOREIGN = (one_file, unfinished, same_names, links, empty_folders, false_mark)


COMMANDS = ((), ("clean",), ("alpha",), ("--force", "alpha"), ("nonsense",), ("status",), ("verify",))


def foreign(place: Place, random: Random, index: int) -> str:
    """No command touches it; those that would write say so in one line."""
    fill = FOREIGN[index % len(FOREIGN)]
    place.report.mkdir()
    fill(place.report)
    for _ in range(random.randint(0, 3)):
        # Names like this program's own, anywhere
        folder = place.report / random.choice(("a", "results", ".builds", "b/c"))
        if folder.is_symlink():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        name = random.choice((".tmp-7-ab", "report.pdf", f"{'0' * 64}.json", "current"))
        (folder / name).write_text("mine")
    before = tree(place.report)
    outside = place.folder / "elsewhere"
    kept = tree(outside) if outside.exists() else {}
    for words in COMMANDS:
        ran = place.run(*words)
        require("Traceback" not in ran.err, f"{words}: no traceback: {ran.err[-500:]}")
        require(tree(place.report) == before, f"{words}: nothing is changed in a folder of somebody else")
        require(not kept or tree(outside) == kept, f"{words}: nothing is changed behind a link")
        if words not in (("status",), ("verify",)):
            require(ran.code == 2, f"{words}: exit code 2, not {ran.code}: {ran.err[-300:]}")
            require(len(ran.err.strip().splitlines()) == 1, f"{words}: one line: {ran.err[-300:]}")
    return f"foreign: {fill.__name__}"
