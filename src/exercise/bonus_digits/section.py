"""Errors by digit."""

from __future__ import annotations

from exercise.bonus_digits.digits import digits
from exercise.bonus_digits.pattern import pattern
from exercise.part_two.above_20 import above_20
from labreport.outline import section

SECTION = section("Errors by digit", digits, pattern, slug="bonus-digits", answers=(above_20,))
