"""The networks, and how they were trained."""

from __future__ import annotations

from exercise.set_up.environment import environment
from exercise.set_up.rates import rates
from exercise.set_up.rules import rules
from labreport.outline import section

SECTION = section("The networks and how they were trained", rules, rates, environment, slug="set-up")
