"""Every quantity, claim and family of an `answers.json`, with its place in words and what it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labreport.checking.problem import Malformed

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Scope:
    """What references in one question mean: its own items, and the families of the file."""

    slug: str
    quantities: Plain
    claims: Plain
    families: Mapping[str, Plain]
    shared: Mapping[str, Plain]

    def family(self, name: str) -> tuple[str, Plain]:
        """The place and the content of a family. Raises `Malformed` where there is none."""
        if name in self.families:
            return f"{self.slug}: family {name!r}", self.families[name]
        if name in self.shared:
            return f"family {name!r}", self.shared[name]
        raise Malformed(f"{self.slug} refers to a family {name!r} that the file does not hold")

    def resolve(self, value: Any) -> Any:
        """An input with every reference replaced by what it refers to. Raises `Malformed`."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        for key, known in (("quantity", self.quantities), ("claim", self.claims)):
            if set(value) == {key}:
                if value[key] not in known:
                    raise Malformed(f"{self.slug} refers to a {key} {value[key]!r} that it does not hold")
                return known[value[key]]
        if "derivation" in value:
            return value
        return {key: self.resolve(item) for key, item in value.items()}


@dataclass(frozen=True)
class Item:
    """A quantity or a claim. `place` is how messages name it."""

    place: str
    kind: str
    content: Plain
    scope: Scope = field(repr=False)


def scopes(document: Plain) -> Iterator[Scope]:
    """One for each question, in the order of the file."""
    for slug, question in document["questions"].items():
        yield Scope(
            slug, question["quantities"], question["claims"], question["families"], document["families"]
        )


def items(scope: Scope) -> Iterator[Item]:
    """The quantities and claims of a question, and those that exist only inside a derivation."""
    for kind, contents in (("quantity", scope.quantities), ("claim", scope.claims)):
        for name, content in contents.items():
            place = f"{scope.slug}#{'claims.' if kind == 'claim' else ''}{name}"
            yield from _with_inner(Item(place, kind, content, scope))


def _with_inner(item: Item) -> Iterator[Item]:
    yield item
    for number, (kind, content) in enumerate(_inner(item.content["derivation"]), start=1):
        yield from _with_inner(Item(f"{item.place}, its {kind} {number}", kind, content, item.scope))


def _inner(value: Any) -> Iterator[tuple[str, Plain]]:
    """The quantities and claims that are written in full inside a derivation."""
    if isinstance(value, list):
        for each in value:
            yield from _inner(each)
    elif isinstance(value, Mapping):
        if "derivation" in value:
            yield ("claim" if "verdict" in value else "quantity"), value
        else:
            for each in value.values():
                yield from _inner(each)


def families(document: Plain) -> Iterator[tuple[str, Plain]]:
    """Every family: its place, and its content."""
    for name, family in document["families"].items():
        yield f"family {name!r}", family
    for slug, question in document["questions"].items():
        for name, family in question["families"].items():
            yield f"{slug}: family {name!r}", family
