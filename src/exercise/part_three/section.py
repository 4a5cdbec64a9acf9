"""Three hidden layers that work."""

from __future__ import annotations

from exercise.part_three.best import best
from exercise.part_three.epochs import epochs
from exercise.part_three.goal import goal
from labreport.outline import section

SECTION = section("Three hidden layers", goal, best, epochs, slug="part-three")
