"""What the report tells its reader to try is a change of a line that there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).parents[2]
PLACE = re.compile(
    r"<pre># (?P<file>\S+), (?:in place of )?line (?P<line>\d+)[^\n]*\n(?P<code>.*?)</pre>", re.DOTALL
)
BOXES = [
    pytest.param(found, id=f"{template.stem}-{found['line']}")
    for template in sorted((ROOT / "templates").rglob("*.html"))
    for found in PLACE.finditer(template.read_text(encoding="utf-8"))
]


def test_there_are_boxes() -> None:
    """The number of nodes is what can be tried."""
    code = " ".join(cast("re.Match[str]", box.values[0])["code"] for box in BOXES)
    assert "(40,)" in code


@pytest.mark.parametrize("box", BOXES)
def test_a_box_names_the_line_that_it_replaces(box: re.Match[str]) -> None:
    """The changed line begins as the line of the file does; the changed file can still be read."""
    lines = (ROOT / box["file"]).read_text(encoding="utf-8").splitlines()
    number = int(box["line"]) - 1
    new = box["code"].rstrip().splitlines()
    start = re.compile(r'\s*(?:"\w+"|[A-Z_]+|Network)')
    old = start.match(lines[number])
    assert old is not None
    assert old[0] in [found[0] for line in new if (found := start.match(line))]
    ast.parse("\n".join([*lines[:number], *new, *lines[number + 1 :]]))
