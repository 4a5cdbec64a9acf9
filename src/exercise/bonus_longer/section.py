"""The simple network, trained for longer."""

from __future__ import annotations

from exercise.bonus_longer.longer import diminishing, longer
from labreport.outline import section

SECTION = section("The simple network, trained for longer", longer, diminishing, slug="bonus-longer")
