"""Reading an `answers.json` that may come from anybody, and what can be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.errors import UsageError
from labreport.grading.strict import JSON_LIMIT, parse_json, read
from labreport.grading.strict import Malformed as NotRead

VERSION = 2
"""The version of the file that can be checked."""
PARTS = ("rules", "families", "questions", "results", "digests")


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


def load(path: Path) -> dict[str, Any]:
    """The document. Raises `Malformed` in one line where it is none of this version."""
    try:
        document = parse_json(read(path.resolve(), JSON_LIMIT))
    except NotRead as problem:
        hint = "" if path.exists() else "; build the report first, or give the path of a file"
        raise Malformed(f"{path} {problem}{hint}") from None
    if not isinstance(document, dict) or "schema" not in document:
        raise Malformed(f"{path} is not an answers.json; it has no key 'schema'")
    if document["schema"] != VERSION:
        raise Malformed(
            f"{path} has version {document['schema']!r} of the file's form; "
            f"version {VERSION} can be checked: build the report again"
        )
    for part in PARTS:
        if not isinstance(document.get(part), dict):
            raise Malformed(f"{path} has no object {part!r}, which version {VERSION} needs")
    return document
