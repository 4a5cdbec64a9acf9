"""The answer of a question in one line, for the overview at the top of the page."""

from __future__ import annotations

import re

from markupsafe import escape

from labreport.page.placeholders import MARK, Placeholders, plain_text

_STRUCK_BLOCK = re.compile(r'<div class="del">\s*(.*?)(</p>)?\s*</div>', re.DOTALL)
_CITES = re.compile(r'\s*<a class="cite"[^>]*></a>')
_KEPT = ("<del>", "</del>", "<code>", "</code>", MARK)


def glance_line(box: str) -> str:
    """The content of an answer's box in one line, with no elements except `del`, `code` and the mark.

    >>> glance_line("<p><b>Small</b> is <del>best</del>.</p>")
    'Small is <del>best</del>.'
    """
    line = _STRUCK_BLOCK.sub(r"<del>\1</del>\2", box)
    line = _CITES.sub("", line)
    placeholders = Placeholders()
    for element in _KEPT:
        line = line.replace(element, placeholders.store(element, ""))
    return placeholders.fill_html(escape(plain_text(line)))
