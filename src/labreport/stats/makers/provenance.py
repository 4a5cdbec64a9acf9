"""The machines and the libraries that runs were made with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def made_with(runs: Iterable[Any], word: str = "run") -> dict[str, str]:
    """Describe the machines and the libraries of runs: the texts `Machine` and `Libraries`.

    `word` stands in `4 threads for each run`.
    """
    provenances = [run.provenance for run in runs]
    libraries: set[str] = set()
    for provenance in provenances:
        for name, version in provenance.get("libraries", {}).items():
            libraries.add(f"{name} {version}")

    def listed(key: str) -> str:
        """The different values of a key: `8; 16`."""
        values = {str(provenance.get(key, "unknown")) for provenance in provenances}
        return "; ".join(sorted(values))

    machine = (listed("processor"), listed("system"), f"{listed('cores')} cores")
    return {
        "Machine": f"{', '.join(machine)}, {listed('threads')} for each {word}",
        "Libraries": ", ".join([f"Python {listed('python')}", *sorted(libraries)]),
    }
