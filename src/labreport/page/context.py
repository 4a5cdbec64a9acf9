"""What is rendered: a template, the part of the document that it becomes, and its answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from labreport.errors import display_path, location_of
from labreport.page.messages import TemplateError
from labreport.page.placeholders import PLACEHOLDER_CHARACTERS
from labreport.stats import Namespace


@dataclass(frozen=True)
class RenderContext:
    """A template in a folder, the prefix of its ids, the level of its highest heading, its answer.

    `folder` stands before the names of templates where a claim names its file.
    """

    templates: Path
    template: str
    document: str
    top_level: int = 4
    answer: Namespace | None = None
    folder: str = "templates/"
    _table_numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    @property
    def file(self) -> Path:
        """The file of the template, which need not be there."""
        return self.templates / self.template

    @property
    def has_template(self) -> bool:
        """Whether there is the file of the template."""
        return self.file.is_file()

    def name_of_next_table(self, name: str) -> str:
        """Return the name of a table that follows, by default one with its number: `best-2`."""
        number = next(self._table_numbers)
        return name or f"{self.document}-{number}"

    @property
    def location(self) -> str:
        """The template as messages name it, or the answer that has none."""
        return display_path(self.file) if self.has_template else f"the answer of {self.document!r}"

    def fail_at(self, piece: str, message: str) -> NoReturn:
        """Raise the error of a piece of text, at the line of the template on which it begins."""
        raise TemplateError(message, self._location_of(piece))

    def _location_of(self, piece: str) -> str:
        """The template, with the line on which a piece of text begins, if it is there."""
        begin = re.split(f"[{PLACEHOLDER_CHARACTERS}\\n]", piece)[0]
        if begin and self.has_template:
            lines = self.file.read_text(encoding="utf-8").split("\n")
            for number, line in enumerate(lines, 1):
                if begin in line:
                    return location_of(self.file, number)
        return self.location
