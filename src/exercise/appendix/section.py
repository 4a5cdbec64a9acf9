"""Studies, checks, and what was trained."""

from __future__ import annotations

from exercise.appendix.checked import checked
from exercise.appendix.families import families
from exercise.appendix.study import QUESTIONS
from exercise.catalogue import NETWORKS
from exercise.set_up.environment import environment
from exercise.set_up.rules import rules
from labreport.outline import section

SECTION = section(
    "Appendix", *QUESTIONS, families, checked, answers=(rules, environment), experiments=NETWORKS
)
