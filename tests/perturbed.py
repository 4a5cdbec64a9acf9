"""One number of an answers file changed, and where that is."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Plain = dict[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Changed:
    """One number that was changed; `place` is what a message must name, `field` the keys inside it."""

    place: str
    field: Path
    before: float
    after: float


def changed(document: Plain, count: int, seed: int) -> tuple[Plain, list[Changed]]:
    """The document with `count` numbers changed at random, and which they are, each in a place of its own."""
    random_ = random.Random(seed)
    other = copy.deepcopy(document)
    paths = list(numbers(document))
    random_.shuffle(paths)
    made: dict[str, Changed] = {}
    for path in paths:
        place, field = owner(document, path)
        if place not in made and len(made) < count:
            made[place] = Changed(place, field, *_change(other, path, random_))
    return other, list(made.values())


def _change(document: Plain, path: Path, random_: random.Random) -> tuple[float, float]:
    """Change a count by one, another number by a thousandth to a half of itself."""
    inside: Any = document
    for key in path[:-1]:
        inside = inside[key]
    before = inside[path[-1]]
    if isinstance(before, int):
        after: float = before + random_.choice((-1, 1)) if before else 1
    else:
        after = before * (1 + random_.choice((-1, 1)) * 10 ** random_.uniform(-3, -0.3)) if before else 0.001
    inside[path[-1]] = after
    return before, after


def numbers(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where the numbers are."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from numbers(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from numbers(each, (*path, index))


def owner(document: Plain, path: Path) -> tuple[str, Path]:
    """What holds the number, as messages name it, and the keys inside that."""
    head, *rest = path
    if head in ("measures", "results"):
        return f"{head} {rest[0]}", tuple(rest[1:])
    if head != "questions":
        return "document", path
    slug, *rest = rest
    prefix = {"quantities": "", "findings": "findings.", "facts": "facts."}
    if rest[0] in prefix:
        return f"{slug}#{prefix[str(rest[0])]}{rest[1]}", tuple(rest[2:])
    return str(slug), tuple(rest)
