"""Formulas, programs and references: what an author writes in another notation, as a page shows it.

Formulas are `$...$` in a line, `$$...$$` on a line of its own, drawn as SVG for page and paper. Only what an
author writes into a template is read as LaTeX: a value is put in with `{{ }}`, as it is printed, and stays
traced. Programs are coloured where their language is named, and numbered where they are in a figure. A list
of references prints the entries of `references.bib` in a project's templates.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

from jinja2 import nodes, pass_context
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from markupsafe import Markup, escape

from labreport.charts.style import Colour
from labreport.errors import RenderError, did_you_mean
from labreport.frame import BIBLIOGRAPHY
from labreport.page.values import print_value
from labreport.program import nearby
from labreport.stats.rounding import has_numeral

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUE = "\ue000"
"""What is in a formula where a value will be: a letter of nobody's alphabet."""
ENVIRONMENTS = (
    *("aligned", "align*", "split", "cases", "array", "matrix", "smallmatrix"),
    *("pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix"),
)
SIZE, X_HEIGHT = 20, 0.475
"""Units of an em in a drawing; the height of a small letter of the text's font, in em."""
_SKIPPED = r"""
    \{\#.*?\#\} | \{%[-+]?\s*raw\b.*?endraw\s*[-+]?%\} | \{%.*?%\} | \{\{.*?\}\} | <!--.*?-->
    | <(?P<program>pre|code|kbd|script|style)\b.*?</(?P=program)\s*>
    | </?[a-zA-Z](?: \{\{.*?\}\} | \{%.*?%\} | "[^"]*" | '[^']*' | [^>"'{] | \{(?![{%]) )*>
"""
_END = r"\n[ \t]*\n | </ | <[a-zA-Z]\w*(?:\s+[\w-]+=|\s*/?>)"
_INSIDE = rf"(?: \{{\{{ (?:(?!\}}\}}).)* \}}\}} | \\. | (?! {_END} | \{{\{{ )[^$\\] )+?"
_FOUND = re.compile(
    rf"(?P<skipped>{_SKIPPED}) | (?P<dollar>\\\$) | \$\$(?P<displayed>{_INSIDE})\$\$"
    rf" | \$(?=\S)(?P<inline>{_INSIDE})(?<=\S)\$(?!\d)",
    re.DOTALL | re.VERBOSE,
)
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_ESCAPED = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}


class Formula(NamedTuple):
    """One that a template has: its LaTeX, with `VALUE` for each value, and the line on which it begins."""

    line: int
    latex: str
    displayed: bool


def formulas(source: str) -> Iterator[Formula]:
    """The formulas of a template, in order."""
    for found in _FOUND.finditer(source):
        latex = found["displayed"] or found["inline"]
        if latex:
            text = _latex(_EXPRESSION.sub(VALUE, latex))
            yield Formula(_line(source, found), text, found["displayed"] is not None)


def without_formulas(source: str) -> str:
    """The template with as many lines of nothing in place of its formulas."""
    kept = ("skipped", "dollar")
    return _FOUND.sub(
        lambda found: found[0] if any(found[name] for name in kept) else " " + "\n" * found[0].count("\n"),
        source,
    )


def _latex(text: str) -> str:
    return re.sub("|".join(_ESCAPED), lambda found: _ESCAPED[found[0]], text)


