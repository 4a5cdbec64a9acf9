"""The engine's fonts inside the page: only the characters it uses, as WOFF2 in data URIs."""

from __future__ import annotations

import base64
import hashlib
import io
import os
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

NAMES = frozenset({1, 2, 4, 6})
"""Family, style, full name and PostScript name: what a font is called, and nothing that other tables name."""
KEPT = "LABREPORT_FONTS"
"""Environment variable: the folder in which `watch` keeps subsets from one build to the next."""


def font_faces(folder: Path, texts: Iterable[str]) -> str:
    """`@font-face` rules for every face, holding the characters of `texts`; the same bytes each time."""
    characters = frozenset().union(ALWAYS, *texts)
    return "".join(_rule(face, folder, characters) for face in FACES)


def _rule(face: Face, folder: Path, characters: frozenset[str]) -> str:
    data = base64.b64encode(_kept(folder / face.file, characters)).decode("ascii")
    return (
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-style:{face.style};'
        f'font-display:block;src:url("data:font/woff2;base64,{data}") format("woff2")}}\n'
    )


def _kept(file: Path, characters: frozenset[str]) -> bytes:
    """The subset, from the folder `KEPT` where it is there."""
    folder = os.environ.get(KEPT)
    if folder is None:
        return _subset(file, characters)
    digest = hashlib.sha256("".join(sorted(characters)).encode("utf-8", "surrogatepass"))
    try:
        digest.update(file.read_bytes())
    except OSError:
        return _subset(file, characters)  # which says that it is missing
    path = Path(folder, f"{digest.hexdigest()}.woff2")
    if not path.is_file():
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(_subset(file, characters))
        unfinished.replace(path)
    return path.read_bytes()


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
            # Subsetting it searches all other tables for what refers to names, in a quarter of the time
            names = font["name"]
            del font["name"]
            names.names = [name for name in names.names if name.nameID in NAMES and name.isUnicode()]
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=[ord(character) for character in characters])
            subsetter.subset(font)
            font["name"] = names
            font.flavor = "woff2"
            font.save(stream)
    except (OSError, TTLibError) as error:
        raise RenderError(f"cannot read font {file}: {error}; install labreport again") from error
    return stream.getvalue()
