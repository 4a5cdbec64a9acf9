"""A number as a student writes it: per cent or fraction, rounded, with a decimal point or comma."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from labreport.grading.strict import shortened
from labreport.grading.submission import Stated

LENGTH = 60
"""Characters that are looked at."""
COARSEST_SHARE = 0.005
"""Half of a whole per cent: a share must be written at least as finely."""
COARSEST = 0.05
"""Half a unit of the last digit, relative to the number, that rounding may make elsewhere."""
_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009_'’")
_NUMBER = re.compile(r"([+-]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,3})?)(%?)(?:(?:±|\+/?-).*)?([^\d±]*)")


def stated(text: str, unit: str) -> Stated:
    """The number that `text` means for a quantity of this unit, with the rounding that it shows.

    `96.2 %`, `96.2` and `0.962` are one share; `points` are always percentage points. What is not a
    number has no value. A number may be followed by ± and its spread, or by a word.
    """
    written = text.strip()[:LENGTH]
    if not written:
        return Stated(None)
    found = _NUMBER.fullmatch(written.translate(_SPACES).replace("−", "-").replace("–", "-"))
    number = _decimal(found[1], whole=unit not in ("fraction", "points", "nat")) if found else None
    if found is None or number is None:
        return Stated(None, text=shortened(written))
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    value, rounding = float(number), 0.5 * 10.0**exponent
    per_cent = bool(found[2]) or unit.startswith("points") or "%" in found[3] or abs(value) > 1
    if unit in ("fraction", "points", "points, unsigned"):
        scale = 0.01 if per_cent else 1.0
        return Stated(value * scale, min(rounding * scale, COARSEST_SHARE))
    return Stated(value, min(rounding, COARSEST * abs(value)), written)


def _decimal(text: str, whole: bool) -> Decimal | None:
    """The number; None where it has no clear meaning or is absurdly large."""
    if ("," in text and "." in text) or (re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", text) and whole):
        text = text.replace(",", "")
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number == 0 or -300 < number.adjusted() < 300 else None
