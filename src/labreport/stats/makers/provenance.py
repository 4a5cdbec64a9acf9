"""On what machine and with which libraries runs were made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def made_with(runs: Iterable[Any], word: str = "run") -> dict[str, str]:
    """Say on what machine and with which libraries runs were made, from what they say of themselves."""
    provenances = [run.provenance for run in runs]
    libraries: set[str] = set()
    for provenance in provenances:
        libraries |= {f"{name} {version}" for name, version in provenance.get("libraries", {}).items()}

    def values_of(key: str) -> str:
        return "; ".join(sorted({str(provenance.get(key, "unknown")) for provenance in provenances}))

    used = f"{values_of('cores')} cores, {values_of('threads')} for each {word}"
    return {
        "Machine": f"{values_of('processor')}, {values_of('system')}, {used}",
        "Libraries": ", ".join([f"Python {values_of('python')}", *sorted(libraries)]),
    }
