"""Markdown of templates converted to Markdown of the written report, from the tokens of the parser.

The text of a paragraph stays as its author wrote it. What must fit the whole document is changed: levels of
headings, names of footnotes, numbers of cites and of tables. Placeholders are replaced by their values, with
special characters escaped, except in code, formulas and tags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict

from labreport.page.context import RenderContext
from labreport.page.markdown import cite_marks
from labreport.page.numbering import table_mark
from labreport.page.placeholders import FIRST_BLOCK, Placeholders

_RULES = {"text-align:right": "---:", "text-align:center": ":---:", "text-align:left": ":---"}
"""The cell of the line below the head of a table, by the alignment that markdown-it gives a column."""


class MarkdownRenderer(RendererProtocol):
    """A renderer for markdown-it that converts tokens to Markdown instead of HTML."""

    __output__ = "markdown"

    def __init__(self, _: MarkdownIt) -> None:
        """Take the parser, which markdown-it passes and which is not needed."""

    def render(self, tokens: Sequence[Token], _: OptionsDict, env: EnvType) -> str:
        """The Markdown of these tokens, which are those of blocks or of a line."""
        writer = _Writer(env["context"], env["placeholders"])
        return writer.write(SyntaxTreeNode(_with_marks(tokens)))


def table_label(name: str) -> str:
    """The label in front of the caption of a table: `**Table 2.** `, with a mark for the number."""
    return f"**Table {table_mark(name)}.** "


def _with_marks(tokens: Sequence[Token]) -> list[Token]:
    """Strike through paragraphs between `<del>` and `</del>`, and replace `<!--mark-->` by a mark."""
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


@dataclass
class _Writer:
    """Converts the nodes of a syntax tree to Markdown."""

    context: RenderContext
    placeholders: Placeholders

    def write(self, node: SyntaxTreeNode) -> str:
        """The Markdown of a node and everything in it."""
        match node.type:
            case "text" | "html_block":
                return self.placeholders.fill_markdown(node.content)
            case "code_inline" | "math_inline" | "html_inline" | "hardbreak":
                return self.placeholders.fill_plain(node.content)
            case "fence":
                code = self.placeholders.fill_plain(node.content)
                return f"{node.markup}{node.info}\n{code}{node.markup}"
            case "math_block" | "math_block_label":
                latex = self.placeholders.fill_plain(node.content)
                label = f" ({node.info})" if node.info else ""
                return f"{node.markup}{latex}{node.markup}{label}"
            case "cite":
                assert node.token
                return cite_marks(node.token, self.context)
            case "table_label":
                return table_label(node.content)
            case "footnote_ref":
                return f"[^{self.context.document}-{node.meta['label']}]"
            case "footnote":
                return _indented(f"[^{self.context.document}-{node.meta['label']}]: ", self._blocks(node), 4)
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
        """The Markdown of the children of a node, with empty lines between them where these are needed."""
        text = ""
        for child in node.children:
            text += self.write(child) + ("\n" if _is_close(child) else "\n\n")
        return text.rstrip("\n")


def _is_close(node: SyntaxTreeNode) -> bool:
    """Whether no empty line follows a block: rows, terms, and items of a list without such lines."""
    return (
        node.hidden
        or node.type in ("thead", "tr", "dt")
        or (node.type == "list_item" and any(child.hidden for child in node.children))
    )


def _rule_below(row: SyntaxTreeNode) -> str:
    rules = [_RULES.get(str(cell.attrs.get("style")), "---") for cell in row.children]
    return f"|{'|'.join(rules)}|"


def _indented(first: str, text: str, width: int) -> str:
    """A text with `first` in front of its first line, and the others indented by `width` blanks."""
    return first + re.sub(r"\n(?=[^\n])", "\n" + " " * width, text)
