"""Programs in templates: coloured where their language is named, and numbered where they are in a figure."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from typing import Any

from labreport.errors import RenderError, did_you_mean

LISTING = re.compile(r'<figure\b[^>]*\bid="listing-([^"{]+)"[^>]*>(.*?)</figure>', re.DOTALL)
"""A listing: its name, and what is in it."""
BEGINNING = re.compile(
    r'(<figure\b[^>]*\bid="listing-([^"{]+)"[^>]*>(?:(?!</figure>).)*?<figcaption>)', re.DOTALL
)
"""A listing up to the beginning of its caption, and its name."""
_CODE = re.compile(r'(<code class="language-([^"{]*)">)(.*?)(</code>)', re.DOTALL)
_TAG = re.compile(r"(<[^>]*>)")
_INDENTED = re.compile(r'^([ \t]+)(<span class="\w+">)', re.MULTILINE)
"""What is copied out of a PDF lacks the spaces of an indentation that is an element's neighbour."""
_COLOURED = {
    "keyword": ("Keyword", "Operator.Word", "Name.Tag", "Comment.Preproc"),
    "comment": ("Comment", "Generic.Prompt", "Generic.Output"),
    "literal": ("Literal",),
}
"""What has a colour in `base.css`, and the kinds of Pygments' tokens that it is for; the first that fits."""


def mistaken_listings(source: str) -> Iterator[tuple[int, str]]:
    """Lines of a template with a listing that has no caption, or a language that Pygments does not read."""
    for found in LISTING.finditer(source):
        if "<figcaption>" not in found[2]:
            yield _line(source, found), f"the listing {found[1]!r} has no <figcaption>; write one into it"
    for found in _CODE.finditer(source):
        try:
            _lexer(found[2])
        except RenderError as error:
            yield _line(source, found), str(error)


def _lexer(language: str) -> Any:
    from pygments.lexers import get_all_lexers, get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        near = did_you_mean(language, [name for _, names, _, _ in get_all_lexers() for name in names])
        raise RenderError(f"Pygments reads no language {language!r}{near}") from None


def listings(source: str) -> Iterator[tuple[int, str]]:
    """The listings of a template by their lines."""
    return ((_line(source, found), found[1]) for found in LISTING.finditer(source))


def _line(source: str, found: re.Match[str]) -> int:
    return source.count("\n", 0, found.start()) + 1


def coloured(page: str) -> str:
    """The HTML with every program whose language is named in pieces of a colour; its text stays as it is.

    Raises `RenderError` for a language that there is not.
    """
    return _CODE.sub(lambda found: f"{found[1]}{_pieces(found[3].strip(chr(10)), found[2])}{found[4]}", page)


def _pieces(code: str, language: str) -> str:
    """Elements inside of it, as those of traced numbers, stay around the same letters."""
    text, tags = "", list[tuple[int, str]]()
    for place, part in enumerate(_TAG.split(code)):
        if place % 2:
            tags.append((len(text), part))
        else:
            text += html.unescape(part)
    tokens = _lexer(language).get_tokens_unprocessed(f"{text}\n")  # some drop a line without an end
    pieces, end = list[str](), 0
    for name, group in itertools.groupby(tokens, key=lambda token: _colour(token[1])):
        start, end = end, end + sum(len(value) for *_, value in group)
        while tags and tags[0][0] < end:
            cut, tag = tags.pop(0)
            pieces += [_piece(text[start:cut], name), tag]
            start = cut
        pieces.append(_piece(text[start:end], name))
    made = "".join([*pieces, html.escape(text[end:], quote=False), *(tag for _, tag in tags)])
    return _INDENTED.sub(r"\2\1", made)


def _colour(kind: object) -> str:
    from pygments.token import string_to_tokentype

    for name, kinds in _COLOURED.items():
        if any(kind in string_to_tokentype(one) for one in kinds):
            return name
    return ""


def _piece(text: str, name: str) -> str:
    shown = html.escape(text, quote=False)
    return f'<span class="{name}">{shown}</span>' if name and text else shown
