"""Markdown as an author writes it: formulas, listings, notes, definitions, cites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import escape
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from labreport.errors import UsageError, display_path
from labreport.page.formulas import draw_formula
from labreport.page.placeholders import SIGNS
from labreport.project.outline import slug

BIBLIOGRAPHY = "references.bib"
CITED = re.compile(r'<a class="cite" data-cite="([^"]*)"></a>')
"""What a cite becomes until the document numbers it."""
CITE = re.compile(r"\[(?P<keys>@[\w:.+/-]+(?:\s*[;,]\s*@[\w:.+/-]+)*)\]")
"""`[@key; @other]`"""


@lru_cache
def parser_of(trusted: bool) -> MarkdownIt:
    """Make what renders Markdown, in which HTML counts only if it is `trusted`.

    Its `env` has `docId`, with which ids begin; `top`, the level of the highest heading;
    `fail_at(piece, message)`, which raises what is wrong with a piece of the text; and `plain`, which gives
    the text of signs.
    """
    parser = MarkdownIt("commonmark", {"html": trusted})
    parser.enable(["table", "strikethrough"]).disable("code")
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    parser.use(deflist_plugin).use(footnote_plugin)
    parser.inline.ruler.before("link", "cite", _parse_cite)
    parser.core.ruler.push("headings", _place_headings)
    parser.add_render_rule("fence", _render_listing)
    parser.add_render_rule("math_inline", _render_formula)
    parser.add_render_rule("math_block", _render_formula)
    parser.add_render_rule("footnote_block_open", lambda *_: '<section class="footnotes">\n<ol>\n')
    parser.add_render_rule("footnote_caption", _render_footnote_number)
    return parser


def links_of_cite(cite: re.Match[str]) -> str:
    """Give the links that stand for `[@key; @other]`, whose numbers the document fills in."""
    keys = re.findall(r"@([^\s;,]+)", cite["keys"])
    return " ".join(f'<a class="cite" data-cite="{key}"></a>' for key in keys)


def _parse_cite(state: StateInline, silent: bool) -> bool:
    cite = CITE.match(state.src, state.pos)
    if cite is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = links_of_cite(cite)
    state.pos = cite.end()
    return True


def _place_headings(state: StateCore) -> None:
    """Put headings on their level, and give them ids."""
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    lift = state.env["top"] - highest
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) + lift)}"
    for token, content in pairwise(state.tokens):
        if token.type == "heading_open":
            token.attrSet("id", f"{state.env['docId']}-{slug(content.content)}")


def _render_listing(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A listing, coloured where its language is named."""
    from pygments import formatters, highlight, lexers, util

    code = tokens[index].content
    language = tokens[index].info.strip().split(" ")[0]
    if not language:
        return f"<pre><code>{escape(code)}</code></pre>\n"
    try:
        lexer = lexers.get_lexer_by_name(language, stripnl=False)
    except util.ClassNotFound:
        env["fail_at"](f"```{language}", f"Pygments reads no language {language!r}")
    coloured = highlight(code, lexer, formatters.HtmlFormatter(nowrap=True))
    without_errors = re.sub(rf'<span class="err">([{SIGNS}]*)</span>', r"\1", coloured)
    return f'<pre><code class="language-{escape(language)}">{without_errors}</code></pre>\n'


def _render_formula(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A drawing; who cannot see it has its LaTeX."""
    latex = tokens[index].content.strip()
    displayed = tokens[index].type == "math_block"
    try:
        return str(draw_formula(latex, displayed=displayed, plain=env["plain"]))
    except Exception as error:  # of many kinds, most of which say what is wrong by their names
        reason = str(error) or type(error).__name__
        return str(env["fail_at"](latex, f"the formula ${latex}$ cannot be drawn: {reason}"))


def _render_footnote_number(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return str(tokens[index].meta["id"] + 1)


def bibliography(templates: Path) -> dict[str, str]:
    """Print the references of a project as HTML, by key. Raises `UsageError` for what is not BibTeX."""
    from pybtex.backends.html import Backend
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError
    from pybtex.style.formatting.unsrt import Style

    file = templates / BIBLIOGRAPHY
    source = file.read_text(encoding="utf-8") if file.is_file() else ""
    style = Style()
    try:
        entries = parse_string(source, "bibtex").entries
        for entry in entries.values():
            if not hasattr(style, f"get_{entry.type}_template"):
                entry.type = "misc"
        formatted = list(style.format_entries(entries.values()))
        printed = {entry.key: entry.text.render(Backend()) for entry in formatted}
    except PybtexError as error:
        raise UsageError(f"{display_path(file)}: {error}") from None
    return {key: _without_protection(text) for key, text in printed.items()}


def _without_protection(text: str) -> str:
    """A printed reference without the spans in which BibTeX keeps capitals, in one line."""
    return re.sub('<span class="bibtex-protected">(.*?)</span>', r"\1", " ".join(text.split()))
