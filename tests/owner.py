"""A project, as far as an output folder knows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Owner:
    """A project with a name, in a folder that is not on the disk; `others` are further ones that are."""

    name: str = "exercise"
    root: Path = Path("/nowhere/exercise")
    others: tuple[Path, ...] = ()

    def around(self, folder: Path) -> Path | None:
        """The innermost of all that `folder` is in."""
        known = (self.root, *self.others)
        return next((one for one in (folder, *folder.parents) if one in known), None)
