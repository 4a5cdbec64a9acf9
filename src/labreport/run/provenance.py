"""Where, when and with what a run was made: for people, and no part of its identity."""

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
    """The processor, the system, the day, and the libraries among the inputs of a run."""
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
    """The versions of the libraries among the inputs of a run, by name."""
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
