"""LaTeX, for pdflatex and lualatex: a command for each number and each sentence, tables, figures as PDF.

A paper takes `\\input{numbers}` into its preamble; `report.tex` is one that uses all there is.
"""

from __future__ import annotations

import base64
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from labreport.exports import Export, file_of, grids, sentences
from labreport.loaded import ANSWERS, Report
from labreport.pdf import write
from labreport.stats.rounding import MINUS, THIN, format_number, format_spread, in_words

ROWS = 40
"""Rows of a table; then the next begins."""
_FITTED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}"
_STYLE = "<style>@page{{size:{};margin:0}}body{{margin:0}}img{{display:block}}</style>"
_SIGNS = {sign: rf"\{sign}" for sign in "#$%&_{}"} | {sign: rf"\char{ord(sign)}{{}}" for sign in '\\~^<>|"'}
_SIGNS |= {MINUS: r"\ensuremath{-}", "≤": r"\ensuremath{\le}", "≥": r"\ensuremath{\ge}", THIN: r"\,"}
_POWER = re.compile("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", f"{MINUS}0123456789")
_PRINTED = re.compile("[ -~\xa0-ž–—‘’“”…•€™←-↓]")
"""What both can print as it is."""


def files(report: Report, folder: Path) -> Mapping[str, str | bytes]:
    """Write the commands, the tables, the figures, and a paper of them all."""
    commands: dict[str, str] = {}
    found: dict[str, str | bytes] = {}
    head = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    paper = [rf"{head}{{\LARGE {tex(report.document['title'])}\par}}", *_figures(report, "")]
    for slug, question in report.plain.items():
        said = _command(commands, question["headline"] or "", "answer", slug)
        paper += [rf"\section{{{tex(question['text'])}}}", rf"\textbf{{{said}}}\par"]
        for name, says in sentences(question).items():
            paper.append(rf"{_command(commands, says, 'finding', slug, name)}\par")
        paper += [*_figures(report, slug), rf"\input{{tables/{file_of(slug)}}}"]
        found[f"tables/{file_of(slug)}.tex"] = "\n".join(_tables(report, slug, commands))
    found |= {
        f"figures/{file_of(name)}.pdf": _pdf(file_of(name), one.svg) for name, one in report.figures.items()
    }
    numbers = [f"% Made by labreport from {ANSWERS}, SHA-256 {report.digest}", *commands.values()]
    return {"numbers.tex": "\n".join(numbers), "report.tex": "\n".join([*paper, r"\end{document}"]), **found}


def _command(defined: dict[str, str], text: str, *named: str) -> str:
    """Define a command for a text, named by words: a digit by its word, a foreign letter by its name."""
    words = re.findall("[A-Za-z]+|[0-9]", " ".join(map(_latin, named)))
    words = [in_words(int(one)) if one.isdigit() else one for one in words]
    command = rf"\{words[0]}{''.join(one[0].upper() + one[1:] for one in words[1:])}"
    while command in defined:  # two names may have the same letters
        command += "Again"
    defined[command] = rf"\newcommand{{{command}}}{{{tex(text)}}} % {' '.join('#'.join(named[1:3]).split())}"
    return command


def _latin(text: str) -> str:
    """A text in ASCII: accents dropped, and any other letter by its name."""
    letters = (one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return "".join(
        one if one.isascii() else f" {unicodedata.name(one, 'unnamed').title()} " for one in letters
    )


def _figures(report: Report, question: str) -> Iterator[str]:
    for name, figure in report.figures.items():
        if figure.question == question:
            yield rf"{_FITTED}{{\includegraphics{{figures/{file_of(name)}}}}}\par"
            yield rf"{tex(figure.caption)}\par"


def _tables(report: Report, slug: str, commands: dict[str, str]) -> Iterator[str]:
    """Every number of an answer: as a command, and with its interval as a second one, which the table has."""
    named = {}
    for name, one in report.answers[slug].quantities.items():
        number, spread = format_number(one), format_spread(one)
        named[name] = _command(commands, number, "result", slug, name)
        if spread != number:
            named[name] = _command(commands, spread, "result", slug, name, "spread")
    for columns, rows in grids(report.answers[slug]):
        for begin in range(0, len(rows), ROWS):
            yield rf"{_FITTED}{{\begin{{tabular}}{{l*{{{len(columns)}}}{{r}}}}\toprule"
            yield rf"& {' & '.join(map(tex, columns))} \\ \midrule"
            for row, names in list(rows.items())[begin : begin + ROWS]:
                yield rf"{{}}{tex(row)} & {' & '.join(named[name] for name in names.values())} \\"
            yield r"\bottomrule\end{tabular}}\par"


def tex(text: str) -> str:
    """A text as LaTeX prints it; what is between backticks, in the font of code."""
    parts = [_plain(part) for part in re.split("`([^`\n]+)`", text)]
    return "".join(rf"\texttt{{{part}}}" if place % 2 else part for place, part in enumerate(parts))


def _plain(text: str) -> str:
    parts = ["".join(map(_sign, part.translate(_POWERS))) for part in _POWER.split(text)]
    return "".join(rf"\textsuperscript{{{part}}}" if place % 2 else part for place, part in enumerate(parts))


def _sign(one: str) -> str:
    """A character; one that pdflatex cannot print is named there, and left to the fonts of lualatex."""
    if one in _SIGNS or _PRINTED.match(one) or one in "\t\n":
        return _SIGNS.get(one, one)
    return rf"{{\ifdefined\directlua {one}\else[{unicodedata.name(one, 'unnamed').lower()}]\fi}}"


def _pdf(name: str, svg: str) -> bytes:
    """A figure at its own size, in the report's fonts."""
    size = re.search(r'width="([0-9.]+pt)" height="([0-9.]+pt)"', svg)
    style = _STYLE.format(" ".join(size.groups()) if size else "A4")
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    page = f'<html lang="en"><title>{name}</title>{style}<img alt="{name}" src="{source}"></html>'
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "figure.pdf")
        write(page, Path(folder), target)
        return target.read_bytes()


EXPORT = Export(
    "latex", "commands for numbers and sentences, tables, figures as PDF, and a paper of them", files
)
