"""What may appear at each address of an answer, rounded again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labreport.claims import Answer, Claim, Quantity
from labreport.claims.evidence import evidence
from labreport.claims.rounding import FORMS
from labreport.texts import capitalized


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

    def prints(self, form: str, text: str) -> bool:
        """Whether it is printed as `text` in this form; a text may begin a sentence."""
        expected = self.text(form)
        return text == expected or (form == "fact" and expected is not None and text == capitalized(expected))


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
    for name, claim in answer.claims.items():
        yield from _claim(f"{slug}#claims.{name}", claim)
    for name, fact in answer.facts.items():
        yield from _fact(f"{slug}#facts.{name}", fact)


def _quantity(quantity: Quantity) -> Source:
    value = "" if quantity.value is None else repr(quantity.value)
    return Source(value, quantity)


def _claim(address: str, claim: Claim) -> Iterator[tuple[str, Source]]:
    yield f"{address}.predicate", _text(claim.predicate)
    yield f"{address}.test", _text(claim.test)
    yield f"{address}.reason", _text(claim.reason)
    yield f"{address}.evidence", _text(evidence(claim))
    yield f"{address}.p", _quantity(Quantity(claim.p_value, "p"))


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
