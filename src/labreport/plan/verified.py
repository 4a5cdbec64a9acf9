"""What `verify` found, kept until anything that it checked is another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.fingerprint.canonical import digest
from labreport.plan.nodes import Node

if TYPE_CHECKING:
    from labreport.store.cache import Cache

KIND, SLUG = "verification", "report"


class Verification:
    """The summary of the last verification, in the cache, under a key of all answers that it was about."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    @property
    def path(self) -> Path:
        """The file that it is kept in."""
        return self._cache.path(KIND, SLUG)

    def identity(self, node: Node, outputs: Callable[[str], str]) -> str:
        """The digest of what was found; empty where nothing was, or of other answers than those of today.

        `node` is the answer that reports it; `outputs` gives the digest of what a read node put out.
        """
        found = self._cache.peek(KIND, SLUG)
        return found[1] if found is not None and found[0] == _key(node, outputs) else ""

    def found(self, node: Node, outputs: Callable[[str], str]) -> Any:
        """What `keep` was given; None where `identity` is empty."""
        cached = self._cache.get(KIND, SLUG)
        return cached.payload if cached is not None and cached.key == _key(node, outputs) else None

    def keep(self, node: Node, outputs: Callable[[str], str], found: Any) -> None:
        """Keep a verification's summary (plain JSON values) in place of the last one."""
        self._cache.put(KIND, SLUG, _key(node, outputs), found)


def _key(node: Node, outputs: Callable[[str], str]) -> str:
    return digest({name: outputs(name) for name in node.reads if name.startswith("answer/")})
