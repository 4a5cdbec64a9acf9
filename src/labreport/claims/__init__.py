"""Quantities with their spread, claims with their verdicts, answers made of both."""

from labreport.claims.answer import Answer
from labreport.claims.claim import Claim, Verdict
from labreport.claims.quantity import Interval, Quantity

__all__ = ["Answer", "Claim", "Interval", "Quantity", "Verdict"]
