"""Derivations as plain JSON values: quantities and claims of the same answer by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from labreport.claims.claim import Claim
from labreport.claims.derivation import Derivation, Tested
from labreport.claims.quantity import Interval, Quantity


class Named:
    """Writes the quantities and claims of one answer, and gathers the families that they refer to.

    What a derivation uses is written as a reference, `{"quantity": NAME}` or `{"claim": NAME}`, where
    the answer has it, and in full where it has not.
    """

    def __init__(
        self,
        quantities: Mapping[str, Quantity],
        claims: Mapping[str, Claim],
        families: Mapping[str, Any] | None = None,
    ) -> None:
        self._quantities = {quantity: name for name, quantity in reversed(list(quantities.items()))}
        self._claims = {claim: name for name, claim in reversed(list(claims.items()))}
        self.families: dict[str, Any] = dict(families or {})

    def quantity(self, quantity: Quantity, name: str = "") -> dict[str, Any]:
        """All fields of a quantity."""
        return {**_fields(quantity), "derivation": self._derivation(quantity.derivation, name)}

    def claim(self, claim: Claim, name: str = "") -> dict[str, Any]:
        """All fields of a claim."""
        return {**_fields(claim), "derivation": self._derivation(claim.derivation, name)}

    def _derivation(self, derivation: Derivation | None, owner: str = "") -> dict[str, Any] | None:
        if derivation is None:
            return None
        return {
            "operation": derivation.operation,
            **{key: self._input(value, owner) for key, value in derivation.inputs.items()},
        }

    def _input(self, value: Any, owner: str) -> Any:
        if isinstance(value, Derivation):
            return self._derivation(value, owner)
        if isinstance(value, Tested):
            return self._family(value)
        if isinstance(value, Quantity):
            name = self._quantities.get(value)
            return {"quantity": name} if name is not None and name != owner else self.quantity(value)
        if isinstance(value, Claim):
            name = self._claims.get(value)
            return {"claim": name} if name is not None and name != owner else self.claim(value)
        if isinstance(value, (list, tuple)):
            return [self._input(item, owner) for item in value]
        if isinstance(value, Mapping):
            return {key: self._input(item, owner) for key, item in value.items()}
        return value

    def _family(self, family: Tested) -> str:
        """The name under which a family is written; another one of the same name gets a number."""
        plain = {
            "correction": family.correction,
            "confirmatory": family.confirmatory,
            "declared": family.declared,
            "members": [self._input(member, "") for member in family.members],
        }
        name, count = family.name, 1
        while self.families.setdefault(name, plain) != plain:
            count += 1
            name = f"{family.name} ({count})"
        return name


def _fields(value: Quantity | Claim) -> dict[str, Any]:
    """Every field but the derivation, as JSON has it."""
    found = {one.name: getattr(value, one.name) for one in fields(value) if one.name != "derivation"}
    for key, item in found.items():
        if isinstance(item, Interval):
            found[key] = {one.name: getattr(item, one.name) for one in fields(item)}
        elif isinstance(item, tuple):
            found[key] = list(item)
    return found
