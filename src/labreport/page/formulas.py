"""Formulas: LaTeX as drawings in the colour and size of the text; values in them stay text."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from markupsafe import Markup

from labreport.page.placeholders import PLACEHOLDER_CHARACTERS

UNITS_OF_AN_EM = 20
"""Units of the drawing per em, the size of the type."""
X_HEIGHT = 0.475
"""The height of lower-case letters of the text, in em."""
_DRAWING = re.compile(
    r"""
    (?P<element> <span\ class="formula[^"]*"\ role="img"\ aria-label="(?P<latex>[^"]*)"> )
    (?P<svg>     <svg\b[^>]*\ viewBox="(?P<left>\S+)\ (?P<top>\S+)\ (?P<width>\S+)\ (?P<height>\S+)"[^>]*> )
    """,
    re.VERBOSE,
)


def draw_formula(latex: str, *, displayed: bool, fill_plain: Callable[[str], str]) -> Markup:
    """The drawing of a formula as HTML, with its LaTeX as alternative text.

    `fill_plain` replaces placeholders by text. Raises the errors of ziamath and latex2mathml, and
    `ValueError`.
    """
    kind = "formula displayed" if displayed else "formula"
    drawing = Markup(_drawing(latex, displayed, fill_plain))
    formula = Markup('<span class="{}" role="img" aria-label="{}">{}</span>').format(kind, latex, drawing)
    return Markup("<p>{}</p>\n").format(formula) if displayed else formula


def with_copyable_text(html: str) -> str:
    """Add the LaTeX of each formula as invisible text over it, so that it can be found and copied.

    The text is inside the drawing, so that a PDF has a single figure with one alternative text.
    """
    return _DRAWING.sub(_add_text, html)


def _add_text(match: re.Match[str]) -> str:
    left, top = float(match["left"]), float(match["top"])
    width, height = float(match["width"]), float(match["height"])
    baseline = top + height / 2 + UNITS_OF_AN_EM / 4
    place = f'x="{left:g}" y="{baseline:.2f}" textLength="{width:g}" lengthAdjust="spacingAndGlyphs"'
    font = f'font-family="Source Serif 4" font-size="{UNITS_OF_AN_EM}" fill="transparent"'
    text = f"<text {place} {font}>{match['latex']}</text>"
    return f"{match['element']}{match['svg']}<title>{match['latex']}</title>{text}"


def _drawing(latex: str, displayed: bool, fill_plain: Callable[[str], str]) -> str:
    """A formula as SVG in em; its middle is at half the height of lower-case letters."""
    from ziamath.config import config
    from ziamath.tex import tex2mml
    from ziamath.zmath import Math

    if not latex:
        raise ValueError("it is empty")
    braces = re.findall(r"\\.|[{}]", latex, re.DOTALL)  # `\{` is a sign of the formula, and not a brace
    if braces.count("{") != braces.count("}"):
        raise ValueError("a brace is missing")
    config.svg2 = False  # paths without ids, which would occur twice in a page
    root = ElementTree.fromstring(tex2mml(latex, inline=not displayed))
    for element in root.iter():
        _prepare_element(element, fill_plain)
    root.set("mathcolor", "currentColor")
    drawing = Math(root, size=UNITS_OF_AN_EM, margin=0).svgxml()

    left, top, width, height = map(float, drawing.get("viewBox", "").split())
    middle = -UNITS_OF_AN_EM * X_HEIGHT / 2
    half_height = max(middle - top, top + height - middle)
    shapes = "".join(ElementTree.tostring(shape, encoding="unicode") for shape in drawing)
    size = f'width="{width / UNITS_OF_AN_EM:.3f}em" height="{2 * half_height / UNITS_OF_AN_EM:.3f}em"'
    box = f'viewBox="{left:g} {middle - half_height:.2f} {width:g} {2 * half_height:.2f}"'
    return f'<svg {size} {box} aria-hidden="true">{shapes}</svg>'


def _prepare_element(element: ElementTree.Element, fill_plain: Callable[[str], str]) -> None:
    """Remove the namespace of a MathML element, and replace placeholders. Raises `ValueError`."""
    element.tag = element.tag.rpartition("}")[2]
    text = element.text or ""
    if re.match(r"\\[a-zA-Z]", text):
        raise ValueError(f"there is no command {text}")
    if re.search(f"[{PLACEHOLDER_CHARACTERS}]", text):
        element.tag = "mtext"
        element.text = fill_plain(text).replace(" ", "\u00a0")
