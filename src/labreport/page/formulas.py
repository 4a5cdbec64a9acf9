"""Formulas in templates: `$...$` in a line, `$$...$$` on a line of its own, drawn as SVG for page and paper.

Only what an author writes into a template is read as LaTeX. A value is put in with `{{ }}`, as it is printed,
and stays traced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

from jinja2 import nodes, pass_context
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from markupsafe import Markup, escape

from labreport.charts.palette import Colour
from labreport.errors import RenderError, did_you_mean
from labreport.page.numbers import print_value
from labreport.stats.numerals import has_numeral

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUE = "\ue000"
"""What is in a formula where a value will be: a letter of nobody's alphabet."""
ENVIRONMENTS = (
    *("aligned", "align*", "split", "cases", "array", "matrix", "smallmatrix"),
    *("pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix"),
)
SIZE, X_HEIGHT = 20, 0.475
"""Units of an em in a drawing; the height of a small letter of the text's font, in em."""
_SKIPPED = r"""
    \{\#.*?\#\} | \{%[-+]?\s*raw\b.*?endraw\s*[-+]?%\} | \{%.*?%\} | \{\{.*?\}\} | <!--.*?-->
    | <(?P<program>pre|code|kbd|script|style)\b.*?</(?P=program)\s*>
    | </?[a-zA-Z](?: \{\{.*?\}\} | \{%.*?%\} | "[^"]*" | '[^']*' | [^>"'{] | \{(?![{%]) )*>
"""
_END = r"\n[ \t]*\n | </ | <[a-zA-Z]\w*(?:\s+[\w-]+=|\s*/?>)"
_INSIDE = rf"(?: \{{\{{ (?:(?!\}}\}}).)* \}}\}} | \\. | (?! {_END} | \{{\{{ )[^$\\] )+?"
_FOUND = re.compile(
    rf"(?P<skipped>{_SKIPPED}) | (?P<dollar>\\\$) | \$\$(?P<displayed>{_INSIDE})\$\$"
    rf" | \$(?=\S)(?P<inline>{_INSIDE})(?<=\S)\$(?!\d)",
    re.DOTALL | re.VERBOSE,
)
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_ESCAPED = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}


class Formula(NamedTuple):
    """One that a template has: its LaTeX, with `VALUE` for each value, and the line on which it begins."""

    line: int
    latex: str
    displayed: bool


def formulas(source: str) -> Iterator[Formula]:
    """The formulas of a template, in order."""
    for found in _FOUND.finditer(source):
        latex = found["displayed"] or found["inline"]
        if latex:
            line = source.count("\n", 0, found.start()) + 1
            yield Formula(line, _latex(_EXPRESSION.sub(VALUE, latex)), found["displayed"] is not None)


def without_formulas(source: str) -> str:
    """The template with as many lines of nothing in place of its formulas."""
    kept = ("skipped", "dollar")
    return _FOUND.sub(
        lambda found: found[0] if any(found[name] for name in kept) else " " + "\n" * found[0].count("\n"),
        source,
    )


def _latex(text: str) -> str:
    return re.sub("|".join(_ESCAPED), lambda found: _ESCAPED[found[0]], text)


