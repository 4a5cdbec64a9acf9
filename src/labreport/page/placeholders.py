"""Signs that stand for values until Markdown is done: one character each, in which it sees a letter."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from labreport.stats.wording import FIRST_SIGN

SIGNS = "\U000f0000-\U0010fffd"
"""The characters that stand for values, as a regular expression has them in `[…]`."""
FIRST_INLINE = ord(FIRST_SIGN)
FIRST_BLOCK = 0x100000
"""The first sign of what stands in a line, and of what is a block."""
EDGE = "\u2e28"
"""Around what begins or ends a claim: Markdown takes it for punctuation, so that `*` beside it is read."""
MARK = '<sup class="mark">†</sup>'
"""Stands behind what the results do not decide."""
MARK_OF_BLOCK = "<!--mark-->"
"""Becomes `MARK` at the end of the last paragraph before it."""

_SIGN = re.compile(rf"{EDGE}?([{SIGNS}]){EDGE}?")
_TAG_OR_SIGN = re.compile(rf"(?P<tag><[^<>]*>)|{EDGE}?(?P<sign>[{SIGNS}]){EDGE}?")
_BLOCK_IN_PARAGRAPH = re.compile("<p>([\U00100000-\U0010fffd])</p>")
_END_OF_LAST_PARAGRAPH = re.compile(rf"(</(?:p|li)>(?:(?!</p>|</li>).)*){MARK_OF_BLOCK}", re.DOTALL)
_ASIDE = re.compile(r' ?<(span|p) class="now">.*?</\1>|<sup class="mark">.*?</sup>', re.DOTALL)
_END_OF_BLOCK = re.compile("</(p|li|div|h[1-6]|td|th)>")


def plain_text(markup: str) -> str:
    """Return the words of HTML in one line, without what is so now of a claim, and without marks."""
    without_asides = _ASIDE.sub("", markup)
    spaced = _END_OF_BLOCK.sub(" ", without_asides)
    words = html.unescape(re.sub("<[^>]*>", "", spaced))
    return re.sub(r"[ \n]+", " ", words).strip()


@dataclass(frozen=True)
class _Value:
    """What a sign stands for: HTML, and the text where there can be no HTML."""

    html: str
    plain: str


class Placeholders:
    """The values that were printed into a text, each by its sign."""

    def __init__(self) -> None:
        self._values: dict[str, _Value] = {}

    def hold(self, markup: str, plain: str | None = None, *, block: bool = False) -> Markup:
        """Keep HTML for later and return its sign, in lines of its own for a `block`.

        `plain` is its text, by default the words of the HTML.
        """
        first = FIRST_BLOCK if block else FIRST_INLINE
        sign = chr(first + len(self._values))
        text = plain_text(markup) if plain is None else plain
        self._values[sign] = _Value(str(markup), text)
        return Markup(f"\n\n{sign}\n\n" if block else sign)

    def markup_of(self, sign: str) -> str:
        """Return the HTML, or other mark-up, that a sign stands for."""
        return self._values[sign].html

    def html(self, text: str) -> str:
        """Return HTML with each sign replaced by its HTML, or by its text within the attributes of a tag."""
        unwrapped = _BLOCK_IN_PARAGRAPH.sub(r"\1", text)
        filled = _TAG_OR_SIGN.sub(self._fill, unwrapped)
        return _END_OF_LAST_PARAGRAPH.sub(rf"{MARK}\1", filled)

    def _fill(self, match: re.Match[str]) -> str:
        if match["sign"]:
            return self.html(self._values[match["sign"]].html)
        return _SIGN.sub(lambda sign: str(escape(self.plain(sign[0]))), match["tag"])

    def plain(self, text: str) -> str:
        """Return a text with each sign replaced by its text."""
        return _SIGN.sub(lambda match: self.plain(self._values[match[1]].plain), text)
