"""The answer to one question, as a value that survives a trip through JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, get_type_hints

from labreport.displayed import Displayed
from labreport.errors import UsageError
from labreport.stats.measure import Measure
from labreport.stats.quantity import Quantity, Source

if TYPE_CHECKING:
    from labreport.stats.findings import Finding

VERSION = 3
"""Of `answers.json`."""


@dataclass(frozen=True)
class Answer(Displayed):
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
                **_fields(one, names),
                "says": plain(Sentence(one, self.quantities, phrases).whole(), self.quantities),
            }
            for name, one in self.findings.items()
        }
        for one in findings.values():
            del one["name"]
        return {
            "quantities": {name: _fields(one, names, name) for name, one in self.quantities.items()},
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

    def _parts(self) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        from labreport.stats.rounding import format_spread

        said = [(name, one["says"], "") for name, one in self.to_plain()["findings"].items()]
        numbers = [(name, format_spread(one), one.origin.text()) for name, one in self.quantities.items()]
        return "An answer", ("name", "value", "source"), [*said, *numbers]

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


def _written(value: Any, names: Mapping[Quantity, str], own: str = "") -> Any:
    """As JSON has it: a measure by its name, and a quantity inside data by its own, or else in full."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {key: _written(item, names, own) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(item, names, own) for item in value]
    if isinstance(value, Quantity) and names.get(value, own) != own:
        return {"quantity": names[value]}
    if isinstance(value, Source):
        found = ((one, getattr(value, one.name)) for one in fields(value))
        return {one.name: _written(item, names) for one, item in found if item != one.default}
    return value.name if isinstance(value, Measure) else _fields(value, names, own)


def _fields(value: Any, names: Mapping[Quantity, str], own: str = "") -> dict[str, Any]:
    return {one.name: _written(getattr(value, one.name), names, own) for one in fields(value)}


def _read_finding(name: str, plain: Mapping[str, Any], measures: Mapping[str, Any]) -> Finding:
    import msgspec

    from labreport.stats.findings import Finding

    of, hints = plain["measure"], get_type_hints(Finding)
    kept = {key: value for key, value in plain.items() if key not in ("says", "measure")}
    read = {key: msgspec.convert(value, hints[key]) for key, value in kept.items()}
    return Finding(name, measure=None if of is None else Measure(of, **measures[of]), **read)
