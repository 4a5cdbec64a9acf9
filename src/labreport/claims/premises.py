"""Premises as claims: exact comparisons of what was declared, which hold or do not.

Experiments are compared by the fields of their specifications and by `epochs`; nothing is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from labreport.claims.claim import Claim, Verdict
from labreport.errors import UsageError
from labreport.experiment import Experiment

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


def one_change(name: str, base: Experiment, trial: Experiment) -> Claim:
    """`trial` changes exactly one field of `base`; a trial of none or of several shows no cause."""
    found = [change.field for change in changes(base, trial)]
    predicate = f"{trial.name} changes one field of {base.name}"
    result = f"it changes {_listed(found)}"
    return _exact(name, predicate, len(found) == 1, result if len(found) == 1 else f"not a trial: {result}")


def each_has(name: str, experiments: Sequence[Experiment], field: str, value: Any) -> Claim:
    """Every one of `experiments` has `value` in `field`; of none at all, nothing holds."""
    for experiment in experiments:
        _known(experiment, field)
    others = [
        f"{experiment.name} has {_values(experiment)[field]}"
        for experiment in experiments
        if _values(experiment)[field] != value
    ]
    predicate = f"{_words(field)} = {value} in {_listed([experiment.name for experiment in experiments])}"
    return _exact(name, predicate, bool(experiments) and not others, ", ".join(others) or "all have")


def same_number_of_seeds(name: str, seeds: Mapping[str, int]) -> Claim:
    """Every experiment of `seeds`, name → number of its seeds, has as many as the others."""
    predicate = f"{_listed(list(seeds))} have equally many seeds"
    counts = ", ".join(f"{experiment}: {count}" for experiment, count in seeds.items())
    return _exact(name, predicate, len(set(seeds.values())) == 1, counts or "there are none")


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
    words = [_words(name) for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "nothing"


def _words(field: str) -> str:
    return field.replace("_", " ")
