"""Placeholders of values until Markdown is done: one private character each, in which it sees a letter.

What Jinja prints is HTML already, and Markdown would read it again. So `store` keeps it and returns a
character of its own, which Markdown leaves as it is, and `fill_html` puts the HTML in its place:

>>> placeholders = Placeholders()
>>> text = f"*About {placeholders.store('<data>5 * 3</data>')}*"
>>> text
'*About \U000f0000*'
>>> placeholders.fill_html("<em>About \U000f0000</em>")
'<em>About <data>5 * 3</data></em>'
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from markupsafe import Markup, escape

PLACEHOLDER_CHARACTERS = "\U000f0000-\U0010fffd"
"""The characters that stand for values, as a regular expression has them in `[…]`."""
FIRST_INLINE = 0xF0000
FIRST_BLOCK = 0x100000
"""The first placeholder of what stands in a line, and of what is a block."""
EDGE = "\u2e28"
"""Around what begins or ends a claim: Markdown takes it for punctuation, so that `*` beside it is read."""
MARK = '<sup class="mark">†</sup>'
"""Stands behind what the results do not decide."""
MARK_OF_BLOCK = "<!--mark-->"
"""Becomes `MARK` at the end of the last paragraph before it."""

_PLACEHOLDER = re.compile(rf"{EDGE}?([{PLACEHOLDER_CHARACTERS}]){EDGE}?")
_TAG_OR_PLACEHOLDER = re.compile(
    rf"(?P<tag><[^<>]*>)|{EDGE}?(?P<placeholder>[{PLACEHOLDER_CHARACTERS}]){EDGE}?"
)
_BLOCK_IN_PARAGRAPH = re.compile("<p>([\U00100000-\U0010fffd])</p>")
_END_OF_LAST_PARAGRAPH = re.compile(rf"(</(?:p|li)>(?:(?!</p>|</li>).)*){MARK_OF_BLOCK}", re.DOTALL)
_ASIDE = re.compile(r' ?<(span|p) class="now">.*?</\1>|<sup class="mark">.*?</sup>', re.DOTALL)
_END_OF_BLOCK = re.compile("</(p|li|div|h[1-6]|td|th)>")


def plain_text(markup: str) -> str:
    """Return the words of HTML in one line, without corrections of claims that fail, and marks."""
    without_asides = _ASIDE.sub("", markup)
    spaced = _END_OF_BLOCK.sub(" ", without_asides)
    words = html.unescape(without_tags(spaced))
    return re.sub(r"[ \n]+", " ", words).strip()


def without_tags(markup: str) -> str:
    """Return HTML without its tags; what is escaped stays so."""
    return re.sub("<[^>]*>", "", markup)


@dataclass(frozen=True)
class _Value:
    """What a placeholder stands for: HTML, and the text where there can be no HTML."""

    html: str
    plain: str


class Placeholders:
    """The values that were printed into a text, each by its placeholder."""

    def __init__(self) -> None:
        self._values: dict[str, _Value] = {}

    def store(self, markup: str, plain: str | None = None, *, block: bool = False) -> Markup:
        """Keep HTML for later and return its placeholder, in lines of its own for a `block`.

        `plain` is its text, by default the words of the HTML.
        """
        first = FIRST_BLOCK if block else FIRST_INLINE
        placeholder = chr(first + len(self._values))
        text = plain_text(markup) if plain is None else plain
        self._values[placeholder] = _Value(str(markup), text)
        return Markup(f"\n\n{placeholder}\n\n" if block else placeholder)

    def markup_of(self, placeholder: str) -> str:
        """Return the HTML, or other mark-up, that a placeholder stands for."""
        return self._values[placeholder].html

    def fill_html(self, text: str) -> str:
        """Return HTML with each placeholder replaced by its HTML, in the attributes of a tag by its text."""
        unwrapped = _BLOCK_IN_PARAGRAPH.sub(r"\1", text)
        filled = _TAG_OR_PLACEHOLDER.sub(self._fill, unwrapped)
        return _END_OF_LAST_PARAGRAPH.sub(rf"{MARK}\1", filled)

    def _fill(self, match: re.Match[str]) -> str:
        if match["placeholder"]:
            return self.fill_html(self._values[match["placeholder"]].html)
        return _PLACEHOLDER.sub(lambda inside: str(escape(self.fill_plain(inside[0]))), match["tag"])

    def fill_plain(self, text: str) -> str:
        """Return a text with each placeholder replaced by its text."""
        return _PLACEHOLDER.sub(lambda match: self.fill_plain(self._values[match[1]].plain), text)
