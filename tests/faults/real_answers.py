"""What a build of the real program has found, in a form that two undisturbed builds have in common."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from faults import formats

_NUMBER = re.compile(r"[0-9][0-9.,]*")
_TIMED = re.compile(r"second|minute|\btime|clock|speed|fast", re.IGNORECASE)
_UNITS_OF_TIME = ("s", "min", "h", "ms", "µs")


def outcome(report: Path, targets: Sequence[str]) -> Any:
    """What a finished build has found: its answers, or the results themselves where only some were made."""
    if not targets:
        return comparable(json.loads((report / "answers.json").read_text()))
    found, _ = formats.stored(report)
    return {
        "arrays": sorted(formats.stored_arrays(report)),
        **{
            f"{value.name}#{value.seed}": {
                "records": [without_seconds(record) for record in value.records],
                "snapshots": {str(epoch): metrics for epoch, metrics in sorted(value.snapshots.items())},
            }
            for value in found.values()
        },
    }


def without_seconds(record: Any) -> dict[str, Any]:
    """All that a record says but how long the epoch took."""
    return {name: value for name, value in record.items() if name != "seconds"}


def comparable(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers without times, dates and what depends on them: these differ between any two builds."""
    questions = {slug: _comparable_question(question) for slug, question in answers["questions"].items()}
    return {**{name: value for name, value in answers.items() if name != "run"}, "questions": questions}


def _comparable_question(question: dict[str, Any]) -> dict[str, Any]:
    """All but quantities of time and findings on them; where there are such, digits in texts do not count."""
    times = {name for name, quantity in question["quantities"].items() if timed(quantity)}
    findings = {
        name: finding
        for name, finding in question["findings"].items()
        if not times & set(finding["numbers"]) and not timed(finding)
    }
    quantities = {name: value for name, value in question["quantities"].items() if name not in times}
    rest = {name: value for name, value in question.items() if name not in ("quantities", "findings")}
    if times or question.get("local"):
        rest = {name: _NUMBER.sub("#", str(value)) for name, value in rest.items()}
    return {"quantities": quantities, "findings": findings, **rest}


def timed(value: dict[str, Any]) -> bool:
    """Whether this is a quantity or a finding about time."""
    if str(value.get("unit", "")).split(" ")[0].split("/")[0] in _UNITS_OF_TIME:
        return True
    words = " ".join(
        str(value.get(name, "")) for name in ("source", "predicate", "statement", "basis", "rule")
    )
    return _TIMED.search(words) is not None


def difference(first: Any, second: Any, place: str = "") -> str:
    """Where two values differ first; empty where they are equal."""
    if isinstance(first, dict) and isinstance(second, dict):
        for name in sorted({*first, *second}):
            found = difference(first.get(name), second.get(name), f"{place}/{name}")
            if found:
                return found
        return ""
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = enumerate(zip(first, second, strict=True))
        return next((found for i, (a, b) in pairs if (found := difference(a, b, f"{place}/{i}"))), "")
    return "" if first == second else f"{place}: {str(first)[:100]} and {str(second)[:100]}"