class Formulas(Extension):
    """`$x^2$` is read as `{% formula "inline" %}x^2{% endformula %}`."""

    tags = {"formula"}  # noqa: RUF012  # Jinja's own declaration

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Put each formula into a tag, on the same lines."""
        return _FOUND.sub(_tagged, source) if "$" in source else source

    def parse(self, parser: Parser) -> nodes.Node:
        """One tag, up to its end."""
        line = next(parser.stream).lineno
        displayed = parser.stream.expect("string").value == "displayed"
        parts: list[nodes.Expr] = []
        for node in parser.parse_statements(("name:endformula",), drop_needle=True):
            if not isinstance(node, nodes.Output):
                parser.fail("a formula has no {% %} inside; choose between whole formulas", node.lineno)
            for part in node.nodes:
                text = part.data if isinstance(part, nodes.TemplateData) else None
                parts.append(nodes.List([part]) if text is None else nodes.Const(_latex(text)))
        drawn = self.call_method("_drawn", [nodes.List(parts), nodes.Const(displayed)], lineno=line)
        return nodes.Output([drawn], lineno=line)

    @pass_context
    def _drawn(self, context: Context, parts: Sequence[str | list[object]], displayed: bool) -> Markup:
        """The drawing, and behind it, for who cannot see it, its LaTeX with the traced values."""
        latex, values, spoken = "", list[str](), Markup()
        for part in parts:
            if isinstance(part, str):
                latex, spoken = latex + part, spoken + escape(part)
            else:
                value = escape(print_value(part[0]))
                latex, spoken = latex + chr(ord(VALUE) + len(values)), spoken + value
                values.append(value.striptags())
                if has_numeral(Markup(_TRACED.sub("", value)).striptags()):
                    text = f"{values[-1]!r} in a formula has no source"
                    raise RenderError(f"{text}; print a quantity, as {{{{ answer.quantities.NAME | bare }}}}")
        spoken = spoken.strip()
        title = "" if context.resolve("medium") == "screen" else spoken.striptags()
        svg = Markup(draw(latex, displayed, tuple(values), title))
        kind = "formula displayed" if displayed else "formula"
        return Markup('<span class="{}">{}<span class="source">{}</span></span>').format(kind, svg, spoken)


_TRACED = re.compile(r"<data\b.*?</data>", re.DOTALL)


def _tagged(found: re.Match[str]) -> str:
    if found["skipped"]:
        return found[0]
    if found["dollar"]:
        return "$"
    kind = "inline" if found["inline"] else "displayed"
    return f'{{%+ formula "{kind}" +%}}{found[kind]} {{%+ endformula +%}}'


class Unreadable(Exception):
    """A text that is not LaTeX, or of which nothing can be drawn: what is wrong with it."""


@lru_cache(maxsize=1024)
def _mathml(latex: str, displayed: bool) -> str:
    from ziamath.tex import tex2mml

    if not latex.strip():
        raise Unreadable("it is empty")
    depth = 0
    for sign in re.findall(r"\\.|[{}%]", latex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if sign == "%":
            raise Unreadable(r"% begins a comment in LaTeX; write \%")
        if depth < 0:
            raise Unreadable("a brace } ends nothing")
    if depth:
        raise Unreadable("a brace { has no }; a brace { directly behind another begins a value, write { {")
    for name in re.findall(r"\\begin\s*\{(.*?)\}", latex):
        if name not in ENVIRONMENTS:
            raise Unreadable(f"there is no environment {name!r}{did_you_mean(name, ENVIRONMENTS)}")
    try:
        found = tex2mml(latex, inline=not displayed)
        root = ElementTree.fromstring(found)
    except ElementTree.ParseError:
        text = r"& is outside of an environment such as aligned, or < is in a text; write \&, \lt"
        raise Unreadable(text) from None
    except Exception as error:  # of many kinds, most of which are said by their names only
        words = re.sub("(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
        raise Unreadable(words if type(error).__module__.startswith("latex2mathml") else _LACKS) from None
    for element in root.iter():
        if re.match(r"\\[a-zA-Z]", element.text or ""):
            raise Unreadable(f"there is no command {element.text}")
    return found


_LACKS = "a command has fewer arguments than it takes"


def mathml(latex: str, displayed: bool = False) -> ElementTree.Element:
    """The formula as MathML, whose elements have no namespace. Raises `Unreadable`."""
    root = ElementTree.fromstring(_mathml(latex, displayed))
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


@lru_cache(maxsize=1024)
def draw(latex: str, displayed: bool, values: tuple[str, ...] = (), title: str = "") -> str:
    """The formula as an SVG whose middle is half the height of a small letter above the line of text.

    Sizes are in em, so that it is as large as the text around it. Where `latex` has `VALUE`, and the letters
    behind that, the `values` are put in as they are. With a `title` it is for paper and has the ink's colour,
    else that of the text around it. Raises `Unreadable`.
    """
    from ziamath.config import config
    from ziamath.zmath import Math

    root = mathml(latex, displayed)
    root.set("mathcolor", "currentColor")
    for element in root.iter():
        for place, value in enumerate(values):
            letter = chr(ord(VALUE) + place)
            if letter in (element.text or ""):
                element.tag = "mtext"
                element.text = (element.text or "").replace(letter, value.replace(" ", "\u00a0"))
    config.svg2 = False  # paths where they are drawn, without names that a page would have twice
    try:
        drawn = Math(root, size=SIZE, margin=0).svgxml()
    except Exception:  # ditto
        raise Unreadable(_LACKS) from None
    left, top, width, height = map(float, drawn.get("viewBox", "").split())
    axis = SIZE * X_HEIGHT / 2
    half = max(-top - axis, top + height + axis)
    shown = "".join(ElementTree.tostring(each, encoding="unicode") for each in drawn)
    size = f'width="{width / SIZE:.3f}em" height="{2 * half / SIZE:.3f}em"'
    box = f'viewBox="{left:g} {-axis - half:.2f} {width:g} {2 * half:.2f}"'
    if title:
        shown = Markup("<title>{}</title>{}").format(title, Markup(shown))
    role = f'color="{Colour.INK.value}"' if title else 'aria-hidden="true"'
    return f"<svg {size} {box} {role}>{shown}</svg>"
