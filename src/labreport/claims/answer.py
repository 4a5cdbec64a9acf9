"""The answer to one question, as a value that survives a trip through JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from labreport.claims.claim import Claim, Verdict
from labreport.claims.quantity import Interval, Quantity


@dataclass(frozen=True)
class Answer:
    """Quantities and claims by name, plus `facts`: words, lists and tables (plain JSON values).

    Every number that prose may print is a quantity. Names may be dotted to form a table,
    `deep-8.parameters`, `deep-32.parameters`; `facts` then lists the rows in order.
    """

    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """As JSON values, for `answers.json`."""
        return {
            "quantities": {name: asdict(quantity) for name, quantity in self.quantities.items()},
            "claims": {name: asdict(claim) for name, claim in self.claims.items()},
            "facts": dict(self.facts),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Answer:
        """Back from `to_plain`."""
        return cls(
            quantities={
                name: Quantity(
                    **{**fields, "interval": Interval(**fields["interval"]) if fields["interval"] else None}
                )
                for name, fields in plain["quantities"].items()
            },
            claims={
                name: Claim(
                    **{**fields, "verdict": Verdict(fields["verdict"]), "numbers": tuple(fields["numbers"])}
                )
                for name, fields in plain["claims"].items()
            },
            facts=plain["facts"],
        )
