"""What a verification reports: one line for each thing that was checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any


@dataclass(frozen=True)
class Check:
    """`name` says what was checked, `detail` what was found: how much agreed, or the first difference.

    `kind` says in words what checks of its sort have in common, for a summary. What could not be `compared`
    with anything has neither passed nor failed. `since` is the day on which it was made, if not now.
    """

    name: str
    passed: bool
    detail: str
    kind: str
    compared: bool = True
    since: str = ""

    @property
    def result(self) -> str:
        """In one word: `passed`, `failed` or `open`."""
        return "failed" if not self.passed else "passed" if self.compared else "open"


def summary(checks: Iterable[Check]) -> dict[str, Any]:
    """Plain values: of each `kind`, in order, how many `passed` of `all`; names of those that `failed`."""
    kinds: dict[str, dict[str, int]] = {}
    failed = []
    for check in filter(attrgetter("compared"), checks):
        counts = kinds.setdefault(check.kind, {"passed": 0, "all": 0})
        counts["passed"] += check.passed
        counts["all"] += 1
        if not check.passed:
            failed.append(check.name)
    return {"kinds": [{"kind": kind, **counts} for kind, counts in kinds.items()], "failed": failed}
