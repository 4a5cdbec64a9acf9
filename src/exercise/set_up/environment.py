"""On what machine, and with what, the networks were trained."""

from __future__ import annotations

from exercise.catalogue import NETWORKS
from labreport.builders.environment import environment as made_with
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer


@question(
    "On what machine, and with what, was this measured?",
    slug="set-up.environment",
    reads=NETWORKS,
    local=True,
)
def environment(results: Results) -> Answer:
    """Machine, libraries, seeds, and how much was trained."""
    return made_with(results, experiments="Networks", made="Trained")
