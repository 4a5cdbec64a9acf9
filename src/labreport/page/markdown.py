"""Markdown of templates, with formulas, listings, footnotes, definition lists and cites."""

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
"""A cite: `[@key; @other]`."""


_CAPTION = re.compile(r"Table(?: (?P<name>[\w-]+))?: ")
"""The start of a paragraph that is the caption of the table after it."""


def render_blocks(text: str, context: RenderContext, fill_plain: Callable[[str], str]) -> str:
    """Convert Markdown to HTML; a paragraph `Table: …` or `Table NAME: …` before a table is its caption.

    Placeholders are kept; `fill_plain` replaces them by text where it is needed at once, as in formulas.
    Raises `TemplateError`.
    """
    return str(_parser_of(True).render(text, _names(context, fill_plain)))


def render_line(
    text: str, context: RenderContext, fill_plain: Callable[[str], str], *, with_html: bool
) -> Markup:
    """Convert a line of Markdown to HTML; HTML in it is kept or escaped. Raises `TemplateError`."""
    return Markup(_parser_of(with_html).renderInline(text.strip(), _names(context, fill_plain)))


def parse(text: str) -> list[Token]:
    """The tokens of a Markdown text."""
    return _parser_of(True).parse(text, _names(RenderContext(Path(), "", ""), str))


def _names(context: RenderContext, fill_plain: Callable[[str], str]) -> dict[str, Any]:
    """The values that the rules below use; `docId` is the prefix of the ids of footnotes."""
    return {"docId": context.document, "context": context, "fill_plain": fill_plain}


def cite_marks(cite: str, context: RenderContext) -> str:
    """Marks for the keys of a cite `[@key; @other]`, which the document replaces by numbers.

    Raises `TemplateError` for a key that is not in the project's references.
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
    """Set the levels of headings, so that the highest is that of the context, and give them ids."""
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
    """Move a paragraph `Table NAME: …` into the table after it, as its caption."""
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
    """A code listing, with colours if its language is given."""
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
    """A formula as a drawing with its LaTeX as alternative text."""
    latex = tokens[index].content.strip()
    displayed = tokens[index].type == "math_block"
    context: RenderContext = env["context"]
    try:
        return str(draw_formula(latex, displayed=displayed, fill_plain=env["fill_plain"]))
    except Exception as error:  # there are many types; the name of most says what is wrong
        reason = str(error) or type(error).__name__
        context.fail_at(latex, f"the formula ${latex}$ cannot be drawn: {reason}")


def _render_footnote_number(
    _: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, env: EnvType
) -> str:
    return str(tokens[index].meta["id"] + 1)


def bibliography(templates: Path) -> dict[str, str]:
    """The references of a project as HTML, by key. Raises `UsageError` for invalid BibTeX."""
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
    """A reference in one line, without the elements with which BibTeX protects capitals."""
    return re.sub('<span class="bibtex-protected">(.*?)</span>', r"\1", " ".join(text.split()))
