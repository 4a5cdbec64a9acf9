"""The project's prose is plain, international English, by the list in `plain-english.txt`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import plain_english
import pytest

LEFT = Path(__file__).with_name("plain-english-left.txt")


def left() -> dict[str, int]:
    """How many odd words templates still have, by file."""
    rows = (line.split("\t") for line in LEFT.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return {file: int(count) for file, count in rows}


def test_no_text_uses_a_word_of_the_list() -> None:
    """Templates, README, docs, help texts, messages, docstrings, comments and names."""
    found = [odd for file in plain_english.files() for odd in plain_english.odd_words(file)]
    counts = Counter(odd.file for odd in found)
    new = [odd for odd in found if counts[odd.file] > left().get(odd.file, 0)]
    assert "" == "\n".join(map(str, new))


@pytest.mark.parametrize(
    ("name", "text", "odd"),
    [
        ("a.py", '"""It is made anew.\n\nIt goes on."""\n', [(1, "anew"), (3, "goes on")]),
        ("a.py", "x = 1  # the value stands here\n", [(1, "stands")]),
        ("a.py", 'print("mend it")\n', [(1, "mend")]),
        ("a.py", "def made_anew(): ...\n", [(1, "anew")]),
        ("a.py", "def stands(): ...\n", []),
        ("a.py", 're.compile(r"\\bmend\\b")\n', []),
        ("a.md", "It stands for this.\n`mend`\n\nNought.\n", [(4, "Nought")]),
        ("a.html", "<p class='mend'>{% set mend = 1 %}\n{{ mend }} surely</p>", [(2, "surely")]),
        ("a.html", "There is no network. It is no network.", [(1, "is no")]),
        ("a.css", "/* left alone */ /* by hash alone */", [(1, "alone")]),
    ],
)
def test_it_is_found_where_it_is_prose(
    tmp_path: Path, name: str, text: str, odd: list[tuple[int, str]]
) -> None:
    """In strings, comments, names and text; not in patterns, programs and markup."""
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    assert odd == [(each.line, each.text) for each in plain_english.odd_words(file)]
