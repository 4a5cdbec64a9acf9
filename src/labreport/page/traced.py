"""An answer as templates see it: every value knows its address, `QUESTION#NAME`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labreport.claims import Answer, Claim, Interval, Quantity
from labreport.claims.evidence import evidence


@dataclass(frozen=True)
class TracedQuantity:
    """A quantity that can be compared in a template, and printed only through a filter."""

    address: str
    quantity: Quantity

    @property
    def value(self) -> float | int | None:
        """For comparing; printed bare it is an untraced number, which the audit refuses."""
        return self.quantity.value

    @property
    def unit(self) -> str:
        """The unit of `value`."""
        return self.quantity.unit

    @property
    def n(self) -> int:
        """Number of observations behind the spread."""
        return self.quantity.n

    @property
    def spread(self) -> float | None:
        """Standard deviation over the observations."""
        return self.quantity.spread

    @property
    def interval(self) -> Interval | None:
        """The interval, in the unit of `value`."""
        return self.quantity.interval

    @property
    def source(self) -> str:
        """Results, seeds, epoch, split and metric that it was computed from."""
        return self.quantity.source


class TracedText(str):
    """A string of an answer; what is cut out of it or joined to it is plain text again."""

    address: str

    def __new__(cls, text: str, address: str) -> TracedText:
        """`text`, which knows its `address`."""
        traced = super().__new__(cls, text)
        traced.address = address
        return traced


class TracedInteger(int):
    """A whole number among an answer's facts."""

    address: str

    def __new__(cls, number: int, address: str) -> TracedInteger:
        """`number`, which knows its `address`."""
        traced = super().__new__(cls, number)
        traced.address = address
        return traced


@dataclass(frozen=True)
class TracedClaim:
    """A claim with traced wording; `evidence` is its test and p-value in a few words, `p` the p-value."""

    address: str
    name: str
    predicate: TracedText
    test: TracedText
    verdict: str
    supported: bool
    refuted: bool
    equivalent: bool
    inconclusive: bool
    threshold: float | None
    p_value: float | None
    reason: TracedText
    evidence: TracedText
    p: TracedQuantity

    @property
    def p_is_of(self) -> str:
        """Words before a p-value that is not of the test for a difference."""
        return "equal: " if self.equivalent else ""


@dataclass(frozen=True)
class TracedAnswer:
    """What a template knows as `answer`."""

    quantities: Mapping[str, TracedQuantity]
    claims: Mapping[str, TracedClaim]
    facts: Mapping[str, Any]


def traced(question: str, answer: Answer) -> TracedAnswer:
    """`answer` with the address of each of its values."""
    return TracedAnswer(
        {name: TracedQuantity(f"{question}#{name}", item) for name, item in answer.quantities.items()},
        {name: _claim(f"{question}#claims.{name}", item) for name, item in answer.claims.items()},
        {name: traced_value(item, f"{question}#facts.{name}") for name, item in answer.facts.items()},
    )


def traced_value(value: Any, address: str) -> Any:
    """Plain JSON values, each string and whole number with its address: `ADDRESS.KEY` or `ADDRESS.INDEX`.

    Keys of a mapping are traced as `ADDRESS.KEY` too; they equal the plain keys.
    """
    if isinstance(value, str):
        return TracedText(value, address)
    if isinstance(value, int) and not isinstance(value, bool):
        return TracedInteger(value, address)
    if isinstance(value, Mapping):
        return {
            TracedText(str(key), f"{address}.{key}"): traced_value(item, f"{address}.{key}")
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [traced_value(item, f"{address}.{index}") for index, item in enumerate(value)]
    return value


def _claim(address: str, claim: Claim) -> TracedClaim:
    return TracedClaim(
        address,
        claim.name,
        TracedText(claim.predicate, f"{address}.predicate"),
        TracedText(claim.test, f"{address}.test"),
        str(claim.verdict),
        claim.supported,
        claim.refuted,
        claim.equivalent,
        claim.inconclusive,
        claim.threshold,
        claim.p_value,
        TracedText(claim.reason, f"{address}.reason"),
        TracedText(evidence(claim), f"{address}.evidence"),
        TracedQuantity(f"{address}.p", Quantity(claim.p_value, "p", claim.test)),
    )
