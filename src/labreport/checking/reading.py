"""Reading an `answers.json` that may come from anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labreport.checking.problem import Malformed
from labreport.grading.strict import JSON_LIMIT, parse_json, read
from labreport.grading.strict import Malformed as NotRead

VERSION = 2
"""The version of the file that can be checked."""
PARTS = ("rules", "families", "questions", "results", "digests")


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
