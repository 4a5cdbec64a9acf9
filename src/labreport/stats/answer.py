"""The answer to one question, as a value that survives a trip through JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from labreport.errors import UsageError
from labreport.stats.quantity import Derivation, Interval, Quantity, plain_fields

if TYPE_CHECKING:
    from labreport.stats.findings import Finding
    from labreport.stats.measure import Measure

VERSION = 3
"""Of `answers.json`."""


@dataclass(frozen=True)
class Answer:
    """Quantities and findings by name, plus `facts`: words, lists and tables (plain JSON values).

    Every number that prose may print is a quantity. Names may be dotted to form a table,
    `deep-8.parameters`, `deep-32.parameters`; `facts` then lists the rows in order. `answer | other` joins
    two.
    """

    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __or__(self, other: Answer) -> Answer:
        """Join two answers. Raises `UsageError` where one name means two things."""
        return Answer(
            _joined("quantity", self.quantities, other.quantities),
            _joined("finding", self.findings, other.findings),
            _joined("fact", self.facts, other.facts),
        )

    def to_plain(self, phrases: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Write it as JSON values, for `answers.json`; `says` is in these phrases."""
        from labreport.stats.words import Sentence, plain

        names = {quantity: name for name, quantity in reversed(list(self.quantities.items()))}
        findings = {
            name: {
                **_finding(one, names),
                "says": plain(Sentence(one, self.quantities, phrases).whole(), self.quantities),
            }
            for name, one in self.findings.items()
        }
        return {
            "quantities": {name: _quantity(one, names, name) for name, one in self.quantities.items()},
            "findings": findings,
            "facts": dict(self.facts),
            "measures": {name: one.to_plain() for name, one in self.measures.items()},
        }

    @property
    def measures(self) -> dict[str, Measure]:
        """The measures of the findings by name. Raises `UsageError` where two differ and share a name."""
        found: dict[str, Measure] = {}
        for one in self.findings.values():
            if one.measure is not None and found.setdefault(one.measure.name, one.measure) != one.measure:
                raise UsageError(f"two measures are called {one.measure.name!r}; give each a name of its own")
        return found

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Answer:
        """Read what `to_plain` wrote."""
        import msgspec

        quantities = msgspec.convert(plain["quantities"], dict[str, Quantity])
        findings = {
            name: _read_finding(name, one, plain["measures"]) for name, one in plain["findings"].items()
        }
        return cls(quantities, findings, plain["facts"])


def _joined(what: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    for name in one.keys() & other.keys():
        if one[name] != other[name]:
            raise UsageError(f"{what} {name!r} has two meanings in joined answers; give one finding a name=")
    return {**one, **other}


def _quantity(one: Quantity, names: Mapping[Quantity, str], own: str = "") -> dict[str, Any]:
    return {
        "value": one.value,
        "unit": one.unit,
        "source": plain_fields(one.origin),
        "n": one.n,
        "spread": one.spread,
        "interval": None
        if one.interval is None
        else {f.name: getattr(one.interval, f.name) for f in fields(Interval)},
        "varies_with": one.varies_with,
        "derivation": _derivation(one.derivation, names, own),
    }


def _derivation(
    one: Derivation | None, names: Mapping[Quantity, str], own: str = ""
) -> dict[str, Any] | None:
    return None if one is None else {"operation": one.operation, "data": _data(one.data, names, own)}


def _data(value: Any, names: Mapping[Quantity, str], own: str) -> Any:
    """Data with each quantity as a reference to its name, or in full where the answer does not have it."""
    if isinstance(value, Quantity):
        name = names.get(value)
        return {"quantity": name} if name is not None and name != own else _quantity(value, names)
    if isinstance(value, Mapping):
        return {key: _data(item, names, own) for key, item in value.items()}
    return [_data(item, names, own) for item in value] if isinstance(value, (list, tuple)) else value


def _finding(one: Finding, names: Mapping[Quantity, str]) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "subjects": list(one.subjects),
        "titles": list(one.titles),
        "numbers": list(one.numbers),
        "judgement": _judgement(one.judgement),
        "measure": one.measure.name if one.measure else None,
        "epochs": list(one.epochs),
        "parts": [
            {
                "quantity": part.quantity,
                "subjects": list(part.subjects),
                "judgement": _judgement(part.judgement),
            }
            for part in one.parts
        ],
        "prefix": one.prefix,
        "unit": one.unit,
        "side": one.side,
        "remarks": [list(remark) for remark in one.remarks],
        "derivation": _derivation(one.derivation, names),
    }


def _judgement(one: Any) -> dict[str, Any]:
    return {f.name: getattr(one, f.name) for f in fields(one)} | {"reason": str(one.reason)}


def _read_finding(name: str, plain: Mapping[str, Any], measures: Mapping[str, Any]) -> Finding:
    import msgspec

    from labreport.stats.estimate import Judgement
    from labreport.stats.findings import Finding, Part
    from labreport.stats.measure import Measure

    of = plain["measure"]
    made: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in plain.items()
        if key != "says"
    }
    made |= {
        "judgement": msgspec.convert(plain["judgement"], Judgement),
        "measure": None if of is None else Measure(of, **measures[of]),
        "parts": msgspec.convert(plain["parts"], tuple[Part, ...]),
        "remarks": msgspec.convert(plain["remarks"], tuple[tuple[str, str], ...]),
        "derivation": msgspec.convert(plain["derivation"], Derivation | None),
    }
    return Finding(name, **made)
