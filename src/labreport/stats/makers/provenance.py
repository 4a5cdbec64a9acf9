"""The machines and the libraries that runs were made with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def made_with(provenances: Sequence[dict[str, Any]], word: str = "run") -> dict[str, str]:
    """Describe the machines and the libraries of runs: the texts `Machine` and `Libraries`.

    `word` stands in `4 threads for each run`.
    """
    libraries = set()
    for provenance in provenances:
        for name, version in provenance.get("libraries", {}).items():
            libraries.add(f"{name} {version}")

    def listed(key: str) -> str:
        """The different values of a key: `8; 16`."""
        values = {str(provenance.get(key, "unknown")) for provenance in provenances}
        return "; ".join(sorted(values))

    machine = f"{listed('processor')}, {listed('system')}, {listed('cores')} cores"
    versions = [f"Python {listed('python')}"]
    versions += sorted(libraries)
    return {
        "Machine": f"{machine}, {listed('threads')} for each {word}",
        "Libraries": ", ".join(versions),
    }
