"""All that the trials know of how an output folder looks, in one place."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.trajectory.store import Store

DOCUMENTS = ("report.html", "report.pdf", "answers.json")
RESULTS, CACHE = "results", "cache"
LEDGER, STAMP, LOCK, MARK = "ledger.json", ".stamp", ".lock", ".labreport"
QUARANTINE, PUBLISHING = "quarantine", ".publishing"
TEMPORARY = ".tmp-"
"""How a file begins that is still being written."""

_CHECKPOINT_SECONDS = re.compile(r"^CHECKPOINT_SECONDS = [0-9.]+$", re.MULTILINE)
_CHECKSUM = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True)
class Stored:
    """A trajectory as far as it is stored: what a build must not train again, and must not lose."""

    key: str
    name: str
    seed: int
    ingredients: Mapping[str, Any]
    records: tuple[Mapping[str, Any], ...]
    snapshots: Mapping[int, Any]
    """Metrics by epoch."""
    states: frozenset[int]
    """Epochs from which it can continue."""
    segments: tuple[Mapping[str, Any], ...]

    @property
    def epochs(self) -> int:
        """How far it was trained."""
        return len(self.records)

    @property
    def walk(self) -> str:
        """Which walk of the stand-in this is, as its log names it."""
        walk = self.ingredients["specification"]
        return f"rate={walk['rate']} noise={walk['noise']} seed={self.seed}"


def stored(report: Path) -> tuple[dict[str, Stored], list[str]]:
    """Every whole trajectory of a report by key, finished or not, and a line for each damaged one."""
    store = Store(report / RESULTS, repair=False)
    found: dict[str, Stored] = {}
    damaged: list[str] = []
    for key in [*store.keys()]:
        value, sound = store.get(key), store.sound(key)
        if value is None or sound is None or set(value.states) != set(sound.states):
            damaged.append(f"{key[:12]}: {'; '.join(store.notices)}")
            continue
        found[key] = Stored(
            key,
            value.name,
            value.seed,
            _plain(value.ingredients),
            tuple(_plain(record) for record in value.records),
            {epoch: _plain(snapshot.metrics) for epoch, snapshot in value.snapshots.items()},
            frozenset(value.states),
            tuple(_plain(segment) for segment in value.segments),
        )
    return found, damaged


def stored_arrays(report: Path) -> set[str]:
    """Names of the files of arrays that snapshots keep; each ends with the digest of its bytes."""
    names = {path.name for path in files(report / RESULTS)}
    return {name for name in names if not name.endswith(".json") and ".state." not in name}


def key_of(name: str) -> str:
    """The key of the trajectory that a file belongs to; empty where it belongs to none."""
    stem = name.rpartition("/")[2].partition(".")[0]
    return stem if name.startswith(RESULTS) and len(stem) == 64 else ""


def files(folder: Path) -> list[Path]:
    """All that is directly in a folder and is not a folder, by name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_symlink() or not path.is_dir())


def documents(report: Path) -> dict[str, bytes]:
    """The published documents that can be read."""
    return {name: (report / name).read_bytes() for name in DOCUMENTS if (report / name).is_file()}


def listing(report: Path) -> set[str]:
    """What is in a report, as names below it: all that is in plain view, and what must never remain there.

    Of the hidden files, those that are meant to stay are left out. Files of states are left out, too:
    from where a trajectory can continue depends on where it was interrupted.
    """
    found = set()
    for folder, folders, names in os.walk(report):
        place = Path(folder).relative_to(report)
        hidden = [name for name in folders if name.startswith(".") and name != PUBLISHING]
        unfinished = [name for name in (*folders, *names) if name.startswith(TEMPORARY)]
        folders[:] = [name for name in folders if name not in hidden]
        visible = [name for name in names if not name.startswith(".") and ".state." not in name]
        found |= {str(place / name) for name in (*visible, *unfinished)}
        found |= {str(place / name) for name in folders if name == PUBLISHING}
    return found - {LEDGER}


def orphans(report: Path) -> list[str]:
    """Files of arrays whose trajectory's document does not name their digest."""
    found = []
    texts = {path.stem: path.read_text() for path in files(report / RESULTS) if path.suffix == ".json"}
    for path in files(report / RESULTS):
        if path.suffix == ".json":
            continue
        key, *_, content, _ = path.name.split(".")
        if content not in texts.get(key, ""):
            found.append(path.name)
    return found


def save_after_every_epoch(checkout: Path) -> None:
    """Set how often a worker of this checkout saves a checkpoint."""
    changed = 0
    for path in (checkout / "src" / "labreport").rglob("*.py"):
        text, count = _CHECKPOINT_SECONDS.subn("CHECKPOINT_SECONDS = 0.0", path.read_text())
        if count:
            path.write_text(text)
            changed += count
    assert changed == 1, "the program has one setting of how often a worker saves"


def reseal(old: bytes, plain: Any) -> bytes:
    """A sealed file with other members and a checksum that is right, so that only its shape is wrong.

    What the checksum covers is found by trying; a file without one gets the members as they are.
    """
    body = json.dumps(plain).encode()
    found = _CHECKSUM.search(old[:200])
    if found is None:
        return body
    for start in range(found.end(), found.end() + 8):
        if hashlib.sha256(old[start:]).hexdigest().encode() == found[0]:
            lead = re.match(rb"[\s,]*", old[start:])
            assert lead is not None
            rest = lead[0] + body.removeprefix(b"{") + (b"\n" if old.endswith(b"\n") else b"")
            checksum = hashlib.sha256(rest).hexdigest().encode()
            return old[: found.start()] + checksum + old[found.end() : start] + rest
    return body


def tree(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything below a folder, with kind, mode, time of change and contents; links are not followed."""
    found: dict[str, tuple[object, ...]] = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        content: object = None
        if stat.S_ISREG(status.st_mode):
            content = path.read_bytes()
        elif stat.S_ISLNK(status.st_mode):
            content = os.readlink(path)
        place = str(path.relative_to(folder))
        found[place] = (status.st_mode, status.st_mtime_ns, status.st_ino, content)
    return found


def _plain(value: Any) -> Any:
    """Tuples, mappings and numbers as JSON has them, so that values compare as what they say."""
    return json.loads(json.dumps(value, default=dict))
