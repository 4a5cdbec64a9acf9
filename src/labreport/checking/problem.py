"""What can be wrong with an `answers.json`."""

from __future__ import annotations

from dataclasses import dataclass

from labreport.errors import UsageError


class Malformed(UsageError):
    """The file is not what it should be; the text says what and where."""


@dataclass(frozen=True)
class Difference:
    """One number or verdict that the file's own data contradict, or data that were changed.

    `place` names it, `field` is which of its fields; the rest is in words.
    """

    place: str
    field: str
    says: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.place}, {self.field}" if self.field else self.place
        return f"{where}: the file says {self.says}; {self.expected}"
