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
    """A document with one other number; `place` is what a message must name, `field` the keys inside it."""

    document: Plain
    place: str
    field: Path
    before: float
    after: float


def changes(document: Plain, count: int, seed: int) -> Iterator[Changed]:
    """`count` numbers at random, each changed by itself."""
    random_ = random.Random(seed)
    paths = list(numbers(document))
    for path in random_.sample(paths, min(count, len(paths))):
        yield changed(document, path, random_)


def changed(document: Plain, path: Path, random_: random.Random) -> Changed:
    """The number at `path` changed: a count by one, another by a thousandth to a half of itself."""
    other = copy.deepcopy(document)
    inside: Any = other
    for key in path[:-1]:
        inside = inside[key]
    before = inside[path[-1]]
    if isinstance(before, int):
        after: float = before + random_.choice((-1, 1)) if before else 1
    else:
        after = before * (1 + random_.choice((-1, 1)) * 10 ** random_.uniform(-3, -0.3)) if before else 0.001
    inside[path[-1]] = after
    place, field = owner(document, path)
    return Changed(other, place, field, before, after)


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
    if head == "families":
        return _family(f"family {rest[0]!r}", tuple(rest[1:]))
    if head == "results":
        return f"results {rest[0]}", tuple(rest[1:])
    if head != "questions":
        return "document", path
    slug, *rest = rest
    if rest[0] == "families":
        return _family(f"{slug}: family {rest[1]!r}", tuple(rest[2:]))
    prefix = {"quantities": "", "claims": "claims.", "facts": "facts."}
    if rest[0] in prefix:
        return f"{slug}#{prefix[str(rest[0])]}{rest[1]}", tuple(rest[2:])
    return str(slug), tuple(rest)


def _family(place: str, inside: Path) -> tuple[str, Path]:
    if inside[0] == "members":
        return f"{place}, member {int(inside[1]) + 1} ", inside[2:]
    return place, inside
