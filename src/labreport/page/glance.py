r"""An answer's line at a glance: that in its box, without elements but a few.

Those become private characters, which stay when all other elements are removed and the text is escaped,
then elements again: `<b>a</b> <del>b</del>` is `<b>a</b> \ue000b\ue001`, then `a \ue000b\ue001`, then
`a <del>b</del>`.
"""

from __future__ import annotations

import re

from markupsafe import escape

from labreport.page.placeholders import MARK, plain_text

_STRUCK_BLOCK = re.compile(r'<div class="del">\s*(.*?)(</p>)?\s*</div>', re.DOTALL)
_CITES = re.compile(r'\s*<a class="cite"[^>]*></a>')
_KEPT = {
    "\ue000": "<del>",
    "\ue001": "</del>",
    "\ue002": "<code>",
    "\ue003": "</code>",
    "\ue004": MARK,
}
"""The elements that an answer's line at a glance keeps, by the private character of each."""


def glance_line(box: str) -> str:
    """Return the HTML of an answer's box as one line, without its elements but `del`, `code` and the mark.

    >>> glance_line("<p><b>Small</b> is <del>best</del>.</p>")
    'Small is <del>best</del>.'
    """
    line = _STRUCK_BLOCK.sub(r"<del>\1</del>\2", box)
    line = _CITES.sub("", line)
    for character, element in _KEPT.items():
        line = line.replace(element, character)
    line = str(escape(plain_text(line)))
    for character, element in _KEPT.items():
        line = line.replace(character, element)
    return line
