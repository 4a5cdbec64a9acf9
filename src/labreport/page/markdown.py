"""Markdown as an author writes it: formulas, listings, notes, definitions, cites; and numbers typed in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jinja2 import Environment
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from labreport.errors import UsageError
from labreport.project.outline import slug

BIBLIOGRAPHY = "references.bib"
HELD = "\U000f0000-\U000ffffd"
"""Characters that stand for values until the text is done, as a class of a regular expression."""
_NUMBER = r"\d[\d\u202f\u00a0]*(?:[.,]\d+)*"
TYPED = re.compile(
    rf"(?:±|\+/[-−])\s*{_NUMBER}(?:\s*%)?|(?<![\w.,]){_NUMBER}(?:\s*%|[\s-]*(?:per\s?cent|percentage)\b"
    rf"(?:\spoints?)?|[\s-]*points?\b)"
)
_CITE = re.compile(r"\[(@[\w:.+/-]+(?:\s*[;,]\s*@[\w:.+/-]+)*)\]")
_CAPTION = re.compile(r"Table(?:\s+([\w-]+))?:\s+")
"""How a paragraph before a table begins: `Table: what is in it`, or `Table NAME: what is in it`."""


def render(text: str, names: dict[str, Any]) -> str:
    """Render a template's text.

    `names` are `docId`, with which ids begin, `top`, the level of its highest heading, `told(where, text)`,
    which raises the error that a piece of the text is wrong, and `plain`, which gives the text of signs.
    """
    return str(_parser(True).render(text, names))


def inline(text: str, names: dict[str, Any], trusted: bool) -> str:
    """Render what stands in a line; HTML in it counts only where it is `trusted`."""
    return str(_parser(trusted).renderInline(text.strip(), names))


@lru_cache
def _parser(trusted: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": trusted}).enable(["table", "strikethrough"]).disable("code")
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    parser.use(deflist_plugin).use(footnote_plugin)
    parser.inline.ruler.before("link", "cite", _cite)
    parser.core.ruler.push("structure", _structure)
    rules = {"fence": _fence, "math_inline": _formula, "math_block": _formula}
    rules |= {"footnote_block_open": _notes, "footnote_caption": _note}
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


def _cite(state: StateInline, silent: bool) -> bool:
    """`[@key; @other]` becomes links whose numbers the document fills in."""
    found = _CITE.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        keys = [key.strip().removeprefix("@") for key in re.split("[;,]", found[1])]
        links = [Markup('<a class="cite" data-cite="{}"></a>').format(key) for key in keys]
        state.push("html_inline", "", 0).content = " ".join(links)
    state.pos = found.end()
    return True


def _structure(state: StateCore) -> None:
    """Put headings on their level and give them ids, name the heads of tables, and give tables captions."""
    tokens, made = state.tokens, list[Token]()
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    lift = state.env["top"] - min(levels, default=1)
    for place, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + lift)}"
        if token.type == "heading_open":
            token.attrSet("id", f"{state.env['docId']}-{slug(tokens[place + 1].content)}")
        if token.type in ("th_open", "td_open"):
            if (style := token.attrs.pop("style", "")) and style != "text-align:left":
                token.attrSet("class", "number" if style == "text-align:right" else "middle")
            if token.type == "th_open" and not tokens[place + 1].content:
                token.tag = tokens[place + 2].tag = "td"
            elif token.type == "th_open":
                token.attrSet("scope", "col")
            elif tokens[place - 1].type == "tr_open":
                token.tag = tokens[place + 2].tag = "th"
                token.attrSet("scope", "row")
        text = made[-2] if token.type == "table_open" and len(made) > 2 else None
        if text and text.children and (found := _CAPTION.match(text.children[0].content)):
            name = found[1] or f"{state.env['docId']}-p{place}"
            token.attrs |= {"id": f"table-{name}", "class": "data"}
            text.children[0].content = text.children[0].content[found.end() :]
            label = Markup('<caption><span class="label">Table <span data-no="table:{}"></span></span> ')
            start, end = (
                Token("html_block", "", 0, content=one) for one in (label.format(name), "</caption>\n")
            )
            made[-3:] = [token, start, text, end]
        else:
            made.append(token)
    state.tokens = made


def _notes(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    return '<section class="footnotes">\n<ol>\n'


def _note(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    return str(tokens[place].meta["id"] + 1)  # without the brackets of a cite


def _fence(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """A listing, coloured where its language is named."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    code, language = tokens[place].content, tokens[place].info.strip().split(" ")[0]
    if not language:
        return f"<pre><code>{escape(code)}</code></pre>\n"
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        env["told"](f"```{language}", f"Pygments reads no language {language!r}")
    coloured = highlight(code, lexer, HtmlFormatter(nowrap=True))
    coloured = re.sub(rf'<span class="err">([{HELD}]*)</span>', r"\1", coloured)
    return f'<pre><code class="language-{escape(language)}">{coloured}</code></pre>\n'


