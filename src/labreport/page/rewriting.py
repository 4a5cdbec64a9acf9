"""Markdown written again from its tokens, for the written report: a text stays as its author wrote it.

What a document has once is the document's: levels of headings, names of notes, numbers of cites and tables.
Values are put in, of which Markdown obeys no sign; in code, formulas and tags they stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict

from labreport.page.context import RenderContext
from labreport.page.markdown import cite_marks
from labreport.page.numbering import number_mark
from labreport.page.placeholders import FIRST_BLOCK, Placeholders

_RULES = {"text-align:right": "---:", "text-align:center": ":---:", "text-align:left": ":---"}
"""The line below the head of a column, by the style that markdown-it gives its cells."""


class MarkdownRenderer(RendererProtocol):
    """Writes tokens as Markdown, those in a line as they are in the source."""

    __output__ = "markdown"

    def __init__(self, _: MarkdownIt) -> None:
        """Take the parser, as markdown-it gives it."""

    def render(self, tokens: Sequence[Token], _: OptionsDict, env: EnvType) -> str:
        """Write blocks, or a line."""
        writer = _Writer(env["context"], env["placeholders"])
        return writer.write(SyntaxTreeNode(_with_marks(tokens)))


def _with_marks(tokens: Sequence[Token]) -> list[Token]:
    """Strike each paragraph between `<del>` and `</del>`, and put the mark for `<!--mark-->`."""
    kept: list[Token] = []
    last_paragraph = Token("inline", "", 0, children=[])
    is_struck = False
    for token in tokens:
        tag = token.content.strip() if token.type == "html_block" else ""
        if tag in ("<del>", "</del>"):
            is_struck = tag == "<del>"
            continue
        if tag == "<!--mark-->":
            last_paragraph.children = [*(last_paragraph.children or ()), Token("text", "", 0, content="†")]
            continue
        if token.type == "inline" and kept and kept[-1].type not in ("th_open", "td_open"):
            last_paragraph = token
            if is_struck and token.content < chr(FIRST_BLOCK):
                tildes = Token("text", "", 0, content="~~")
                token.children = [tildes, *(token.children or ()), tildes]
        kept.append(token)
    return kept


class _Writer:
    """Writes nodes of a tree of tokens."""

    def __init__(self, context: RenderContext, placeholders: Placeholders) -> None:
        self._context = context
        self._placeholders = placeholders

    def write(self, node: SyntaxTreeNode) -> str:
        """Write a node with all that is in it."""
        match node.type:
            case "text" | "html_block":
                return self._placeholders.fill_markdown(node.content)
            case "code_inline" | "math_inline" | "html_inline" | "hardbreak":
                return self._placeholders.fill_plain(node.content)
            case "fence" | "math_block":
                content = self._placeholders.fill_plain(node.content)
                language = f"{node.info}\n" if node.type == "fence" else ""
                return f"{node.markup}{language}{content}{node.markup}"
            case "cite":
                assert node.token
                return cite_marks(node.token, self._context)
            case "table_label":
                return f"**Table {number_mark('table', node.content)}.** "
            case "footnote_ref":
                return f"[^{self._context.document}-{node.meta['label']}]"
            case "footnote":
                return _indented(f"[^{self._context.document}-{node.meta['label']}]: ", self._blocks(node), 4)
            case "hr":
                return node.markup
            case "heading":
                return f"{'#' * int(node.tag[1])} {self._parts(node)}".replace("\n", " ")
            case "blockquote":
                return re.sub("^", "> ", self._blocks(node), flags=re.MULTILINE)
            case "list_item":
                marker = f"{node.info}{node.markup} "
                return _indented(marker, self._blocks(node), len(marker))
            case "dd":
                return _indented(": ", self._blocks(node), 2)
            case "thead":
                return f"{self._blocks(node)}\n{_rule_below(node.children[0])}"
            case "tr":
                cells = [re.sub(r"(?<!\\)\|", r"\|", self.write(cell)) for cell in node.children]
                return f"| {' | '.join(cells)} |"
            case "paragraph" | "inline" | "dt" | "th" | "td":
                return self._parts(node)
        return self._blocks(node)

    def _parts(self, node: SyntaxTreeNode) -> str:
        return "".join(map(self.write, node.children))

    def _blocks(self, node: SyntaxTreeNode) -> str:
        """Blocks below one another, with a line between them unless they are close together."""
        text = ""
        for child in node.children:
            text += self.write(child) + ("\n" if _is_close(child) else "\n\n")
        return text.rstrip("\n")


def _is_close(node: SyntaxTreeNode) -> bool:
    """Whether no line is between a block and the next: rows, terms, items with a hidden paragraph."""
    return (
        node.hidden
        or node.type in ("thead", "tr", "dt")
        or (node.type == "list_item" and any(child.hidden for child in node.children))
    )


def _rule_below(row: SyntaxTreeNode) -> str:
    rules = [_RULES.get(str(cell.attrs.get("style")), "---") for cell in row.children]
    return f"|{'|'.join(rules)}|"


def _indented(first: str, text: str, width: int) -> str:
    """Put something in front of the first line, and blanks in front of the others."""
    return first + re.sub(r"\n(?=[^\n])", "\n" + " " * width, text)
