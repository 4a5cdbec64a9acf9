"""What may appear at each address of an answer, rounded again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labreport.stats import Answer, Quantity
from labreport.stats.rounding import FORMS


@dataclass(frozen=True)
class Source:
    """The unrounded value as an attribute has it, and what it is rounded from, or is as a text."""

    value: str
    of: Quantity | str

    def text(self, form: str) -> str | None:
        """As it is printed in `form`; None where it cannot be printed so."""
        if isinstance(self.of, str):
            return self.of if form == "fact" else None
        return FORMS[form](self.of) if form in FORMS else None


def sources(answers: Mapping[str, Answer]) -> dict[str, list[Source]]:
    """Every address, `QUESTION#NAME`, with what may appear there."""
    found: dict[str, list[Source]] = {}
    for slug, answer in answers.items():
        for address, source in _of_answer(slug, answer):
            found.setdefault(address, []).append(source)
    return found


def _of_answer(slug: str, answer: Answer) -> Iterator[tuple[str, Source]]:
    for name, quantity in answer.quantities.items():
        yield f"{slug}#{name}", _quantity(quantity)
    for name, fact in answer.facts.items():
        yield from _fact(f"{slug}#facts.{name}", fact)


def _quantity(quantity: Quantity) -> Source:
    value = "" if quantity.value is None else repr(quantity.value)
    return Source(value, quantity)


def _fact(address: str, fact: Any) -> Iterator[tuple[str, Source]]:
    if isinstance(fact, (str, int)):
        yield address, _text(str(fact))
    elif isinstance(fact, Mapping):
        for key, item in fact.items():
            yield f"{address}.{key}", _text(str(key))
            yield from _fact(f"{address}.{key}", item)
    elif isinstance(fact, (list, tuple)):
        for index, item in enumerate(fact):
            yield from _fact(f"{address}.{index}", item)


def _text(text: str) -> Source:
    return Source(text, text)
