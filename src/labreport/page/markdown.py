"""Markdown of templates, with formulas, listings, footnotes, definition lists and cites."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.parser_inline import RuleFuncInlineType
from markdown_it.renderer import RendererHTML, RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import OptionsDict
from markupsafe import escape
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from labreport.errors import UsageError, did_you_mean, display_path
from labreport.page.context import RenderContext
from labreport.page.formulas import draw_formula
from labreport.page.numbering import cite_mark, table_mark
from labreport.page.placeholders import PLACEHOLDER_CHARACTERS, Placeholders
from labreport.project.outline import slug

BIBLIOGRAPHY = "references.bib"
_CITE = re.compile(r"\[@[\w:.+/-]+(?:\s*[;,]\s*@[\w:.+/-]+)*\]")
"""A cite: `[@key; @other]`."""
RuleValues: TypeAlias = dict[str, Any]
"""The values that the rules below need; markdown-it passes them to each rule."""
_CAPTION = re.compile(r"Table(?: (?P<name>[\w-]+))?: ")
"""The start of a paragraph that is the caption of the table after it."""


class MarkdownError(UsageError):
    """A mistake in Markdown, and the token that it is in."""

    def __init__(self, token: Token, message: str) -> None:
        super().__init__(message)
        self.token = token


def parse(text: str) -> list[Token]:
    """The tokens of a Markdown text."""
    values = rule_values(RenderContext(Path(), "", ""), Placeholders())
    return parser_of(RendererHTML, with_html=True).parse(text, values)


def first_bold_text(line: str) -> str:
    """The text of the first bold part of a line of Markdown, without mark-up; placeholders stay."""
    for node in SyntaxTreeNode(parse(line)).walk():
        if node.type == "strong":
            words = [part for part in node.walk() if part.type in ("text", "code_inline", "softbreak")]
            return "".join(word.content or " " for word in words)
    return ""


def rule_values(context: RenderContext, placeholders: Placeholders) -> RuleValues:
    """The values that the rules below use; `docId` is the prefix of the ids of footnotes."""
    return {"docId": context.document, "context": context, "placeholders": placeholders}


def cite_marks(cite: Token, context: RenderContext) -> str:
    """Marks for the keys of a cite `[@key; @other]`, which the document replaces by numbers.

    Raises `MarkdownError` for a key that is not in the project's references.
    """
    known = bibliography(context.templates)
    marks = []
    for key in re.findall(r"@([^\s;,\]]+)", cite.content):
        if key not in known:
            near = did_you_mean(key, known, "there are")
            raise MarkdownError(cite, f"{BIBLIOGRAPHY} has no entry {key!r}{near}")
        marks.append(cite_mark(key))
    return " ".join(marks)


@lru_cache
def parser_of(renderer: type[RendererProtocol], *, with_html: bool) -> MarkdownIt:
    """A parser of Markdown with this renderer; HTML in the text is kept or escaped.

    A paragraph `Table: …` or `Table NAME: …` before a table is its caption. If the renderer does not write
    HTML, most inline text is not parsed, and stays as its author wrote it. Rendering raises `MarkdownError`.
    """
    parser = MarkdownIt("commonmark", {"html": with_html}, renderer_cls=renderer)
    parser.enable(["table", "strikethrough"]).disable("code")
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    parser.use(deflist_plugin).use(footnote_plugin)
    parser.inline.ruler.before("link", "cite", _parse_cite)
    if renderer is not RendererHTML:
        _keep_sources(parser)
    parser.core.ruler.push("headings", _place_headings)
    parser.core.ruler.push("captions", _place_captions)
    for name, rule in _HTML_RULES.items():
        parser.add_render_rule(name, _of_one_token(rule))
    return parser


def _of_one_token(rule: Callable[[Token, RuleValues], str]) -> Callable[..., str]:
    """Convert a rule for one token to a rule as markdown-it calls it, with all tokens and an index."""

    def render(
        _: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, values: RuleValues
    ) -> str:
        return rule(tokens[index], values)

    return render


def _keep_sources(parser: MarkdownIt) -> None:
    """Let the parser recognise only code, formulas, tags, cites and footnotes in inline text.

    All other inline text becomes a text token with its source.
    """
    parser.block.ruler.disable("reference")
    rules = parser.inline.ruler
    rules.enableOnly(["text", "escape", "backticks", "html_inline", "math_inline", "footnote_ref", "cite"])
    for rule in rules.__rules__:
        rules.at(rule.name, partial(_parse_with_source, rule.fn))


def _parse_with_source(rule: RuleFuncInlineType, state: StateInline, silent: bool) -> bool:
    """Apply a rule of the parser, and set the content of the new token to its source."""
    begin = state.pos
    count = len(state.tokens)
    is_parsed = rule(state, silent)
    if len(state.tokens) > count:
        state.tokens[-1].content = state.src[begin : state.pos]
    return is_parsed


def _parse_cite(state: StateInline, silent: bool) -> bool:
    cite = _CITE.match(state.src, state.pos)
    if cite is None:
        return False
    if not silent:
        state.push("cite", "", 0).content = cite[0]
    state.pos = cite.end()
    return True


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
        words[0].content = words[0].content[begin.end() :]
        words.insert(0, Token("table_label", "", 0, content=name))
        paragraph.tag = end.tag = "caption"
        state.tokens[index - 3 : index + 1] = [table, paragraph, text, end]


def _listing(fence: Token, _: RuleValues) -> str:
    """A code listing, with colours if its language is given."""
    from pygments import formatters, highlight, lexers, util

    language = fence.info.strip().split(" ")[0]
    if not language:
        return f"<pre><code>{escape(fence.content)}</code></pre>\n"
    try:
        lexer = lexers.get_lexer_by_name(language, stripnl=False)
    except util.ClassNotFound:
        raise MarkdownError(fence, f"Pygments reads no language {language!r}") from None
    coloured = highlight(fence.content, lexer, formatters.HtmlFormatter(nowrap=True))
    without_errors = re.sub(rf'<span class="err">([{PLACEHOLDER_CHARACTERS}]*)</span>', r"\1", coloured)
    return f'<pre><code class="language-{escape(language)}">{without_errors}</code></pre>\n'


def _formula(formula: Token, values: RuleValues) -> str:
    """A formula as a drawing with its LaTeX as alternative text."""
    latex = formula.content.strip()
    displayed = formula.type == "math_block"
    fill_plain = values["placeholders"].fill_plain
    try:
        return str(draw_formula(latex, displayed=displayed, fill_plain=fill_plain))
    except Exception as error:  # there are many types; the name of most says what is wrong
        reason = str(error) or type(error).__name__
        shown = fill_plain(latex)
        raise MarkdownError(formula, f"the formula ${shown}$ cannot be drawn: {reason}") from error


def _table_label(label: Token, _: RuleValues) -> str:
    return f'<span class="label">Table {table_mark(label.content)}</span> '


_HTML_RULES: dict[str, Callable[[Token, RuleValues], str]] = {
    "cite": lambda cite, values: cite_marks(cite, values["context"]),
    "table_label": _table_label,
    "fence": _listing,
    "math_inline": _formula,
    "math_block": _formula,
    "footnote_block_open": lambda *_: '<section class="footnotes">\n<ol>\n',
    "footnote_caption": lambda caption, _: str(caption.meta["id"] + 1),
}
"""Rules for the HTML of tokens that markdown-it does not know, or that are written in another way."""


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