def _formula(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """A drawing, in which values stay what they are; who cannot see it has its LaTeX."""
    latex, displayed = tokens[place].content.strip(), tokens[place].type == "math_block"
    values = tuple((sign, env["plain"](sign)) for sign in re.findall(f"[{HELD}]", latex))
    try:
        drawn = draw(latex, displayed, values)
    except ValueError as error:
        env["told"](latex, f"the formula ${latex}$ cannot be drawn: {error}")
    kind = "formula displayed" if displayed else "formula"
    shown = Markup('<span class="{}" role="img" aria-label="{}">{}</span>').format(kind, latex, Markup(drawn))
    return f"<p>{shown}</p>\n" if displayed else str(shown)


SIZE, X_HEIGHT = 20, 0.475
"""Units of an em in a drawing; the height of a small letter of the text's font, in em."""


@lru_cache(maxsize=512)
def draw(latex: str, displayed: bool = False, values: tuple[tuple[str, str], ...] = ()) -> str:
    """Draw a formula as an SVG in em, its middle at half the height of a small letter above the line.

    `values` are signs in it and the texts that are put in for them. Raises `ValueError` for bad LaTeX.
    """
    from ziamath.config import config
    from ziamath.tex import tex2mml
    from ziamath.zmath import Math

    if not latex or latex.count("{") != latex.count("}"):
        raise ValueError("a brace is missing" if latex else "it is empty")
    config.svg2 = False  # paths where they are drawn, without names that a page would have twice
    try:
        root = ElementTree.fromstring(tex2mml(latex, inline=not displayed))
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
            if re.match(r"\\[a-zA-Z]", element.text or ""):
                raise ValueError(f"there is no command {element.text}")
            for sign, value in values:
                if sign in (element.text or ""):
                    element.tag, element.text = "mtext", value.replace(" ", "\u00a0")
        root.set("mathcolor", "currentColor")
        drawn = Math(root, size=SIZE, margin=0).svgxml()
    except ValueError:
        raise
    except Exception as error:  # of many kinds, most of which say what is wrong by their names
        words = re.sub("(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
        raise ValueError(words) from None
    left, top, width, height = map(float, drawn.get("viewBox", "").split())
    axis = SIZE * X_HEIGHT / 2
    half = max(-top - axis, top + height + axis)
    shown = "".join(ElementTree.tostring(each, encoding="unicode") for each in drawn)
    size = f'width="{width / SIZE:.3f}em" height="{2 * half / SIZE:.3f}em"'
    box = f'viewBox="{left:g} {-axis - half:.2f} {width:g} {2 * half:.2f}"'
    return f'<svg {size} {box} aria-hidden="true">{shown}</svg>'


@lru_cache(maxsize=8)
def _entries(source: str) -> dict[str, str]:
    """The HTML of each reference by its key. Raises `UsageError`."""
    from pybtex.backends.html import Backend
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError
    from pybtex.style.formatting.unsrt import Style

    style, made = Style(), dict[str, str]()
    try:
        for key, entry in parse_string(source, "bibtex").entries.items():
            if not hasattr(style, f"get_{entry.type}_template"):
                entry.type = "misc"
            (formatted,) = style.format_entries([entry])
            shown = " ".join(formatted.text.render(Backend()).split())
            made[key] = re.sub('<span class="bibtex-protected">(.*?)</span>', r"\1", shown)
    except PybtexError as error:
        raise UsageError(f"templates/{BIBLIOGRAPHY}: {error}") from None
    return made


def bibliography(templates: Path) -> dict[str, str]:
    """The printed references of a project by their keys. Raises `UsageError` for what is not BibTeX."""
    file = templates / BIBLIOGRAPHY
    return _entries(file.read_text(encoding="utf-8")) if file.is_file() else {}


def references(templates: Path, keys: Iterable[str]) -> str:
    """Print the list of what is cited, in the order of its numbers."""
    known = bibliography(templates)
    items = [Markup('<li id="reference-{}">{}</li>\n').format(key, Markup(known[key])) for key in keys]
    return f'<ol class="references">\n{"".join(items)}</ol>' if items else ""


def typed_numbers(environment: Environment, source: str) -> Iterator[tuple[int, str]]:
    """Find typed percentages, ± and points in a template's own text, with their lines.

    What Jinja prints is no part of that text, nor are code and formulas.
    """
    text = ""
    for line, kind, value in environment.lexer.tokeniter(source, None):
        text += "\n" * (line - 1 - text.count("\n"))
        text += value if kind == "data" else "x" if kind == "variable_begin" else ""
    return typed_in(text)


def typed_in(text: str) -> Iterator[tuple[int, str]]:
    """Find them in Markdown."""
    lines = text.split("\n")
    for token in _parser(True).parse(text, {"docId": "", "top": 1}):
        first, last = token.map or (0, 0)
        for found in TYPED.finditer(_prose(token)):
            near = (n for n in range(first, last) if found[0] in lines[n])
            yield next(near, first) + 1, " ".join(found[0].split())


def typed(text: str) -> str:
    """Say what to write instead."""
    return f'"{text}" is typed; print the number of a result, or write {{{{ "{text}" | literal }}}}'


def _prose(token: Token) -> str:
    """What a reader would read of it, without code and formulas."""
    if token.type == "html_block":
        return re.sub(r"<(pre|code|script|style)\b.*?</\1>|<[^>]*>", " ", token.content, flags=re.DOTALL)
    if token.type in ("text", "softbreak", "hardbreak"):
        return html.unescape(token.content) or "\n"
    if token.type in ("inline", "image"):
        return "".join(map(_prose, token.children or ()))
    return "" if token.nesting or token.type == "html_inline" else "\0"
