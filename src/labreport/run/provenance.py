"""The machine, date and versions with which a run was made. They are shown, and are no part of its key."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

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
