r"""Placeholders for values until Markdown is done: each is one private character, like a letter to Markdown.

What Jinja prints is already HTML, which Markdown must not change. `store` keeps it and returns a character
that Markdown leaves unchanged; `fill_html` replaces the character by the HTML:

>>> placeholders = Placeholders()
>>> text = f"*About {placeholders.store('<data>5 * 3</data>', '5 * 3')}*"
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

from labreport.errors import UsageError

PLACEHOLDER_CHARACTERS = "\U000f0000-\U0010fffd"
"""The range of placeholder characters, for use in `[…]` of a regular expression."""
FIRST_INLINE = 0xF0000
FIRST_BLOCK = 0x100000
"""The first placeholders of values in a line, and of whole blocks."""
MOST_VALUES = FIRST_BLOCK - FIRST_INLINE - 2
"""The number of placeholders of each kind; the last two code points of a Unicode plane are not characters."""
EDGE = "\u2e28"
"""Surrounds the placeholders of claims; Markdown takes it for punctuation, so that `*` works beside it."""
MARK = '<sup class="mark">†</sup>'
"""The mark after a text that the results do not decide."""
MARK_OF_BLOCK = "<!--mark-->"
"""Replaced by `MARK` at the end of the last paragraph before it."""

_PLACEHOLDER = re.compile(rf"{EDGE}?([{PLACEHOLDER_CHARACTERS}]){EDGE}?")
_TAG_OR_PLACEHOLDER = re.compile(
    rf"(?P<tag><[^<>]*>)|{EDGE}?(?P<placeholder>[{PLACEHOLDER_CHARACTERS}]){EDGE}?"
)
_BLOCK_IN_PARAGRAPH = re.compile("<p>([\U00100000-\U0010fffd])</p>")
_END_OF_LAST_PARAGRAPH = re.compile(rf"(</(?:p|li)>(?:(?!</p>|</li>).)*){MARK_OF_BLOCK}", re.DOTALL)
_ASIDE = re.compile(r' ?<(span|p) class="now">.*?</\1>|<sup class="mark">.*?</sup>', re.DOTALL)
_STRUCK_BLOCK = re.compile(r'<div class="del">\s*(.*?)(</p>)?\s*</div>', re.DOTALL)
_CITES = re.compile(r'\s*<a class="cite"[^>]*></a>')
_KEPT_IN_GLANCE = ("<del>", "</del>", "<code>", "</code>", MARK)
_END_OF_BLOCK = re.compile("</(p|li|div|h[1-6]|td|th)>")


def plain_text(markup: str) -> str:
    """The words of HTML in one line, without marks and without corrections of claims."""
    without_asides = _ASIDE.sub("", markup)
    spaced = _END_OF_BLOCK.sub(" ", without_asides)
    words = html.unescape(without_tags(spaced))
    return re.sub(r"[ \n]+", " ", words).strip()


def glance_line(box: str) -> str:
    """The content of an answer's box in one line, with no elements except `del`, `code` and the mark.

    >>> glance_line("<p><b>Small</b> is <del>best</del>.</p>")
    'Small is <del>best</del>.'
    """
    line = _STRUCK_BLOCK.sub(r"<del>\1</del>\2", box)
    line = _CITES.sub("", line)
    placeholders = Placeholders()
    for element in _KEPT_IN_GLANCE:
        line = line.replace(element, placeholders.store(element, ""))
    return placeholders.fill_html(escape(plain_text(line)))


def without_placeholders(text: str, replacement: str = "\ufffd") -> str:
    """The text with each placeholder replaced by `replacement`."""
    return re.sub(f"[{PLACEHOLDER_CHARACTERS}]", replacement, text)


def without_tags(markup: str) -> str:
    """HTML without its tags; escaped characters stay escaped."""
    return re.sub("<[^>]*>", "", markup)


@dataclass(frozen=True)
class _Value:
    """A stored value: its HTML or Markdown, and its plain text for places where neither is possible."""

    markup: str
    plain: str


class Placeholders:
    """The stored values of a document, by their placeholders."""

    def __init__(self) -> None:
        self._values: dict[str, _Value] = {}

    def store(self, markup: str, plain: str, *, block: bool = False) -> Markup:
        """Store HTML or Markdown and return its placeholder; for a `block`, with empty lines around it.

        `plain` is its text. Raises `UsageError` after `MOST_VALUES`.
        """
        if len(self._values) == MOST_VALUES:
            raise UsageError(f"a section prints more than {MOST_VALUES:,} values; make several of it")
        first = FIRST_BLOCK if block else FIRST_INLINE
        placeholder = chr(first + len(self._values))
        self._values[placeholder] = _Value(str(markup), plain)
        return Markup(f"\n\n{placeholder}\n\n" if block else placeholder)

    def fill_markdown(self, text: str) -> str:
        """Replace each placeholder by its Markdown."""
        return _PLACEHOLDER.sub(lambda match: self.fill_markdown(self._values[match[1]].markup), text)

    def fill_html(self, text: str) -> str:
        """Replace each placeholder by its HTML; inside a tag, by its text."""
        unwrapped = _BLOCK_IN_PARAGRAPH.sub(r"\1", text)
        filled = _TAG_OR_PLACEHOLDER.sub(self._fill, unwrapped)
        return _END_OF_LAST_PARAGRAPH.sub(rf"{MARK}\1", filled)

    def _fill(self, match: re.Match[str]) -> str:
        if match["placeholder"]:
            return self.fill_html(self._values[match["placeholder"]].markup)
        return _PLACEHOLDER.sub(lambda inside: str(escape(self.fill_plain(inside[0]))), match["tag"])

    def fill_plain(self, text: str) -> str:
        """Replace each placeholder by its text."""
        return _PLACEHOLDER.sub(lambda match: self.fill_plain(self._values[match[1]].plain), text)
