"""A store with runs of four experiments."""

from __future__ import annotations

from pathlib import Path

import pytest
from results.stored import NAMES, stored_run

from labreport.results import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two seeds of four experiments."""
    store = Store(tmp_path)
    for name in NAMES:
        for seed in (1, 0):
            stored_run(store, name, seed)
    return store
