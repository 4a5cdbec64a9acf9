"""What was made of what: read at the start of a run, written at its end.

It explains and saves time; it decides nothing by itself. Without it, what is stored is recognised by
its own key, and only documents are rebuilt.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from labreport.store.files import Damaged, OtherVersion, read_regular, write_atomically
from labreport.store.quarantine import Quarantine
from labreport.store.sealed import Sealed, seal, unseal

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
            members[name] = {path: known for path, known in members[name].items() if _is_text(path)}
        write_atomically(path, seal(members, LIMIT, readable=False))


def _is_text(path: str) -> bool:
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in path)
