"""On what machine and with which libraries runs were made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def made_with(runs: Iterable[Any], word: str = "run") -> dict[str, str]:
    """Say on what machine and with which libraries runs were made, from what they say of themselves."""
    made = [run.provenance for run in runs]
    texts = {}
    for key in ("processor", "system", "cores", "threads", "python"):
        texts[key] = "; ".join(sorted({str(of_run.get(key, "unknown")) for of_run in made}))
    libraries = {f"{name} {text}" for of_run in made for name, text in of_run.get("libraries", {}).items()}
    used = f"{texts['cores']} cores, {texts['threads']} for each {word}"
    return {
        "Machine": f"{texts['processor']}, {texts['system']}, {used}",
        "Libraries": ", ".join([f"Python {texts['python']}", *sorted(libraries)]),
    }
