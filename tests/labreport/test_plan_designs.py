"""What runs are to a comparison is part of what an answer is made of."""

from __future__ import annotations

from made_results import Made

from labreport.experiment import Design, Experiment
from labreport.fingerprint.canonical import digest, exact

DESIGNS = (
    Design(),
    Design(paired=False),
    Design(blocks=((0, "x"),)),
    Design(blocks=((0, "y"),)),
    Design("run"),
)


def test_another_design_is_another_declaration() -> None:
    """The digest with which the planner tells whether what is read is declared as before."""
    assert len({digest(exact(Experiment("a", Made(), design=design))) for design in DESIGNS}) == len(DESIGNS)
