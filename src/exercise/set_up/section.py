"""The networks, and how they were trained."""

from __future__ import annotations

from exercise.set_up.environment import environment
from exercise.set_up.rules import rules
from exercise.set_up.times import times
from labreport.outline import section

SECTION = section("How this was done", rules, environment, times, slug="set-up", at_a_glance=False)
