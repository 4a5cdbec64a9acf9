"""The engine's fonts inside the page: only the characters it uses, as WOFF2 in data URIs."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "frame" / "fonts"
FACES = (
    ("SourceSerif4-Regular.ttf", "Source Serif 4", 400, "normal"),
    ("SourceSerif4-It.ttf", "Source Serif 4", 400, "italic"),
    ("SourceSerif4-Semibold.ttf", "Source Serif 4", 600, "normal"),
    ("SourceSans3-Regular.ttf", "Source Sans 3", 400, "normal"),
    ("SourceSans3-It.ttf", "Source Sans 3", 400, "italic"),
    ("SourceSans3-Semibold.ttf", "Source Sans 3", 600, "normal"),
    ("JetBrainsMono-Regular.ttf", "JetBrains Mono", 400, "normal"),
)
"""File, family, weight and style of each face of the page."""
ALWAYS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("–—‘’“”…−×±≈≤≥→↑↓%\u00a0\u2009\u202f")
"""Kept in every subset, so that most edits of a text leave the fonts as they are."""


def font_faces(texts: Iterable[str]) -> str:
    """Write an `@font-face` rule for every face, with the characters of `texts`; the same bytes each time."""
    characters = frozenset().union(ALWAYS, *texts)
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};font-display:block;'
        f'src:url("data:font/woff2;base64,{_subset(FOLDER / file, characters)}") format("woff2")}}\n'
        for file, family, weight, style in FACES
    )


@lru_cache(maxsize=4 * len(FACES))  # `watch` renders the page again and again, mostly with the same letters
def _subset(file: Path, characters: frozenset[str]) -> str:
    from fontTools import subset

    options = subset.Options(
        flavor="woff2",
        layout_features=["kern", "liga", "tnum", "lnum", "ccmp", "mark"],
        hinting=False,
        desubroutinize=True,
        notdef_outline=True,
        recalc_timestamp=False,
        name_IDs=[1, 2, 4, 6],  # family, style, full name and PostScript name
    )
    stream = io.BytesIO()
    with subset.load_font(file, options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(characters))
        subsetter.subset(font)
        subset.save_font(font, stream, options)
    return base64.b64encode(stream.getvalue()).decode("ascii")
