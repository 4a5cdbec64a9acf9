"""The answer to one question, as a value that survives a trip through JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labreport.claims.claim import Claim, Verdict
from labreport.claims.derivation import Derivation
from labreport.claims.named import Named
from labreport.claims.quantity import Interval, Quantity


@dataclass(frozen=True)
class Answer:
    """Quantities and claims by name, plus `facts`: words, lists and tables (plain JSON values).

    Every number that prose may print is a quantity. Names may be dotted to form a table,
    `deep-8.parameters`, `deep-32.parameters`; `facts` then lists the rows in order. `families` are those
    that derivations of an answer read from JSON refer to; others have theirs with them.
    """

    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    families: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def to_plain(self) -> dict[str, Any]:
        """As JSON values, for `answers.json`."""
        named = Named(self.quantities, self.claims, self.families)
        return {
            "quantities": {name: named.quantity(item, name) for name, item in self.quantities.items()},
            "claims": {name: named.claim(item, name) for name, item in self.claims.items()},
            "facts": dict(self.facts),
            "families": named.families,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Answer:
        """Back from `to_plain`."""
        return cls(
            {name: _quantity(fields) for name, fields in plain["quantities"].items()},
            {name: _claim(fields) for name, fields in plain["claims"].items()},
            plain["facts"],
            plain.get("families", {}),
        )


def _quantity(fields: Mapping[str, Any]) -> Quantity:
    interval = Interval(**fields["interval"]) if fields["interval"] else None
    return Quantity(**{**fields, "interval": interval, "derivation": _derivation(fields)})


def _claim(fields: Mapping[str, Any]) -> Claim:
    verdict, numbers = Verdict(fields["verdict"]), tuple(fields["numbers"])
    return Claim(**{**fields, "verdict": verdict, "numbers": numbers, "derivation": _derivation(fields)})


def _derivation(fields: Mapping[str, Any]) -> Derivation | None:
    """Its inputs stay plain: quantities, claims and families by name."""
    plain = fields.get("derivation")
    if plain is None:
        return None
    return Derivation(plain["operation"], {key: plain[key] for key in plain if key != "operation"})
