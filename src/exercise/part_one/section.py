"""One hidden layer: a wide and a small network."""

from __future__ import annotations

from exercise.part_one.accuracy import SMALL_ACCURACY, WIDE_ACCURACY
from exercise.part_one.comparison import comparison
from exercise.part_one.parameters import SMALL_PARAMETERS, WIDE_PARAMETERS
from exercise.part_one.time import SMALL_TIME, WIDE_TIME
from labreport.outline import section

SECTION = section(
    "One hidden layer, large and small",
    WIDE_PARAMETERS,
    WIDE_ACCURACY,
    WIDE_TIME,
    SMALL_PARAMETERS,
    SMALL_ACCURACY,
    SMALL_TIME,
    comparison,
    slug="part-one",
)
