"""Markdown as an author writes it: formulas, listings, notes, definitions, cites; and numbers typed in it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from labreport.errors import UsageError, display_path
from labreport.project.outline import slug

BIBLIOGRAPHY = "references.bib"
HELD = "\U000f0000-\U0010fffd"
"""Characters that stand for values until the text is done (of the second plane, for blocks), as in `[…]`."""
_NUMBER = r"\d[\d\u202f\u00a0]*(?:[.,]\d+)*"
TYPED = re.compile(
    rf"(?:±|\+/[-−])\s*{_NUMBER}(?:\s*%)?|(?<![\w.,]){_NUMBER}(?:\s*%|[\s-]*(?:per\s?cent|percentage)\b"
    rf"(?:\spoints?)?|[\s-]*points?\b)"
)
CITED = re.compile(r'<a class="cite" data-cite="([^"]*)"></a>')
"""What a cite becomes until the document numbers it."""
SIZE, X_HEIGHT = 20, 0.475
"""Units of an em in the drawing of a formula; the height of a small letter of the text's font, in em."""


@lru_cache
def parser_of(trusted: bool) -> MarkdownIt:
    """Make what renders Markdown, in which HTML counts only if it is `trusted`.

    Its `env` has `docId`, with which ids begin, `top`, the level of the highest heading, `told(piece, text)`,
    which raises what is wrong with a piece of the text, and `plain`, which gives the text of signs.
    """
    parser = MarkdownIt("commonmark", {"html": trusted}).enable(["table", "strikethrough"]).disable("code")
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    parser.use(deflist_plugin).use(footnote_plugin)
    parser.inline.ruler.before("link", "cite", _cite)
    parser.core.ruler.push("headings", _headings)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("math_inline", _formula)
    parser.add_render_rule("math_block", _formula)
    parser.add_render_rule("footnote_block_open", lambda *_: '<section class="footnotes">\n<ol>\n')
    parser.add_render_rule("footnote_caption", lambda _, tokens, at, *__: str(tokens[at].meta["id"] + 1))
    return parser


def _cite(state: StateInline, silent: bool) -> bool:
    """`[@key; @other]` becomes links whose numbers the document fills in."""
    found = re.compile(r"\[@[\w:.+/-]+(?:\s*[;,]\s*@[\w:.+/-]+)*\]").match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        links = (f'<a class="cite" data-cite="{key}"></a>' for key in re.findall(r"@([^]\s;,]+)", found[0]))
        state.push("html_inline", "", 0).content = " ".join(links)
    state.pos = found.end()
    return True


def _headings(state: StateCore) -> None:
    """Put headings on their level, and give them ids."""
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    lift = state.env["top"] - min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) + lift)}"
    for token, content in pairwise(state.tokens):
        if token.type == "heading_open":
            token.attrSet("id", f"{state.env['docId']}-{slug(content.content)}")


