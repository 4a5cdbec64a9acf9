"""A training whose numbers are no longer finite, as a diverging one's, is a result like any other."""

from __future__ import annotations

from pathlib import Path

from program import Program
from standin_nodes import TRAINING


def test_a_training_that_is_no_longer_finite_is_stored_planned_and_checked(tmp_path: Path) -> None:
    """The report is made; afterwards nothing is stale, and what is stored passes its verification."""
    program = Program.fresh(tmp_path / "checkout")
    program.edit(TRAINING, '"loss": loss,', '"loss": float("nan") if self._walk.rate == 0.25 else loss,')
    ran = program.run()
    assert ran.code == 0, ran.err
    assert set(program.plan().values()) == {"fresh"}
    assert program.run().out.startswith("Nothing to do")
    assert program.run("verify").code == 0
