"""A project, as far as an output folder knows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labreport.locate import Place


@dataclass(frozen=True)
class Owner(Place):
    """A project with a name, in a folder that is not on the disk; `others` are further ones that are."""

    root: Path = Path("/nowhere/exercise")
    module: str = "project"
    source: Path = Path()
    name: str = "exercise"
    others: tuple[Path, ...] = ()

    def around(self, folder: Path) -> Path | None:
        """The innermost of all that `folder` is in."""
        known = (self.root, *self.others)
        return next((one for one in (folder, *folder.parents) if one in known), None)
