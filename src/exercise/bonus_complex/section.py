"""Whether the complex network is worth its time."""

from __future__ import annotations

from exercise.bonus_complex.complex_network import complex_network
from exercise.bonus_complex.more_time import more_time
from exercise.bonus_complex.perspective import perspective
from exercise.bonus_complex.training_time import training_time
from exercise.bonus_complex.worth import worth
from labreport.outline import section

SECTION = section(
    "Is the complex network worth its time?",
    complex_network,
    training_time,
    worth,
    more_time,
    perspective,
    slug="bonus-complex",
)
