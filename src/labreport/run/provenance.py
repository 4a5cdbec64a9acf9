"""The machine, date and versions with which a run was made. They are shown, and are no part of its key."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from labreport.stale import Label


def describe_machine(inputs: Mapping[str, str], threads: int) -> dict[str, object]:
    """Processor, system, cores, threads, Python, the versions of libraries among the inputs, and the date."""
    now = datetime.now(UTC)
    return {
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 1,
        "threads": threads,
        "python": platform.python_version(),
        "libraries": _libraries(inputs),
        "date": now.isoformat(timespec="seconds"),
    }


def made_with(provenances: Sequence[dict[str, Any]], word: str = "run") -> dict[str, str]:
    """Describe the machines and the libraries of runs: the texts `Machine` and `Libraries`.

    `word` is the last of `Machine`: `M2, macOS, 8 cores, 2 for each run`, in which 2 are threads.
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


def _libraries(inputs: Mapping[str, str]) -> dict[str, str]:
    """The versions of libraries among the inputs of a run, by name of the library."""
    libraries = {}
    for text, version in inputs.items():
        label = Label.parse(text)
        if label.kind == "library":
            libraries[label.name] = version
    return libraries


@cache
def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() in ("model name", "Model"):
                return value.strip()
    return platform.processor() or platform.machine()
