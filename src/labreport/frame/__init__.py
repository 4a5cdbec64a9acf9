"""The frame of every report (templates, styles, scripts and fonts), and which file a name means.

That is the project's own file, or else the engine's. Nothing else decides it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from labreport.program import nearby

FOLDER = Path(__file__).resolve().parent
"""The engine's own templates, styles, scripts and fonts: package data."""
MACROS = ("macros.html", "own-macros.html")
"""Files whose macros every template knows by name: the frame's, then those that a project adds."""
BIBLIOGRAPHY = "references.bib"
"""The file of a project's folder of templates that has what `cite` names."""
GLOSSARY = "glossary.html"
"""The template that explains, once each, what `term` names."""
ENGINE = "frame/"
"""A name that begins so means the engine's file, though the project has one of its own."""


@dataclass(frozen=True)
class Lookup:
    """Files of the frame, seen from the project whose templates are in the folder `templates`."""

    templates: Path

    def find(self, name: str) -> Path | None:
        """The file that `name` means, such as `question.html`; None where neither folder has it.

        Names have forward slashes and stay inside the folders: `..` and absolute names find nothing.
        """
        return next((path for path in self._tried(name) if path.is_file()), None)

    def every(self, name: str) -> list[Path]:
        """All files of that name, the engine's first: for lists to which a project adds."""
        return [path for path in reversed(self._tried(name)) if path.is_file()]

    def files(self, folder: str, pattern: str = "*") -> Mapping[str, Path]:
        """What is in a subfolder of either, by name and in the order of names."""
        names = {path.name for where in self._tried(folder) for path in where.glob(pattern)}
        found = {name: self.find(f"{folder}/{name}") for name in sorted(names)}
        return {name: path for name, path in found.items() if path is not None}

    def templates_there(self) -> list[str]:
        """The names of all templates of either folder."""
        tops = (self.templates, FOLDER)
        return sorted({path.relative_to(top).as_posix() for top in tops for path in top.rglob("*.html")})

    def all_files(self) -> Iterator[Path]:
        """Every file of both folders, apart from the Python beside the engine's."""
        yield from (path for path in self._everything() if path.is_file() and path.suffix != ".py")

    def all_folders(self) -> Iterator[Path]:
        """Both folders and those in them: the clock of one moves when a file appears in it.

        For a project without templates of its own, the folder in which they would appear.
        """
        yield self.templates if self.templates.is_dir() else self.templates.parent
        yield FOLDER
        yield from (path for path in self._everything() if path.is_dir())

    def _everything(self) -> Iterator[Path]:
        for top in (self.templates, FOLDER):
            yield from (path for path in sorted(top.rglob("*")) if "__pycache__" not in path.parts)

    def _tried(self, name: str) -> tuple[Path, ...]:
        """Where `name` is looked for, in this order."""
        parts = PurePosixPath(name).parts
        if not parts or parts[0] == "/" or ".." in parts or "\\" in name or "\0" in name:
            return ()
        if name.startswith(ENGINE):
            return (FOLDER / name.removeprefix(ENGINE),)
        return (self.templates / name, FOLDER / name)

    def shown(self, name: str) -> str:
        """How a message names the file that `name` means, or that the project could have."""
        return nearby(self.find(name) or self.templates / name)
