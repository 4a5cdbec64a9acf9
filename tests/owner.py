"""A project, as far as an output folder knows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Owner:
    """A project with a name, whose own folder is elsewhere."""

    name: str = "exercise"

    def owns(self, output: Path) -> bool:
        """No output folder is inside its own folder."""
        return False
