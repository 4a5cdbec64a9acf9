"""The engine's fonts inside the page: only the characters it uses, as WOFF2 in data URIs."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from labreport.errors import RenderError, StoreError
from labreport.store.files import Damaged, read_regular

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
LARGEST = 16_000_000
"""Bytes of a subset that is read back; the largest whole font has less than a tenth of them."""
BUILDS = 3
"""So many builds' subsets are kept."""


def font_faces(folder: Path, texts: Iterable[str], kept: Path | None = None) -> str:
    """`@font-face` rules for every face, holding the characters of `texts`; the same bytes each time.

    In the folder `kept`, subsets are kept for the next build.
    """
    characters = frozenset().union(ALWAYS, *texts)
    kept = Path(os.environ[KEPT]) if KEPT in os.environ else kept
    return "".join(_rule(face, folder, characters, kept) for face in FACES)


def _rule(face: Face, folder: Path, characters: frozenset[str], kept: Path | None) -> str:
    data = base64.b64encode(_kept(folder / face.file, characters, kept)).decode("ascii")
    return (
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-style:{face.style};'
        f'font-display:block;src:url("data:font/woff2;base64,{data}") format("woff2")}}\n'
    )


def _kept(file: Path, characters: frozenset[str], folder: Path | None) -> bytes:
    """The subset, from the folder where it is there, whole, behind its own digest."""
    if folder is None:
        return _subset(file, characters)
    digest = hashlib.sha256("".join(sorted(characters)).encode("utf-8", "surrogatepass"))
    try:
        digest.update(file.read_bytes() + version("fonttools").encode())
    except OSError:
        return _subset(file, characters)  # which says that it is missing
    path = folder / f"{digest.hexdigest()}.woff2"
    with suppress(OSError, Damaged, StoreError):
        written = read_regular(path, LARGEST)
        if written[:32] == hashlib.sha256(written[32:]).digest():
            return written[32:]
    data = _subset(file, characters)
    with suppress(OSError):  # without it, the next build makes the subset again
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(hashlib.sha256(data).digest() + data)
        unfinished.replace(path)
        others = sorted(folder.iterdir(), key=lambda each: -each.stat().st_mtime_ns)
        for old in others[BUILDS * len(FACES) :]:
            old.unlink(missing_ok=True)
    return data


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
