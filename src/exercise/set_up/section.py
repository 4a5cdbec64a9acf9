"""The networks, and how they were trained."""

from __future__ import annotations

from exercise.set_up.environment import environment
from exercise.set_up.rates import rates
from exercise.set_up.rules import rules
from exercise.set_up.times import times
from labreport.outline import section

SECTION = section("How this was done", rules, rates, environment, times, slug="set-up")
