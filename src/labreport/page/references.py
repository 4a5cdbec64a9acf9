"""The entries of `references.bib` in a project's templates, as a list of references prints them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from labreport.errors import RenderError, did_you_mean
from labreport.frame import BIBLIOGRAPHY
from labreport.program import nearby

CITED = re.compile(r'<a data-cite="([^"]*)"></a>')
"""What the macro `cite` leaves in a section, until references are numbered: keys, separated by spaces."""
_PROTECTED = re.compile(r'<span class="bibtex-protected">(.*?)</span>', re.DOTALL)


@lru_cache(maxsize=8)
def entries(source: str) -> dict[str, Any]:
    """What a bibliography holds, as plain JSON values.

    `references` has for each key the line of the entry, the HTML of the reference, and what is wrong with it,
    if anything is; `wrong` the lines of a text that is not BibTeX, and what is wrong there.
    """
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError

    try:
        found = parse_string(source, "bibtex").entries
    except PybtexError as error:
        text = re.sub(r"^syntax error in line \d+: |^undefined (?=string)| in line \d+(?=:)", "", str(error))
        return {"references": {}, "wrong": {str(getattr(error, "lineno", None) or 1): [text]}}
    return {"references": {key: [_line(key, source), *_reference(found[key])] for key in found}, "wrong": {}}


def _line(key: str, source: str) -> int:
    begun = re.search(rf"@\s*\w+\s*[{{(]\s*{re.escape(key)}\s*,", source)
    return source.count("\n", 0, begun.start()) + 1 if begun else 1


def _reference(entry: Any) -> tuple[str, str]:
    """The HTML of an entry, or what is wrong with it."""
    from pybtex.backends.html import Backend
    from pybtex.exceptions import PybtexError
    from pybtex.style.formatting.unsrt import Style

    style = Style()
    if not hasattr(style, f"get_{entry.type}_template"):
        entry.type = "misc"
    try:
        (formatted,) = style.format_entries([entry])
    except PybtexError as error:
        return "", str(error)
    return " ".join(_PROTECTED.sub(r"\1", formatted.text.render(Backend())).split()), ""


def cited(sections: Iterable[str]) -> list[str]:
    """The keys that sections cite, in the order of their numbers."""
    found = (key for section in sections for keys in CITED.findall(section) for key in keys.split())
    return list(dict.fromkeys(map(html.unescape, found)))


def bibliography(templates: Path) -> dict[str, Any]:
    """What `entries` says of a project's references; nothing where it has none. Raises `RenderError`."""
    try:
        return entries((templates / BIBLIOGRAPHY).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"references": {}, "wrong": {}}
    except (OSError, UnicodeDecodeError) as error:
        shown = nearby(templates / BIBLIOGRAPHY)
        raise RenderError(f"cannot read {shown}: {error}; save it as UTF-8") from error


def mistaken(cites: Iterable[tuple[str, str]], found: Mapping[str, Any], templates: Path) -> list[str]:
    """A line for each mistake: of the bibliography, of the entries that are cited, and of keys without one.

    `cites` has places in templates, each with a key that it cites.
    """
    shown, known = nearby(templates / BIBLIOGRAPHY), found["references"]
    lines = [f"{shown}:{line}: {text}" for line, texts in found["wrong"].items() for text in texts]
    for where, key in cites if not lines else ():
        if key not in known:
            near = did_you_mean(key, known).rstrip(".")
            lines.append(f"{where}: there is no reference {key!r} in {shown}{near}")
        elif known[key][2]:
            lines.append(f"{shown}:{known[key][0]}: the entry {key!r} cannot be printed: {known[key][2]}")
    return list(dict.fromkeys(lines))
