"""What was made of what: read at the start of a run, written at its end.

It explains and saves time; it decides nothing alone. Without it, what is stored is recognised by
its own key, and only documents are made again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labreport.errors import StoreError
from labreport.store.files import Damaged, read_regular, write_atomically

VERSION = 1
LIMIT = 256_000_000
"""Bytes of the largest ledger that is read; a thousand experiments take a hundredth."""


@dataclass
class Ledger:
    """All by name: `nodes` maps a node to its ingredients, key and output's digests; `groups` maps a
    digest to the members it stands for; `files` holds stamps and digests; `modules` the summaries of
    source files by content; `views` the digests of parts of results."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, list[object]] = field(default_factory=dict)
    modules: dict[str, list[Any]] = field(default_factory=dict)
    views: dict[str, list[Any]] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)
    """The answers' numbers as last published, to say what a rebuild changed."""

    @classmethod
    def load(cls, path: Path) -> Ledger:
        """The ledger at `path`; an empty one when it is missing, damaged or of another version."""
        try:
            plain = json.loads(read_regular(path, LIMIT))
            if plain.pop("version") != VERSION:
                return cls()
            ledger = cls(**plain)
        except (
            OSError,
            Damaged,
            StoreError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
        ):
            return cls()
        parts = (ledger.nodes, ledger.groups, ledger.files, ledger.modules, ledger.views, ledger.numbers)
        return ledger if all(isinstance(part, dict) for part in parts) else cls()

    def save(self, path: Path) -> None:
        """Write it in one piece; a crash leaves the old one or the new one. Raises `StoreError`."""
        used = {str(value) for node in self.nodes.values() for value in node["ingredients"].values()}
        groups = {key: members for key, members in self.groups.items() if key in used}
        plain = {
            "version": VERSION,
            "nodes": self.nodes,
            "groups": groups,
            "files": self.files,
            "modules": self.modules,
            "views": self.views,
            "numbers": self.numbers,
        }
        write_atomically(path, json.dumps(plain, sort_keys=True, separators=(",", ":")).encode())
