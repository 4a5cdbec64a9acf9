"""Texts and tables in the syntax of LaTeX and Markdown."""

from __future__ import annotations

import re

from labreport.stats import Table

_LATEX_SIGNS = {sign: rf"\{sign}" for sign in "#$%&_{}"}
_LATEX_SIGNS |= {sign: rf"\char{ord(sign)}{{}}" for sign in '\\~^<>|"'}
_LATEX_MATHS = {"−": "-", "≤": r"\le", "≥": r"\ge", "±": r"\pm", "×": r"\times", "Δ": r"\Delta"}
_LATEX_SIGNS |= {sign: rf"\ensuremath{{{maths}}}" for sign, maths in _LATEX_MATHS.items()}
_LATEX_SIGNS |= {"µ": r"\textmu{}", "μ": r"\textmu{}", "–": "--", "†": r"\dag{}"}
_LATEX_SIGNS |= {"\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,"}
_RAISED = dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", (r"\ensuremath{-}", *"0123456789"), strict=True))
_LATEX_SIGNS |= {sign: rf"\textsuperscript{{{number}}}" for sign, number in _RAISED.items()}


def escape_latex(text: str) -> str:
    """A text for LaTeX, with its special characters escaped; text between backticks is set as code."""
    escaped = ""
    for index, part in enumerate(re.split("`([^`\n]+)`", text)):
        signs = "".join(_LATEX_SIGNS.get(sign, sign) for sign in part)
        is_code = index % 2 == 1
        escaped += rf"\texttt{{{signs}}}" if is_code else signs
    return escaped


def escape_markdown(text: str) -> str:
    """A text in one line, with the special characters of Markdown escaped, except backticks."""
    return re.sub(r"([\\*_\[\]<>|~#$&])", r"\\\1", re.sub(r"\s+", " ", text))


def latex_table(table: Table, decimals: int | None) -> str:
    """A table in LaTeX, in booktabs style, with this many decimals."""
    alignment = "".join("r" if is_number else "l" for is_number in table.numeric)
    lines = [rf"\begin{{tabular}}{{{alignment}}}", r"\toprule", _latex_row(table.heads), r"\midrule"]
    lines += [_latex_row(row) for row in table.texts(decimals)]
    lines += [r"\bottomrule", r"\end{tabular}", ""]
    return "\n".join(lines)


def _latex_row(cells: list[str]) -> str:
    return " & ".join(map(escape_latex, cells)) + r" \\"


def markdown_table(table: Table, decimals: int | None) -> str:
    """A table in Markdown, with this many decimals."""
    rule = "|".join("---:" if is_number else "---" for is_number in table.numeric)
    lines = [_markdown_row(table.heads), f"|{rule}|"]
    lines += [_markdown_row(row) for row in table.texts(decimals)]
    return "\n".join(lines)


def _markdown_row(cells: list[str]) -> str:
    return f"| {' | '.join(map(escape_markdown, cells))} |"
