"""The example of scikit-learn to which the page about epochs leads."""

from __future__ import annotations

import runpy
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the engine does not need it")
EXAMPLE = Path(__file__).parents[2] / "examples" / "partial_fit" / "project.py"


def test_a_model_of_scikit_learn_continues_from_its_state_in_the_same_bits() -> None:
    """Three epochs at once, or the third from the state after the second."""
    names = runpy.run_path(str(EXAMPLE))
    whole = names["Training"](names["Linear"](), 3)
    whole.advance()
    whole.advance()
    continued = names["Training"](names["Linear"](), 3, 2, deepcopy(whole.state()))
    assert continued.advance() == whole.advance()
    for name, value in whole.state().items():
        assert np.array_equal(value, continued.state()[name]), name
