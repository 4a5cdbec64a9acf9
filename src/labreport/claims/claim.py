"""A sentence that may turn out either way, and the verdict of the test that decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from labreport.claims.derivation import Derivation


class Verdict(StrEnum):
    """What the results say about a claim; the wording of the report follows it.

    A claim that something is larger is `supported` by an interval on its side of zero, `refuted` by
    an interval on the other side, and `equivalent` when the interval lies inside a margin that was
    declared in advance. Everything else is `inconclusive`: that a test is not significant refutes nothing.
    """

    SUPPORTED = "supported"
    REFUTED = "refuted"
    EQUIVALENT = "equivalent"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Claim:
    """A claim with its verdict.

    `predicate` is the claim in symbols, `test` how it was decided, `threshold` the bar fixed in
    advance, `margin` the largest difference that counts as none; `numbers` names the quantities of the
    same answer that the test used. `reason` says why no test was possible, and is empty otherwise.
    `derivation` says how the verdict follows from them, for `check`.
    """

    name: str
    predicate: str
    test: str
    verdict: Verdict
    threshold: float | None = None
    p_value: float | None = None
    numbers: tuple[str, ...] = field(default=())
    margin: float | None = None
    reason: str = ""
    derivation: Derivation | None = field(default=None, compare=False, repr=False)

    @property
    def supported(self) -> bool:
        """Whether the verdict is `supported`."""
        return self.verdict is Verdict.SUPPORTED

    @property
    def refuted(self) -> bool:
        """Whether the verdict is `refuted`."""
        return self.verdict is Verdict.REFUTED

    @property
    def equivalent(self) -> bool:
        """Whether the difference is smaller than the margin."""
        return self.verdict is Verdict.EQUIVALENT

    @property
    def inconclusive(self) -> bool:
        """Whether the results leave the claim open."""
        return self.verdict is Verdict.INCONCLUSIVE
