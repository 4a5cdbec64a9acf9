"""Studies, checks, and what was trained."""

from __future__ import annotations

from exercise.appendix.checked import checked
from exercise.appendix.families import families
from exercise.appendix.rates import rates
from exercise.appendix.study import QUESTIONS
from exercise.appendix.times import times
from exercise.catalogue import NETWORKS
from exercise.part_two.depth_gain import depth_against_gain
from exercise.part_two.hypothesis import hypothesis
from exercise.set_up.environment import environment
from exercise.set_up.rules import rules
from labreport.outline import section

SECTION = section(
    "Appendix",
    times,
    rates,
    *QUESTIONS,
    families,
    checked,
    answers=(rules, environment, hypothesis),
    figures=(depth_against_gain,),
    experiments=NETWORKS,
    at_a_glance=False,
)
