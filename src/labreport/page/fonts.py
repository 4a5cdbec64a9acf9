"""The fonts of the page as CSS; each font contains only the characters that the page needs."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path

FONTS = Path(__file__).parents[1] / "frame" / "fonts"
STYLE_OF_CUT = {"Regular": (400, "normal"), "It": (400, "italic"), "Semibold": (600, "normal")}
"""Weight and style of a font, by the end of the name of its file."""
CUTS_OF_FAMILY = {
    "Source Serif 4": ("Regular", "It", "Semibold"),
    "Source Sans 3": ("Regular", "It", "Semibold"),
    "JetBrains Mono": ("Regular",),
}
ALWAYS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("–—‘’“”…−×±≈≤≥→↑↓%\u00a0\u2009\u202f")
"""Characters that are in all fonts, so that most edits of a text do not change the fonts."""


def font_faces(text: str) -> str:
    """The CSS rules of all fonts, with the characters of a text; the same text gives the same bytes."""
    characters = ALWAYS.union(text)
    rules = []
    for family, cuts in CUTS_OF_FAMILY.items():
        for cut in cuts:
            rules.append(_font_face(family, cut, characters))
    return "".join(rules)


@lru_cache(maxsize=32)  # `watch` renders the page again and again, mostly with the same letters
def _font_face(family: str, cut: str, characters: frozenset[str]) -> str:
    from fontTools import subset

    options = subset.Options(flavor="woff2", hinting=False, desubroutinize=True, notdef_outline=True)
    options.layout_features = ["kern", "liga", "tnum", "lnum", "ccmp", "mark"]
    options.name_IDs = [1, 2, 4, 6]  # family, style, full name and PostScript name
    file = FONTS / f"{family.replace(' ', '')}-{cut}.ttf"
    stream = io.BytesIO()
    with subset.load_font(file, options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(characters))
        subsetter.subset(font)
        subset.save_font(font, stream, options)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    weight, style = STYLE_OF_CUT[cut]
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};font-display:block;'
        f'src:url("data:font/woff2;base64,{data}") format("woff2")}}\n'
    )
