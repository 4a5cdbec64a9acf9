"""Every number and verdict of the file against what its derivation gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from labreport.checking.conditions import holds
from labreport.checking.families import Member, Rules, tested
from labreport.checking.items import Item, families, items, scopes
from labreport.checking.operations import Found
from labreport.checking.problem import Difference, Malformed
from labreport.checking.summaries import NUMBERS
from labreport.checking.tables import inconsistent

RELATIVE, CANCELLED = 1e-7, 1e-11
"""Numbers agree within the first, relative to themselves, or within the second, relative to the largest of
value, spread and interval: what subtraction leaves of rounding."""
WRONG = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What evaluating data raises that make no sense."""
FIELDS = ("value", "spread", "n")
MEMBER = ("p", "p_corrected", "p_equivalent", "p_equivalent_corrected", "alpha")
TURNED = {"supported": "refuted", "refuted": "supported"}
ORDER = ("refuted", "equivalent", "inconclusive", "supported")
"""Verdicts from false to true."""


@dataclass
class Evaluation:
    """All differences of a document, and how many numbers were computed again. Raises `Malformed`."""

    document: Mapping[str, Any]
    differences: list[Difference] = field(default_factory=list)
    numbers: int = 0
    verdicts: int = 0
    _members: dict[str, list[Member]] = field(default_factory=dict)

    def run(self) -> Evaluation:
        """Evaluate every family, quantity and claim."""
        for place, family in families(self.document):
            self._family(place, family)
        for scope in scopes(self.document):
            for item in items(scope):
                if item.content["derivation"] is not None:
                    with _placed(item.place):
                        (self._quantity if item.kind == "quantity" else self._claim)(item)
        return self

    @property
    def rules(self) -> Rules:
        """The parameters that the file states."""
        rules = self.document["rules"]
        return Rules(rules["alpha"], rules["power"], rules["most_seeds"])

    def _family(self, place: str, family: Mapping[str, Any]) -> None:
        with _placed(place):
            self._members[place] = tested(family, self.rules)
        for number, (plain, member) in enumerate(
            zip(family["members"], self._members[place], strict=True), start=1
        ):
            where = f"{place}, member {number} ({plain['name']})"
            self._tables(where, plain["estimate"])
            self._fields(where, plain, member.found)
            for name in MEMBER:
                self._number(where, name, plain[name], getattr(member, name))
            self._verdict(where, plain["verdict"], member.verdict)

    def _quantity(self, item: Item) -> None:
        plain = item.content
        derivation = plain["derivation"]
        self._tables(item.place, derivation)
        found = self._found(item, derivation)
        self._fields(item.place, plain, found)
        interval = plain["interval"]
        if (interval is None) != (found.interval is None):
            says = "no interval" if interval is None else "an interval"
            self._differ(item.place, "interval", says, "its data give " + ("none" if interval else "one"))
        elif interval is not None and found.interval is not None:
            scale = max(abs(found.value or 0), *map(abs, found.interval[:2]), found.spread or 0)
            for name, end in zip(("low", "high", "level"), found.interval, strict=True):
                self._number(item.place, f"interval.{name}", interval[name], end, scale)

    def _found(self, item: Item, derivation: Mapping[str, Any]) -> Found:
        if derivation["operation"] == "comparison":
            return self._member(item, derivation).gives(derivation["gives"], self.rules)
        if derivation["operation"] not in NUMBERS:
            raise Malformed(f"{item.place}: no operation is called {derivation['operation']!r}")
        found = NUMBERS[derivation["operation"]](item.scope.resolve(derivation), item.content["unit"])
        return replace(found, interval=found.at(self.rules.alpha))

    def _member(self, item: Item, derivation: Mapping[str, Any]) -> Member:
        place, family = item.scope.family(derivation["family"])
        number: int = derivation["member"]
        if not 0 <= number < len(family["members"]):
            raise Malformed(f"{item.place} is member {number + 1} of {place}, which has no such member")
        return self._members[place][number]

    def _claim(self, item: Item) -> None:
        plain, derivation = item.content, item.content["derivation"]
        resolved = item.scope.resolve(derivation)
        if derivation["operation"] == "comparison":
            member = self._member(item, derivation)
            verdict = TURNED.get(member.verdict, member.verdict) if derivation["less"] else member.verdict
            p_value = member.p_equivalent_corrected if verdict == "equivalent" else member.p_corrected
            self._number(item.place, "p_value", plain["p_value"], p_value)
            self._number(item.place, "margin", plain["margin"], member.margin)
            self._number(item.place, "threshold", plain["threshold"], self.rules.alpha)
        elif derivation["operation"] == "joint":
            places = [ORDER.index(claim["verdict"]) for claim in resolved["claims"]]
            verdict = ORDER[(min if derivation["pick"] == "all" else max)(places)]
        elif derivation["operation"] == "rules":
            verdicts = (rule["verdict"] for rule in resolved["rules"] if holds(rule["when"]))
            verdict = next(verdicts, "inconclusive")
            p_value = resolved["p_value"]
            self._number(item.place, "threshold", plain["threshold"], resolved["threshold"])
            self._number(item.place, "p_value", plain["p_value"], p_value and p_value["value"])
        else:
            raise Malformed(f"{item.place}: no verdict comes from an operation {derivation['operation']!r}")
        self._verdict(item.place, plain["verdict"], verdict)

    def _tables(self, place: str, derivation: Mapping[str, Any] | None) -> None:
        if derivation is not None and (why := inconsistent(derivation)):
            self._differ(place, "its table of counts", why[0], why[1])

    def _fields(self, place: str, plain: Mapping[str, Any], found: Found) -> None:
        scale = max(abs(found.value or 0), found.spread or 0)
        for name in FIELDS:
            self._number(place, name, plain[name], getattr(found, name), scale)

    def _number(self, place: str, name: str, says: Any, found: Any, scale: float = 0.0) -> None:
        self.numbers += says is not None
        if not _same(says, found, scale):
            self._differ(place, name, _shown(says), f"its data give {_shown(found)}")

    def _verdict(self, place: str, says: str, found: str) -> None:
        self.verdicts += 1
        if says != found:
            self._differ(place, "verdict", says, f"the rules give {found}")

    def _differ(self, place: str, name: str, says: str, expected: str) -> None:
        self.differences.append(Difference(place, name, says, expected))


def _same(says: Any, found: Any, scale: float) -> bool:
    if says is None or found is None:
        return says is found
    return bool(abs(says - found) <= RELATIVE * abs(found) + CANCELLED * scale)


def _shown(number: Any) -> str:
    return "nothing" if number is None else f"{number:.9g}" if isinstance(number, float) else str(number)


def evaluate(document: Mapping[str, Any]) -> Evaluation:
    """Everything of a document computed again. Raises `Malformed` where it cannot be."""
    with _placed("the file"):
        return Evaluation(document).run()


@contextmanager
def _placed(place: str) -> Iterator[None]:
    """Say of data that make no sense where they are. Raises `Malformed`."""
    try:
        yield
    except WRONG as error:
        raise Malformed(f"{place} cannot be computed again: {type(error).__name__}: {error}") from error


def changed(document: Mapping[str, Any]) -> Iterator[Difference]:
    """Data that are not what they were when the file was written, by their digests."""
    from labreport.checking.digests import digests

    recorded = document["digests"]
    for place, digest in digests(document).items():
        if recorded.get(place) != digest:
            yield Difference(place, "", "other data than when it was written", "their digest differs")
