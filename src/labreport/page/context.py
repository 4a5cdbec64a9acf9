"""The context of rendering: a template, the part of the document that it becomes, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labreport.errors import display_path
from labreport.stats import Namespace


@dataclass
class RenderContext:
    """A template in the folder `templates`, and where its text goes.

    `document` is the name of the section or question, and the prefix of its ids. `top_level` is the level of
    its highest heading. `answer` is that of the question. `folder` precedes the name of the template in the
    file of a claim. `tables` is the number of tables so far.
    """

    templates: Path
    template: str
    document: str
    top_level: int = 4
    answer: Namespace | None = None
    folder: str = "templates/"
    tables: int = 0

    @property
    def file(self) -> Path:
        """The path of the template, which may not exist."""
        return self.templates / self.template

    @property
    def has_template(self) -> bool:
        """Whether the template exists."""
        return self.file.is_file()

    def name_of_next_table(self, name: str) -> str:
        """The name of the next table: `name` or, if it is empty, one with its number, such as `best-2`."""
        self.tables += 1
        return name or f"{self.document}-{self.tables}"

    @property
    def location(self) -> str:
        """The template for messages or, if it does not exist, the answer."""
        return display_path(self.file) if self.has_template else f"the answer of {self.document!r}"
