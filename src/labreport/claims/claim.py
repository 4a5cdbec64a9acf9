"""A sentence that may turn out either way, and the verdict of the test that decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What the results say of a claim; the report's wording follows it."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Claim:
    """A claim with its verdict.

    `predicate` is the claim in symbols, `test` how it was decided, `threshold` the bar fixed in
    advance; `numbers` names the quantities of the same answer that the test used.
    """

    name: str
    predicate: str
    test: str
    verdict: Verdict
    threshold: float | None = None
    p_value: float | None = None
    numbers: tuple[str, ...] = field(default=())

    @property
    def supported(self) -> bool:
        """Whether the verdict is `supported`."""
        return self.verdict is Verdict.SUPPORTED

    @property
    def refuted(self) -> bool:
        """Whether the verdict is `refuted`."""
        return self.verdict is Verdict.REFUTED

    @property
    def inconclusive(self) -> bool:
        """Whether the results leave it open."""
        return self.verdict is Verdict.INCONCLUSIVE
