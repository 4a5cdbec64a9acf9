"""The page's script in an embedded engine, which has no access to files, network or clock of this process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from labreport.frame import FOLDER
from labreport.recheck.document import Difference, Malformed
from labreport.stats.operations import javascript

SECONDS = 60
"""Of processor time, for one file; the answers of the exercise take one."""
MEMORY = 256 << 20
STACK = 256 << 10
"""Bytes that the script may have; a file of the largest size allowed needs a tenth of them."""


@dataclass(frozen=True)
class Checked:
    """What computing a document again gave: how many numbers and findings, and those that differ."""

    numbers: int
    findings: int
    differences: tuple[Difference, ...]


@cache
def source() -> str:
    """The part of the page's script that computes."""
    files = sorted(FOLDER.glob("script/check-*.js"))
    return javascript() + "".join(path.read_text(encoding="utf-8") for path in files)


def evaluate(document: Mapping[str, Any]) -> Checked:
    """Everything of a document computed again. Raises `Malformed` where it cannot be."""
    found = json.loads(_run(json.dumps(document)))
    if "error" in found:
        raise Malformed(found["error"])
    differences = (
        Difference(
            each["place"], each["field"], _shown(each["says"]), f"its data give {_shown(each['found'])}"
        )
        for each in found["differences"]
    )
    return Checked(found["numbers"], found["findings"], tuple(differences))


def _run(text: str) -> str:
    import quickjs

    context = quickjs.Context()
    context.set_memory_limit(MEMORY)
    context.set_max_stack_size(STACK)
    context.set_time_limit(SECONDS)
    try:
        context.eval(source())
        answer = context.eval("Evidence.checked")(text)
    except quickjs.JSException as error:
        stopped = "interrupted" in str(error).partition("\n")[0]
        limit = f"{SECONDS} s" if stopped else f"{MEMORY >> 20} MB of memory"
        raise Malformed(f"the file cannot be computed again within {limit}") from None
    return str(answer)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return f"{value:.9g}" if isinstance(value, float) else str(value)
