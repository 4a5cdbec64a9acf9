"""The engine's fonts inside the page: only the characters it uses, as WOFF2 in data URIs."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from labreport.errors import RenderError

FEATURES = ("kern", "liga", "tnum", "lnum", "ccmp", "mark")


@dataclass(frozen=True)
class Face:
    """One font file and the CSS that selects it."""

    file: str
    family: str
    weight: int = 400
    style: str = "normal"


FACES = (
    Face("SourceSerif4-Regular.ttf", "Source Serif 4"),
    Face("SourceSerif4-It.ttf", "Source Serif 4", style="italic"),
    Face("SourceSerif4-Semibold.ttf", "Source Serif 4", 600),
    Face("SourceSans3-Regular.ttf", "Source Sans 3"),
    Face("SourceSans3-It.ttf", "Source Sans 3", style="italic"),
    Face("SourceSans3-Semibold.ttf", "Source Sans 3", 600),
    Face("JetBrainsMono-Regular.ttf", "JetBrains Mono"),
)
ALWAYS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("–—‘’“”…−×±≈≤≥→↑↓%\u00a0\u2009\u202f")
"""Kept in every subset, so that most edits of a text leave the fonts as they are."""


def font_faces(folder: Path, texts: Iterable[str]) -> str:
    """`@font-face` rules for every face, holding the characters of `texts`; the same bytes each time."""
    characters = frozenset().union(ALWAYS, *texts)
    return "".join(_rule(face, folder, characters) for face in FACES)


def _rule(face: Face, folder: Path, characters: frozenset[str]) -> str:
    data = base64.b64encode(_subset(folder / face.file, characters)).decode("ascii")
    return (
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-style:{face.style};'
        f'font-display:block;src:url("data:font/woff2;base64,{data}") format("woff2")}}\n'
    )


@lru_cache(maxsize=32)
def _subset(file: Path, characters: frozenset[str]) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTLibError

    options = subset.Options(
        flavor="woff2",
        layout_features=list(FEATURES),
        hinting=False,
        desubroutinize=True,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    stream = io.BytesIO()
    try:
        with subset.load_font(file, options) as font:
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=[ord(character) for character in characters])
            subsetter.subset(font)
            font.flavor = "woff2"
            font.save(stream)
    except (OSError, TTLibError) as error:
        raise RenderError(f"cannot read font {file}: {error}; install labreport again") from error
    return stream.getvalue()
