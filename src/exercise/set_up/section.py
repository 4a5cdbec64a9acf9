"""The networks, and how they were trained."""

from __future__ import annotations

from exercise.set_up.environment import environment
from exercise.set_up.rules import rules
from labreport.outline import section

SECTION = section("How this was done", rules, environment, slug="set-up", at_a_glance=False)
