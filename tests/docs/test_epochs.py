"""The recipe for scikit-learn in the page about epochs."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the engine does not need it")
PAGE = Path(__file__).parents[2] / "docs" / "epochs.md"


def test_a_model_of_scikit_learn_continues_from_its_state_in_the_same_bits() -> None:
    """Three epochs at once, or the third from the state after the second."""
    block = re.search(r"```python\n(from sklearn.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    names: dict[str, Any] = {}
    exec(block[1], names)
    specification = SimpleNamespace(alpha=1e-4)
    whole = names["Linear"](specification, 3)
    whole.advance()
    whole.advance()
    continued = names["Linear"](specification, 3, 2, deepcopy(whole.state()))
    assert continued.advance() == whole.advance()
    for name, value in whole.state().items():
        assert np.array_equal(value, continued.state()[name]), name
