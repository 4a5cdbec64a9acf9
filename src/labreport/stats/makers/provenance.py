"""On what machine and with which libraries runs were made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol


class HasProvenance(Protocol):
    """A run, which says of itself on what it was made."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Its machine, threads and libraries."""


def made_with(runs: Iterable[HasProvenance], word: str = "run") -> dict[str, str]:
    """Say on what machine and with which libraries runs were made, from what they say of themselves."""
    provenances = [run.provenance for run in runs]
    libraries: set[str] = set()
    for provenance in provenances:
        for name, version in provenance.get("libraries", {}).items():
            libraries.add(f"{name} {version}")
    processor, system = _listed(provenances, "processor"), _listed(provenances, "system")
    cores, threads = _listed(provenances, "cores"), _listed(provenances, "threads")
    python = f"Python {_listed(provenances, 'python')}"
    return {
        "Machine": f"{processor}, {system}, {cores} cores, {threads} for each {word}",
        "Libraries": ", ".join([python, *sorted(libraries)]),
    }


def _listed(provenances: Sequence[Mapping[str, Any]], key: str) -> str:
    """The different values of a key: `8; 16`."""
    values = {str(provenance.get(key, "unknown")) for provenance in provenances}
    return "; ".join(sorted(values))