def _fence(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """A listing, coloured where its language is named."""
    from pygments import formatters, highlight, lexers, util

    code, language = tokens[place].content, tokens[place].info.strip().split(" ")[0]
    if not language:
        return f"<pre><code>{escape(code)}</code></pre>\n"
    try:
        lexer = lexers.get_lexer_by_name(language, stripnl=False)
    except util.ClassNotFound:
        env["told"](f"```{language}", f"Pygments reads no language {language!r}")
    coloured = highlight(code, lexer, formatters.HtmlFormatter(nowrap=True))
    coloured = re.sub(rf'<span class="err">([{HELD}]*)</span>', r"\1", coloured)
    return f'<pre><code class="language-{escape(language)}">{coloured}</code></pre>\n'


def _formula(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """A drawing, in which values stay what they are; who cannot see it has its LaTeX."""
    latex, displayed = tokens[place].content.strip(), tokens[place].type == "math_block"
    try:
        drawn = _drawn(latex, displayed, env["plain"])
    except Exception as error:  # of many kinds, most of which say what is wrong by their names
        told = str(error) or type(error).__name__
        env["told"](latex, f"the formula ${latex}$ cannot be drawn: {told}")
    kind = "formula displayed" if displayed else "formula"
    shown = Markup('<span class="{}" role="img" aria-label="{}">{}</span>').format(kind, latex, Markup(drawn))
    return f"<p>{shown}</p>\n" if displayed else str(shown)


def _drawn(latex: str, displayed: bool, plain: Callable[[str], str]) -> str:
    """A formula as an SVG in em, its middle at half the height of a small letter above the line."""
    from ziamath.config import config
    from ziamath.tex import tex2mml
    from ziamath.zmath import Math

    if not latex or latex.count("{") != latex.count("}"):
        raise ValueError("a brace is missing" if latex else "it is empty")
    config.svg2 = False  # paths where they are drawn, without names that a page would have twice
    root = ElementTree.fromstring(tex2mml(latex, inline=not displayed))
    for element in root.iter():
        element.tag, text = element.tag.rpartition("}")[2], element.text or ""
        if re.match(r"\\[a-zA-Z]", text):
            raise ValueError(f"there is no command {text}")
        if re.search(f"[{HELD}]", text):
            element.tag, element.text = "mtext", plain(text).replace(" ", "\u00a0")
    root.set("mathcolor", "currentColor")
    drawn = Math(root, size=SIZE, margin=0).svgxml()
    left, top, width, height = map(float, drawn.get("viewBox", "").split())
    axis = SIZE * X_HEIGHT / 2
    half = max(-top - axis, top + height + axis)
    shown = "".join(ElementTree.tostring(each, encoding="unicode") for each in drawn)
    size = f'width="{width / SIZE:.3f}em" height="{2 * half / SIZE:.3f}em"'
    box = f'viewBox="{left:g} {-axis - half:.2f} {width:g} {2 * half:.2f}"'
    return f'<svg {size} {box} aria-hidden="true">{shown}</svg>'


def bibliography(templates: Path) -> dict[str, str]:
    """Print the references of a project, by their keys. Raises `UsageError` for what is not BibTeX."""
    from pybtex.backends.html import Backend
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError
    from pybtex.style.formatting.unsrt import Style

    file, style = templates / BIBLIOGRAPHY, Style()
    try:
        entries = parse_string(file.read_text(encoding="utf-8") if file.is_file() else "", "bibtex").entries
        for entry in entries.values():
            if not hasattr(style, f"get_{entry.type}_template"):
                entry.type = "misc"
        printed = {one.key: one.text.render(Backend()) for one in style.format_entries(entries.values())}
    except PybtexError as error:
        raise UsageError(f"{display_path(file)}: {error}") from None
    protected = '<span class="bibtex-protected">(.*?)</span>'
    return {key: re.sub(protected, r"\1", " ".join(text.split())) for key, text in printed.items()}


def typed_in(text: str) -> Iterator[tuple[int, str]]:
    """Find typed percentages, ± and points in Markdown: the line of each, and what to write instead."""
    lines = text.split("\n")
    for token in parser_of(True).parse(text, {"docId": "", "top": 1}):
        first, last = token.map or (0, 0)
        for found in TYPED.finditer(_prose(token)):
            near = (n for n in range(first, last) if found[0] in lines[n])
            typed = f'"{" ".join(found[0].split())}"'
            wrong = f"{typed} is typed; print the number of a result, or write {{{{ {typed} | literal }}}}"
            yield next(near, first) + 1, wrong


def _prose(token: Token) -> str:
    """What a reader would read of it, without code and formulas."""
    if token.type == "html_block":
        return re.sub(r"<(pre|code|script|style)\b.*?</\1>|<[^>]*>", " ", token.content, flags=re.DOTALL)
    if token.type in ("text", "softbreak", "hardbreak"):
        return html.unescape(token.content) or "\n"
    if token.type in ("inline", "image"):
        return "".join(map(_prose, token.children or ()))
    return "" if token.nesting or token.type == "html_inline" else "\0"
