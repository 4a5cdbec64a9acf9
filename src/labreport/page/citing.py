"""How a report is cited: its author, title and date, and an edition that only equal reports share."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.outline import Outline

DATE = re.compile(r"(?<![\d-])(\d{4})-\d\d-\d\d(?![\d-])")
SPECIAL = re.compile(r"([&%$#_{}])")
KEY = re.compile(r"[^a-z0-9]+")
EDITION = 12
"""Characters of the digest that name an edition."""


@dataclass(frozen=True)
class Citation:
    """The same in a sentence and as an entry for BibTeX."""

    text: str
    bibtex: str


def citation(outline: Outline, facts: Mapping[str, Any], sections: Sequence[Mapping[str, Any]]) -> Citation:
    """The citation of the report with this title page and these rendered sections.

    The date is the latest among the facts of the title page, so that a build on another day gives the
    same text; without one there is no date. The edition is a digest of title page and sections.
    """
    content = json.dumps([outline.title, outline.author, dict(facts), *sections], sort_keys=True)
    edition = hashlib.sha256(content.encode()).hexdigest()[:EDITION]
    dates = sorted(found[0] for fact in facts.values() for found in DATE.finditer(str(fact)))
    title = ": ".join(filter(None, (outline.title, outline.subtitle)))
    parts = (outline.author, title, dates[-1] if dates else "", f"Edition {edition}")
    fields = {
        "author": outline.author,
        "title": f"{{{_escaped(title)}}}",
        "year": dates[-1][:4] if dates else "",
        "note": f"Edition {edition}",
    }
    fields["author"] = _escaped(fields["author"])
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    key = KEY.sub("-", outline.title.lower()).strip("-") or "report"
    return Citation(
        " ".join(f"{part.rstrip('.')}." for part in parts if part),
        "\n".join((f"@misc{{{key},", *lines, "}")),
    )


def _escaped(text: str) -> str:
    """`text` as TeX prints it."""
    return SPECIAL.sub(r"\\\1", text.replace("\\", r"\textbackslash "))
