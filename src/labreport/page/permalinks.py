"""A link at every heading that has an anchor, so that a reader can send somebody to that place."""

from __future__ import annotations

import re

from markupsafe import Markup

HEADING = re.compile(r'(<h([2-4])\b[^>]*\bid="([^"]+)"[^>]*>)((?:(?!</h\2>).)*)(</h\2>)', re.DOTALL)
LINK = Markup(' <a class="permalink" href="#{}" aria-label="Link to this place">#</a>')


def with_permalinks(html: str) -> str:
    """`html` with a link in each heading; one whose template has brought a link keeps that one."""
    return HEADING.sub(_linked, html)


def _linked(heading: re.Match[str]) -> str:
    start, _, anchor, text, end = heading.groups()
    if 'class="permalink"' in text:
        return heading[0]
    return f"{start}{text}{LINK.format(Markup(anchor.removeprefix('heading-')))}{end}"