class Formulas(Extension):
    """`$x^2$` is read as `{% formula "inline" %}x^2{% endformula %}`."""

    tags = {"formula"}  # noqa: RUF012  # Jinja's own declaration

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Put each formula into a tag, on the same lines."""
        return _FOUND.sub(_tagged, source) if "$" in source else source

    def parse(self, parser: Parser) -> nodes.Node:
        """One tag, up to its end."""
        line = next(parser.stream).lineno
        displayed = parser.stream.expect("string").value == "displayed"
        parts: list[nodes.Expr] = []
        for node in parser.parse_statements(("name:endformula",), drop_needle=True):
            if not isinstance(node, nodes.Output):
                parser.fail("a formula has no {% %} inside; choose between whole formulas", node.lineno)
            for part in node.nodes:
                text = part.data if isinstance(part, nodes.TemplateData) else None
                parts.append(nodes.List([part]) if text is None else nodes.Const(_latex(text)))
        drawn = self.call_method("_drawn", [nodes.List(parts), nodes.Const(displayed)], lineno=line)
        return nodes.Output([drawn], lineno=line)

    @pass_context
    def _drawn(self, context: Context, parts: Sequence[str | list[object]], displayed: bool) -> Markup:
        """The drawing, and behind it, for who cannot see it, its LaTeX with the traced values."""
        latex, values, spoken = "", list[str](), Markup()
        for part in parts:
            if isinstance(part, str):
                latex, spoken = latex + part, spoken + escape(part)
            else:
                value = escape(print_value(part[0]))
                latex, spoken = latex + chr(ord(VALUE) + len(values)), spoken + value
                values.append(value.striptags())
                if has_numeral(Markup(_TRACED.sub("", value)).striptags()):
                    text = f"{values[-1]!r} in a formula has no source"
                    raise RenderError(f"{text}; print a quantity, as {{{{ answer.quantities.NAME | bare }}}}")
        spoken = spoken.strip()
        title = "" if context.resolve("medium") == "screen" else spoken.striptags()
        svg = Markup(draw(latex, displayed, tuple(values), title))
        kind = "formula displayed" if displayed else "formula"
        return Markup('<span class="{}">{}<span class="source">{}</span></span>').format(kind, svg, spoken)


_TRACED = re.compile(r"<data\b.*?</data>", re.DOTALL)


def _tagged(found: re.Match[str]) -> str:
    if found["skipped"]:
        return found[0]
    if found["dollar"]:
        return "$"
    kind = "inline" if found["inline"] else "displayed"
    return f'{{%+ formula "{kind}" +%}}{found[kind]} {{%+ endformula +%}}'


class Unreadable(Exception):
    """A text that is not LaTeX, or of which nothing can be drawn: what is wrong with it."""


@lru_cache(maxsize=1024)
def _mathml(latex: str, displayed: bool) -> str:
    from ziamath.tex import tex2mml

    if not latex.strip():
        raise Unreadable("it is empty")
    depth = 0
    for sign in re.findall(r"\\.|[{}%]", latex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if sign == "%":
            raise Unreadable(r"% begins a comment in LaTeX; write \%")
        if depth < 0:
            raise Unreadable("a brace } ends nothing")
    if depth:
        raise Unreadable("a brace { has no }; a brace { directly behind another begins a value, write { {")
    for name in re.findall(r"\\begin\s*\{(.*?)\}", latex):
        if name not in ENVIRONMENTS:
            raise Unreadable(f"there is no environment {name!r}{did_you_mean(name, ENVIRONMENTS)}")
    try:
        found = tex2mml(latex, inline=not displayed)
        root = ElementTree.fromstring(found)
    except ElementTree.ParseError:
        text = r"& is outside of an environment such as aligned, or < is in a text; write \&, \lt"
        raise Unreadable(text) from None
    except Exception as error:  # of many kinds, most of which are said by their names only
        words = re.sub("(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
        raise Unreadable(words if type(error).__module__.startswith("latex2mathml") else _LACKS) from None
    for element in root.iter():
        if re.match(r"\\[a-zA-Z]", element.text or ""):
            raise Unreadable(f"there is no command {element.text}")
    return found


_LACKS = "a command has fewer arguments than it takes"


def mathml(latex: str, displayed: bool = False) -> ElementTree.Element:
    """The formula as MathML, whose elements have no namespace. Raises `Unreadable`."""
    root = ElementTree.fromstring(_mathml(latex, displayed))
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


@lru_cache(maxsize=1024)
def draw(latex: str, displayed: bool, values: tuple[str, ...] = (), title: str = "") -> str:
    """The formula as an SVG whose middle is half the height of a small letter above the line of text.

    Sizes are in em, so that it is as large as the text around it. Where `latex` has `VALUE`, and the letters
    behind that, the `values` are put in as they are. With a `title` it is for paper and has the ink's colour,
    else that of the text around it. Raises `Unreadable`.
    """
    from ziamath.config import config
    from ziamath.zmath import Math

    root = mathml(latex, displayed)
    root.set("mathcolor", "currentColor")
    for element in root.iter():
        for place, value in enumerate(values):
            letter = chr(ord(VALUE) + place)
            if letter in (element.text or ""):
                element.tag = "mtext"
                element.text = (element.text or "").replace(letter, value.replace(" ", "\u00a0"))
    config.svg2 = False  # paths where they are drawn, without names that a page would have twice
    try:
        drawn = Math(root, size=SIZE, margin=0).svgxml()
    except Exception:  # ditto
        raise Unreadable(_LACKS) from None
    left, top, width, height = map(float, drawn.get("viewBox", "").split())
    axis = SIZE * X_HEIGHT / 2
    half = max(-top - axis, top + height + axis)
    shown = "".join(ElementTree.tostring(each, encoding="unicode") for each in drawn)
    size = f'width="{width / SIZE:.3f}em" height="{2 * half / SIZE:.3f}em"'
    box = f'viewBox="{left:g} {-axis - half:.2f} {width:g} {2 * half:.2f}"'
    if title:
        shown = Markup("<title>{}</title>{}").format(title, Markup(shown))
    role = f'color="{Colour.INK.value}"' if title else 'aria-hidden="true"'
    return f"<svg {size} {box} {role}>{shown}</svg>"


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


def _line(source: str, found: re.Match[str] | None) -> int:
    return source.count("\n", 0, found.start()) + 1 if found else 1


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
    return {
        "references": {key: [_line_of(key, source), *_reference(found[key])] for key in found},
        "wrong": {},
    }


def _line_of(key: str, source: str) -> int:
    return _line(source, re.search(rf"@\s*\w+\s*[{{(]\s*{re.escape(key)}\s*,", source))


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
