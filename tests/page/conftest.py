"""A section rendered from templates that a test writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_answers import Render, renderer


@pytest.fixture
def render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Render:
    """Render in a folder of its own, from which messages name files."""
    monkeypatch.chdir(tmp_path)
    return renderer(tmp_path)
