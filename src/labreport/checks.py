"""What a verification reports: one line for each thing that was checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """`name` says what was checked, `detail` what was found: how much agreed, or the first difference."""

    name: str
    passed: bool
    detail: str
