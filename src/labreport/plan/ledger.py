"""What is kept from one run to the next: what was made of what, decisions, and the stamp of a fresh report.

The ledger is read at the start of a run and written at its end. It explains and saves time; it decides
nothing by itself. Without it, what is stored is recognised by its own key, and only documents are rebuilt.
Decisions to keep results across an edit are in `kept.json` of the project's folder, to be committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal
from zlib import crc32

import msgspec

from labreport.errors import StoreError, UsageError
from labreport.fingerprint.files import Digests, Stamp, stamp
from labreport.fingerprint.modules import package_folders
from labreport.fingerprint.observed import while_loading
from labreport.frame import Lookup
from labreport.program import FRONT, nearby
from labreport.store.files import Damaged, OtherVersion, Quarantine, read_regular, write_atomically
from labreport.store.sealed import Sealed, is_text, seal, unseal

LIMIT = 256_000_000
"""Bytes of the largest ledger that is read; one of a thousand experiments has a hundredth of it."""


_Summary = dict[str, dict[str, Annotated[list[Any], msgspec.Meta(min_length=1)]]]
"""The shape of `labreport.fingerprint.syntax.Summary`."""


class Record(msgspec.Struct, forbid_unknown_fields=True):
    """How a node was last made: of what, under which key, the digest of its output, and of its files."""

    ingredients: dict[str, Any]
    key: str
    output: str
    files: dict[str, str]


class View(msgspec.Struct, forbid_unknown_fields=True):
    """What an experiment sees of a stored trajectory: digests of its document, of what is seen, of arrays."""

    document: str
    digest: str
    arrays: dict[str, str]


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """What one number of an answer was and is, as printed; without a `name`, what its headline says.

    It is `timed` where nothing but measured times made the difference. An empty text
    stands for what was not, or is no more, there.
    """

    question: str
    name: str
    was: str
    now: str
    timed: bool = False

    def plain(self) -> dict[str, Any]:
        """Its fields by name."""
        return msgspec.structs.asdict(self)


class Ledger(Sealed):
    """All by name: `nodes` the last making of each node; `groups` the members that a digest is for;
    `files` stamps and digests; `modules` summaries of source files with the digest of their content;
    `views` parts of trajectories; `numbers` the answers' numbers as last published, and under the empty name
    the words of the headline; `changed` what the last rebuild that changed any of them changed; `seeds` the
    number of seeds of the published report, 0 where there is none; `paces` the seconds that a unit of work
    took when experiments were last trained; `definitions`, by the hash of each, what it is and the hashes of
    its lines, as `labreport.fingerprint.syntax.Summary` has them.
    """

    checksum: str = ""
    format: Literal["labreport ledger 2"] = "labreport ledger 2"
    nodes: dict[str, Record] = msgspec.field(default_factory=dict)
    groups: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    files: dict[str, tuple[int, int, int, int, str]] = msgspec.field(default_factory=dict)
    modules: dict[str, tuple[str, _Summary]] = msgspec.field(default_factory=dict)
    views: dict[str, View] = msgspec.field(default_factory=dict)
    numbers: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    changed: list[Change] = msgspec.field(default_factory=list)
    seeds: int = 0
    paces: dict[str, float] = msgspec.field(default_factory=dict)
    definitions: dict[str, tuple[str, str]] = msgspec.field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, quarantine: Quarantine) -> Ledger:
        """The ledger at `path`; an empty one where it is missing, or damaged and set aside."""
        try:
            return unseal(read_regular(path, LIMIT), cls)
        except (FileNotFoundError, OtherVersion):  # it decides nothing by itself
            return cls()
        except Damaged as damage:
            quarantine.take(path, str(damage))
            return cls()

    def save(self, path: Path) -> None:
        """Write it in one piece; a crash leaves the old one or the new one. Raises `StoreError`."""
        used = {str(value) for node in self.nodes.values() for value in node.ingredients.values()}
        members = {name: getattr(self, name) for name in self.__struct_fields__ if name != "checksum"}
        members["groups"] = {key: group for key, group in self.groups.items() if key in used}
        named = {value for group in members["groups"].values() for value in group.values()}
        members["definitions"] = {key: one for key, one in self.definitions.items() if key in named}
        keys = {node.key for node in self.nodes.values()}
        members["views"] = {label: view for label, view in self.views.items() if label[:64] in keys}
        for name in ("files", "modules"):  # they only save time, and JSON cannot hold every path
            members[name] = {path: known for path, known in members[name].items() if is_text(path)}
        write_atomically(path, seal(members, LIMIT, readable=False))


KEPT = "kept.json"
_KEPT_LIMIT = 64 << 20
"""Bytes of `kept.json`: of 100,000 results."""
_Key = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Decision(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """That results of `name` stay valid across an edit: why, by whom, when, and what had `changed`.

    `results` gives, for each, the key of what it was made of before the edit, and after it.
    """

    name: str
    because: str
    by: str
    at: str
    changed: list[str]
    results: dict[str, tuple[_Key, _Key]]

    def __str__(self) -> str:
        return f"kept by {self.by} on {self.at[:10]}: {self.because}"


Way = tuple[tuple[Decision, tuple[str, str]], ...]
"""The decisions by which a result is kept, oldest first, each with its digests before and after."""


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["labreport kept 1"] = "labreport kept 1"
    kept: list[Decision] = []


class Decisions:
    """What the file in the folder `root` says, oldest first. Raises `UsageError` where it cannot be read."""

    def __init__(self, root: Path, digests: Digests) -> None:
        self.path = root / KEPT
        self.all: list[Decision] = []
        if self.path.exists() and digests(self.path) is not None:
            try:
                self.all = msgspec.json.decode(read_regular(self.path, _KEPT_LIMIT), type=_Document).kept
            except (Damaged, msgspec.MsgspecError, UnicodeDecodeError) as error:
                text = f"{nearby(self.path)}: is not what keep writes ({error})"
                raise UsageError(f"{text}; take it from the repository again, or remove it") from None
        self._standing_in = {pair[1]: (one, pair) for one in self.all for pair in one.results.values()}

    @property
    def after(self) -> set[str]:
        """The keys in whose place another result may be."""
        return {*self._standing_in}

    @property
    def keys(self) -> set[str]:
        """The keys of results that any of them keeps."""
        return {before for _, (before, _) in self._standing_in.values()}

    def before(self, key: str) -> Iterator[tuple[str, Way]]:
        """Keys of what may be in place of a result, the nearest first, with the decisions on the way."""
        way: Way = ()
        while (step := self._standing_in.get(key)) and len(way) < len(self._standing_in):
            way, key = (step, *way), step[1][0]
            yield key, way

    def write(self, decisions: Iterable[Decision]) -> None:
        """Have these, in place of what there was. Raises `StoreError`."""
        data = msgspec.json.encode(_Document(kept=list(decisions)))
        write_atomically(self.path, msgspec.json.format(data, indent=1) + b"\n")


def in_groups(kept: Iterable[tuple[str, Way]]) -> list[dict[str, Any]]:
    """Plain values of the decisions that keep these results, each with their names and digests."""
    found: dict[int, dict[str, Any]] = {}
    for name, way in kept:
        for one, pair in way:
            fields = ("name", "because", "by", "at", "changed")
            plain = {**{field: getattr(one, field) for field in fields}, "results": {}}
            found.setdefault(id(one), plain)["results"][name] = list(pair)
    return [*found.values()]


STAMP = ".stamp"
"""`labreport.front` reads it."""


def write_stamp(
    root: Path, output: Path, digests: Digests, arguments: str, folders: Iterable[Path] = ()
) -> None:
    """Write all files that a fresh report rests on, for the front door to compare before anything else.

    First line: format, interpreter, its version, a checksum of the rest, and the arguments; then a line for
    each file: modification time in ns, size, inode, change time in ns, and the path, below the project or
    absolute. A line for a variable of the environment that the project reads has `$`, the checksum of its
    value, its name. A file that is not there is represented by the folder that would show it: its clock moves
    when the file appears. A file that appears in one of the `folders`, or is removed from it, changes the
    report. Nothing is written where a file cannot be trusted by its stamp.
    """
    digests.settle()
    files: dict[str, Stamp] = dict(digests.stamps())
    missing = [root / path for path in digests.untrusted()]
    folders = [*folders, *map(Path, while_loading.folders), *Lookup(root / "templates").all_folders()]
    folders += [next(folder for folder in path.parents if folder.is_dir()) for path in missing]
    for path in (*package_folders(), *(_below(folder, root) for folder in folders)):
        found = stamp(root / path)
        if found is None:
            return
        files[path] = found
    if any(os.path.lexists(path) for path in missing):
        return
    if any("\n" in path or "\r" in path for path in (*files, *while_loading.variables)):
        return
    lines = "".join(f"{' '.join(map(str, found))} {path}\n" for path, found in files.items())
    for name in sorted({"PYTHONPATH", *while_loading.variables}):
        lines += f"$ {crc32(os.environb.get(os.fsencode(name), b''))} {name}\n"
    rest = lines.encode("utf-8", "surrogateescape")
    with suppress(StoreError):
        head = f"{os.environ.get(FRONT, '')} {crc32(rest)} {arguments}\n"
        write_atomically(output / STAMP, head.encode("utf-8", "surrogateescape") + rest)


def _below(path: Path, root: Path) -> str:
    """Relative to the checkout if it is inside, so that a moved checkout stays fresh."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def remove_stamp(output: Path) -> None:
    """From here on the report may be incomplete."""
    with suppress(OSError):
        (output / STAMP).unlink()
