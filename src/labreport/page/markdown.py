"""Markdown as an author writes it: formulas, listings, notes, definitions, cites."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from labreport.errors import UsageError, did_you_mean, display_path
from labreport.page.context import RenderContext
from labreport.page.formulas import draw_formula
from labreport.page.numbering import cite_mark
from labreport.page.placeholders import PLACEHOLDER_CHARACTERS
from labreport.project.outline import slug

BIBLIOGRAPHY = "references.bib"
CITE = re.compile(r"\[@[\w:.+/-]+(?:\s*[;,]\s*@[\w:.+/-]+)*\]")
"""`[@key; @other]`"""


_CAPTION = re.compile(r"Table(?: (?P<name>[\w-]+))?: ")
"""How a paragraph begins that is the caption of the table behind it."""


def render_blocks(text: str, context: RenderContext, fill_plain: Callable[[str], str]) -> str:
    """Render Markdown, with `Table: …` or `Table NAME: …` before a table as its caption.

    Placeholders stay; `fill_plain` puts their texts in, where that is needed now. Raises `TemplateError`.
    """
    return str(_parser_of(True).render(text, _names(context, fill_plain)))


def render_line(
    text: str, context: RenderContext, fill_plain: Callable[[str], str], *, with_html: bool
) -> Markup:
    """Render a line of Markdown, in which HTML counts or does not. Raises `TemplateError`."""
    return Markup(_parser_of(with_html).renderInline(text.strip(), _names(context, fill_plain)))


def parse(text: str) -> list[Token]:
    """Parse Markdown, to look at it only."""
    return _parser_of(True).parse(text, _names(RenderContext(Path(), "", ""), str))


def _names(context: RenderContext, fill_plain: Callable[[str], str]) -> dict[str, Any]:
    """What the rules below know; with `docId` begin the ids of notes."""
    return {"docId": context.document, "context": context, "fill_plain": fill_plain}


def cite_marks(cite: str, context: RenderContext) -> str:
    """Return the marks of `[@key; @other]`, whose numbers the document fills in.

    Raises `TemplateError` for a key that the references of the project do not have.
    """
    known = bibliography(context.templates)
    marks = []
    for key in re.findall(r"@([^\s;,\]]+)", cite):
        if key not in known:
            near = did_you_mean(key, known, "there are")
            context.fail_at(f"@{key}", f"{BIBLIOGRAPHY} has no entry {key!r}{near}")
        marks.append(cite_mark(key))
    return " ".join(marks)


@lru_cache
def _parser_of(with_html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": with_html})
    parser.enable(["table", "strikethrough"]).disable("code")
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    parser.use(deflist_plugin).use(footnote_plugin)
    parser.inline.ruler.before("link", "cite", _parse_cite)
    parser.core.ruler.push("headings", _place_headings)
    parser.core.ruler.push("captions", _place_captions)
    parser.add_render_rule("cite", _render_cite)
    parser.add_render_rule("fence", _render_listing)
    parser.add_render_rule("math_inline", _render_formula)
    parser.add_render_rule("math_block", _render_formula)
    parser.add_render_rule("footnote_block_open", lambda *_: '<section class="footnotes">\n<ol>\n')
    parser.add_render_rule("footnote_caption", _render_footnote_number)
    return parser


def _parse_cite(state: StateInline, silent: bool) -> bool:
    cite = CITE.match(state.src, state.pos)
    if cite is None:
        return False
    if not silent:
        state.push("cite", "", 0).content = cite[0]
    state.pos = cite.end()
    return True


def _render_cite(_: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, env: EnvType) -> str:
    return cite_marks(tokens[index].content, env["context"])


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


def _place_captions(state: StateCore) -> None:
    """Move a paragraph `Table NAME: …` into the table behind it, as its caption."""
    context: RenderContext = state.env["context"]
    for index in range(3, len(state.tokens)):
        paragraph, text, end, table = state.tokens[index - 3 : index + 1]
        if table.type != "table_open" or paragraph.type != "paragraph_open" or paragraph.hidden:
            continue
        words = text.children or []
        begin = _CAPTION.match(words[0].content)
        if not begin or words[0].type != "text":
            continue
        name = context.name_of_next_table(begin["name"])
        table.attrs = {"id": f"table-{name}", "class": "data"}
        label = Token("html_inline", "", 0)
        label.content = f'<span class="label">Table <span data-no="table:{name}"></span></span> '
        words[0].content = words[0].content[begin.end() :]
        words.insert(0, label)
        paragraph.tag = end.tag = "caption"
        state.tokens[index - 3 : index + 1] = [table, paragraph, text, end]


def _render_listing(
    _: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, env: EnvType
) -> str:
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


def _render_formula(
    _: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, env: EnvType
) -> str:
    """A drawing; who cannot see it has its LaTeX."""
    latex = tokens[index].content.strip()
    displayed = tokens[index].type == "math_block"
    context: RenderContext = env["context"]
    try:
        return str(draw_formula(latex, displayed=displayed, fill_plain=env["fill_plain"]))
    except Exception as error:  # of many kinds, most of which say what is wrong by their names
        reason = str(error) or type(error).__name__
        context.fail_at(latex, f"the formula ${latex}$ cannot be drawn: {reason}")


def _render_footnote_number(
    _: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, env: EnvType
) -> str:
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
