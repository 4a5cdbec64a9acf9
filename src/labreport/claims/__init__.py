"""Quantities with their spread, claims with their verdicts, answers made of both.

Light: what computes them loads SciPy and is imported by name. From numbers to verdicts, in this order:

- `intervals`: families of intervals, one for every level (Student, Wilson, Newcombe, McNemar);
- `estimate`: a difference with its intervals, and the p-values that are read off them;
- `comparison`, `statistics`, `correlation`: estimates and quantities from samples;
- `power`: what a test could have found;
- `decision`: verdicts on one estimate or on a family; `decide`: on quantities, counts and joint claims;
- `families`, `resolve`, `measuring`: comparisons that a project declares, each resolved once.

`rounding`, which prints quantities, needs only the standard library.
"""

from labreport.claims.answer import Answer
from labreport.claims.claim import Claim, Verdict
from labreport.claims.families import Comparison, Family
from labreport.claims.quantity import Interval, Quantity, Unit, VariesWith

__all__ = [
    "Answer",
    "Claim",
    "Comparison",
    "Family",
    "Interval",
    "Quantity",
    "Unit",
    "VariesWith",
    "Verdict",
]
