"""Decisions to keep results across an edit: in `kept.json` of the project's folder, to be committed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from labreport.errors import UsageError
from labreport.fingerprint.files import Digests
from labreport.program import nearby
from labreport.store.files import Damaged, read_regular, write_atomically

NAME = "kept.json"
LIMIT = 64 << 20
"""Bytes of the file: of 100,000 results."""
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
        self.path = root / NAME
        self.all: list[Decision] = []
        if self.path.exists() and digests(self.path) is not None:
            try:
                self.all = msgspec.json.decode(read_regular(self.path, LIMIT), type=_Document).kept
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
