"""Premises as claims: exact comparisons of what was declared, which hold or do not.

Experiments are compared by the fields of their specifications and by `epochs`; nothing is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from labreport.claims.claim import Claim, Verdict
from labreport.errors import UsageError
from labreport.experiment import Experiment
from labreport.texts import enumeration

EPOCHS = "epochs"
"""The field of an experiment that is compared beside those of its specification."""


@dataclass(frozen=True)
class Change:
    """One field in which a second experiment differs from a first, and both values."""

    field: str
    before: Any
    after: Any


def changes(first: Experiment, second: Experiment) -> tuple[Change, ...]:
    """Every field in which `second` differs from `first`, in the order of the specification, epochs last.

    Raises `UsageError` where the specifications are of different kinds.
    """
    if type(first.specification) is not type(second.specification):
        raise UsageError(
            f"{first.name} and {second.name} cannot be compared: their specifications are "
            f"{type(first.specification).__name__} and {type(second.specification).__name__}"
        )
    before, after = _values(first), _values(second)
    return tuple(Change(name, before[name], after[name]) for name in before if before[name] != after[name])


def only_difference(name: str, first: Experiment, second: Experiment, field: str) -> Claim:
    """`first` and `second` differ in `field` and in nothing else."""
    _known(first, field)
    found = [change.field for change in changes(first, second)]
    predicate = f"{first.name} and {second.name} differ only in {_words(field)}"
    return _exact(name, predicate, found == [field], f"they differ in {_listed(found)}")


def _values(experiment: Experiment) -> dict[str, Any]:
    specification = experiment.specification
    values = {field.name: getattr(specification, field.name) for field in fields(specification)}
    return {**values, EPOCHS: experiment.epochs}


def _known(experiment: Experiment, field: str) -> None:
    known = _values(experiment)
    if field not in known:
        raise UsageError(f"{experiment.name} has no field {field!r}; there are {', '.join(sorted(known))}")


def _exact(name: str, predicate: str, holds: bool, found: str) -> Claim:
    verdict = Verdict.SUPPORTED if holds else Verdict.REFUTED
    return Claim(name, predicate, f"exact comparison of the specifications: {found}", verdict)


def _listed(names: Sequence[str]) -> str:
    return enumeration([_words(name) for name in names]) or "nothing"


def _words(field: str) -> str:
    return field.replace("_", " ")
