"""The networks, how they were trained, code to copy, and everything at the end of a report."""

from __future__ import annotations

from exercise.catalogue import NETWORKS
from exercise.set_up.depth_gain import depth_and_gain
from exercise.set_up.environment import environment
from exercise.set_up.rates import rates
from exercise.set_up.rules import rules
from exercise.set_up.study import QUESTIONS
from labreport.outline import section

SECTION = section(
    "How this was done",
    rules,
    rates,
    depth_and_gain,
    *QUESTIONS,
    environment,
    slug="set-up",
    experiments=NETWORKS,
    at_a_glance=False,
)
