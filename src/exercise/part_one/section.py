"""One hidden layer: a wide and a small network."""

from __future__ import annotations

from exercise.part_one.accuracy import accuracies, comparison
from exercise.part_one.parameters import parameters
from exercise.part_one.time import epoch_times
from labreport.outline import section

SECTION = section(
    "One hidden layer, large and small", parameters, accuracies, comparison, epoch_times, slug="part-one"
)
