"""Ten hidden layers."""

from __future__ import annotations

from exercise.part_two.above_20 import above_20
from exercise.part_two.correlation import correlation
from exercise.part_two.hypothesis import hypothesis
from exercise.part_two.parameters import parameters
from labreport.outline import section

SECTION = section("Ten hidden layers", above_20, hypothesis, parameters, correlation, slug="part-two")
