"""Made results, and the verdict that a claim must get from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SUPPORTED, REFUTED, INCONCLUSIVE = "supported", "refuted", "inconclusive"
EQUIVALENT = "equivalent"
LEARNS = {"collapsed": False, "validation": 0.94, "test": 0.94, "noise": 0.001}
STUCK = {"collapsed": True, "noise": 0.0}
ERRATIC = {"collapsed": False, "validation": 0.2, "test": 0.2, "drop": 0.0, "noise": 0.05}


@dataclass(frozen=True)
class Case:
    """Made results, and the verdict that a claim must then get."""

    question: str
    claim: str
    verdict: str
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seeds: int = 5

    def __str__(self) -> str:
        return f"{self.question}:{self.claim}:{self.verdict}"


def three(question: str, claim: str, *made: Mapping[str, Mapping[str, Any]] | None) -> tuple[Case, ...]:
    """Cases for results made to support, to refute and to leave open; None where that cannot be."""
    kinds = zip((SUPPORTED, REFUTED, INCONCLUSIVE), made, strict=True)
    return tuple(Case(question, claim, verdict, results) for verdict, results in kinds if results is not None)


def four(question: str, claim: str, *made: Mapping[str, Mapping[str, Any]]) -> tuple[Case, ...]:
    """Cases for a claim with a margin: to support, to refute, to leave open, and to be equivalent."""
    *others, equivalent = made
    return (*three(question, claim, *others), Case(question, claim, EQUIVALENT, equivalent))


NOISY = {"drop": 0.0, "noise": 0.02}
"""Networks whose seeds differ so much that nothing can be decided."""
WILD = {"drop": 0.0, "noise": 0.09, "test": 0.88, "validation": 0.88}
"""Noisy enough that even epochs of one and the same training differ by more than matters."""
QUIET = {"drop": 0.0, "noise": 0.0002}
"""Networks whose seeds differ so little that a difference of nothing shows as such."""
