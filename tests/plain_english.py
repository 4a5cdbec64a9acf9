"""Words of this repository that are not plain English, file by file and line by line."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "plain-english.txt"
PLACES = (
    *(
        "src/**/*",
        "templates/**/*",
        "tests/**/*.py",
        "docs/**/*.md",
        "benchmarks/**/*.py",
        "tools/*.py",
        "examples/**/*",
    ),
    *("*.md", "build.py"),
)
KINDS = frozenset({".py", ".html", ".css", ".js", ".md", ".txt"})
SKIPPED = ("OFL", "LICENSE", "plain-english", "plain_english")
"""Parts of the names of files that others wrote, and of these themselves."""
NO_PROSE = {
    ".html": re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<(code|pre)\b.*?</\1>|<[^>]*>", re.DOTALL),
    ".md": re.compile(r"^```.*?^```|`[^`\n]*`|\]\([^)]*\)", re.DOTALL | re.MULTILINE),
}
TEXTS = frozenset({tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)})


@dataclass(frozen=True)
class Odd:
    """A word or pattern of the list, where it is, and what to write instead."""

    file: str
    line: int
    text: str
    plain: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text!r}; plain English: {self.plain}"


@cache
def patterns(names: bool = False) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The list: what is not used, and the plain alternative; only what `names` may not contain."""
    rows = [line.split("\t") for line in LIST.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return tuple(
        (re.compile(row[0], re.IGNORECASE), row[1]) for row in rows if not names or row[2:] == ["names"]
    )


def files() -> list[Path]:
    """Every file of the repository that holds prose of its own."""
    found = {path for place in PLACES for path in ROOT.glob(place) if path.suffix in KINDS and path.is_file()}
    return sorted(path for path in found if not any(part in path.name for part in SKIPPED))


def odd_words(path: Path) -> Iterator[Odd]:
    """Everything in a file that the list names."""
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    text = path.read_text(encoding="utf-8")
    pieces = _of_python(text) if path.suffix == ".py" else [(1, _prose(text, path.suffix), False)]
    for line, piece, is_name in pieces:
        for pattern, plain in patterns(is_name):
            for found in pattern.finditer(piece):
                place = line + piece[: found.start()].count("\n")
                yield Odd(name, place, " ".join(found[0].split()), plain)


def _prose(text: str, suffix: str) -> str:
    """`text` without markup and programs, line by line as it was."""
    if suffix not in NO_PROSE:
        return text
    return NO_PROSE[suffix].sub(lambda found: " " + "\n" * found[0].count("\n"), text)


@cache
def _odd_name(name: str) -> str:
    """The words of a name if one of them is on the list, else nothing; most names come again and again."""
    words = re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", name)
    return words if any(pattern.search(words) for pattern, _ in patterns(names=True)) else ""


def _of_python(text: str) -> Iterator[tuple[int, str, bool]]:
    """Line and text of each comment and string, and of each name, in words; patterns are no prose."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            if words := _odd_name(token.string):
                yield token.start[0], words, True
        elif token.type in TEXTS and not re.match(r"[bBfF]*[rR]", token.string):
            yield token.start[0], token.string, False
