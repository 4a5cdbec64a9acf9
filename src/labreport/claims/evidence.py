"""How a claim was decided, in a few words, for the line below an answer."""

from __future__ import annotations

import re

from labreport.claims.claim import Claim, Verdict
from labreport.claims.quantity import Quantity
from labreport.claims.rounding import THIN, format_number

_STUDENT = re.compile(r"^(?:paired )?Student(?:'s)? test")
_LARGE = re.compile(r"\d{5,}")
"""A number that is printed with its thousands apart."""


def evidence(claim: Claim) -> str:
    """Test and p-value, as `paired t-test over 5 seeds and 10 000 images, p = 0.002`.

    The first statement of `claim.test`; margins and corrections are left to the table of all tests.
    """
    text = claim.test.rpartition(" comparisons: ")[2].partition(";")[0]
    paired = text.startswith("paired ") or ", paired" in text
    text = re.sub(r", (?:paired|two-sided)\b", "", text)
    if _STUDENT.match(text):
        name = (
            "t-test"
            if claim.verdict is not Verdict.EQUIVALENT
            else "equivalence test (two one-sided t-tests)"
        )
        text = _STUDENT.sub(f"paired {name}" if paired else name, text)
    text = _LARGE.sub(lambda number: f"{int(number[0]):,}".replace(",", THIN), text)
    if claim.p_value is None:
        return text
    return f"{text}, {format_number(Quantity(claim.p_value, 'p'))}"
