"""Markdown as an author writes it: formulas, listings, notes, definitions, cites."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from labreport.errors import UsageError, did_you_mean, display_path
from labreport.page.context import RenderContext
from labreport.page.formulas import draw_formula
from labreport.page.placeholders import PLACEHOLDER_CHARACTERS
from labreport.project.outline import slug

BIBLIOGRAPHY = "references.bib"
CITED = re.compile(r'<a class="cite" data-cite="([^"]*)"></a>')
"""What a cite becomes until the document numbers it."""
CITE = re.compile(r"\[(?P<keys>@[\w:.+/-]+(?:\s*[;,]\s*@[\w:.+/-]+)*)\]")
"""`[@key; @other]`"""


_CAPTION = re.compile(r"<p>Table(?: (?P<name>[\w-]+))?: (?P<text>((?!</p>).)*)</p>\n<table>", re.DOTALL)
"""A paragraph `Table: …` or `Table NAME: …` before a table."""


def render_blocks(text: str, context: RenderContext, fill_plain: Callable[[str], str]) -> str:
    """Render Markdown, with `Table: …` or `Table NAME: …` before a table as its caption.

    Placeholders stay; `fill_plain` puts their texts in, where that is needed now. Raises `TemplateError`.
    """
    rendered = str(_parser_of(True).render(text, _names(context, fill_plain)))
    check_cites(CITED.findall(rendered), context)

    def captioned(caption: re.Match[str]) -> str:
        name = context.name_of_next_table(caption["name"])
        label = f'<span class="label">Table <span data-no="table:{name}"></span></span>'
        return f'<table id="table-{name}" class="data">\n<caption>{label} {caption["text"]}</caption>'

    return _CAPTION.sub(captioned, rendered)


def render_line(
    text: str, context: RenderContext, fill_plain: Callable[[str], str], *, with_html: bool
) -> Markup:
    """Render a line of Markdown, in which HTML counts or does not. Raises `TemplateError`."""
    rendered = _parser_of(with_html).renderInline(text.strip(), _names(context, fill_plain))
    check_cites(CITED.findall(rendered), context)
    return Markup(rendered)


def parse(text: str) -> list[Token]:
    """Parse Markdown, to look at it only."""
    return _parser_of(True).parse(text, _names(RenderContext(Path(), "", ""), str))


def _names(context: RenderContext, fill_plain: Callable[[str], str]) -> dict[str, Any]:
    """What the rules below know; with `docId` begin the ids of notes."""
    return {"docId": context.document, "context": context, "fill_plain": fill_plain}


def check_cites(keys: Sequence[str], context: RenderContext) -> None:
    """Raise `TemplateError` for a key that the references of the project do not have."""
    known = bibliography(context.templates) if keys else {}
    for key in keys:
        if key not in known:
            near = did_you_mean(key, known, "there are")
            context.fail_at(f"@{key}", f"{BIBLIOGRAPHY} has no entry {key!r}{near}")


@lru_cache
def _parser_of(with_html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": with_html})
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
    context: RenderContext = state.env["context"]
    lift = context.top_level - highest
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) + lift)}"
    for token, content in pairwise(state.tokens):
        if token.type == "heading_open":
            token.attrSet("id", f"{context.document}-{slug(content.content)}")


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
        env["context"].fail_at(f"```{language}", f"Pygments reads no language {language!r}")
    coloured = highlight(code, lexer, formatters.HtmlFormatter(nowrap=True))
    without_errors = re.sub(rf'<span class="err">([{PLACEHOLDER_CHARACTERS}]*)</span>', r"\1", coloured)
    return f'<pre><code class="language-{escape(language)}">{without_errors}</code></pre>\n'


def _render_formula(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A drawing; who cannot see it has its LaTeX."""
    latex = tokens[index].content.strip()
    displayed = tokens[index].type == "math_block"
    context: RenderContext = env["context"]
    try:
        return str(draw_formula(latex, displayed=displayed, fill_plain=env["fill_plain"]))
    except Exception as error:  # of many kinds, most of which say what is wrong by their names
        reason = str(error) or type(error).__name__
        context.fail_at(latex, f"the formula ${latex}$ cannot be drawn: {reason}")


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
