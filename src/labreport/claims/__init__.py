"""Quantities with their spread, claims with their verdicts, answers made of both.

Light: what computes them (`statistics`, `comparison`, `correlation`, `decide`) loads SciPy and is
imported by name; `rounding` needs the standard library alone.
"""

from labreport.claims.answer import Answer
from labreport.claims.claim import Claim, Verdict
from labreport.claims.quantity import Interval, Quantity, Unit, VariesWith

__all__ = ["Answer", "Claim", "Interval", "Quantity", "Unit", "VariesWith", "Verdict"]
