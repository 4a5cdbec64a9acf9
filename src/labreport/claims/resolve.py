"""Comparisons resolved from results: each is made once, with its family, and has one verdict everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labreport.claims.claim import Claim
from labreport.claims.decision import Decision, decide
from labreport.claims.estimate import Estimate
from labreport.claims.families import Comparison, Family
from labreport.claims.quantity import Quantity
from labreport.errors import UndeclaredRead, UsageError
from labreport.results import Result, Results, Runs

Measure = Callable[[Comparison, Runs, "Runs | None"], Estimate]
"""How a metric is measured; the second runs are None where `second` is a number."""


@dataclass(frozen=True)
class Compared:
    """A comparison with its decision, the same wherever the report mentions it."""

    comparison: Comparison
    family: Family
    decision: Decision

    @property
    def difference(self) -> Quantity:
        """First minus second, with the interval of the test that decided."""
        return self.decision.difference

    @property
    def p_value(self) -> float | None:
        """That of a difference, after the correction of the family."""
        return self.decision.p_value

    def quantities(self, name: str) -> dict[str, Quantity]:
        """As `Decision.quantities`."""
        return self.decision.quantities(name)

    def claim(self, name: str, predicate: str, numbers: Sequence[str], *, less: bool = False) -> Claim:
        """As `Decision.claim`."""
        return self.decision.claim(name, predicate, numbers, less=less)


class Comparisons:
    """Resolves comparisons from the results that one answer or figure declared, each family once.

    Raises `UsageError` when a comparison belongs to two families, so that it could get two verdicts.
    """

    def __init__(self, results: Results, families: Sequence[Family], measures: Mapping[str, Measure]) -> None:
        self._results = results
        self._measures = measures
        self._resolved: dict[Family, dict[Comparison, Compared]] = {}
        self._families: dict[tuple[object, ...], Family] = {}
        for family in families:
            for member in family.members:
                other = self._families.setdefault(member.key, family)
                if other is not family:
                    raise UsageError(
                        f"comparison {member.name!r} is in two families, {other.name!r} and {family.name!r}; "
                        "leave it in one, so that it has one verdict"
                    )

    def __call__(
        self,
        first: str,
        second: str | float,
        metric: str,
        epoch: int | None = None,
        second_epoch: int | None = None,
    ) -> Compared:
        """The comparison that a family declares in these words; asked twice, it is the same object.

        Raises `UsageError` when no family declares it, and `UndeclaredRead` when the reader does not
        declare the results of the whole family.
        """
        wanted = Comparison(first, second, metric, epoch, second_epoch)
        family = self._families.get(wanted.key)
        if family is None:
            raise UsageError(f"comparison {wanted.name!r} is in no family; declare it in one")
        return next(one for one in self.family(family) if one.comparison.key == wanted.key)

    def family(self, family: Family) -> list[Compared]:
        """Every comparison of `family`, in its order."""
        if family not in self._resolved:
            self._resolved[family] = self._resolve(family)
        return list(self._resolved[family].values())

    def _resolve(self, family: Family) -> dict[Comparison, Compared]:
        for need in family.needs:
            try:
                self._results[need]
            except UndeclaredRead as error:
                raise UndeclaredRead(
                    f"{error}: its family of comparisons {family.name!r} cannot be corrected without it"
                ) from None
        estimates = [self._measure(member) for member in family.members]
        margins = [member.margin for member in family.members]
        decisions = decide(estimates, margins, correct=family.correction == "holm", family=family)
        return {
            member: Compared(member, family, decision)
            for member, decision in zip(family.members, decisions, strict=True)
        }

    def _measure(self, comparison: Comparison) -> Estimate:
        try:
            measure = self._measures[comparison.metric]
        except KeyError:
            known = ", ".join(sorted(self._measures)) or "none"
            metric = comparison.metric
            raise UsageError(
                f"comparison {comparison.name!r}: no measure is called {metric!r}; known are {known}"
            ) from None
        second = self._results[comparison.second] if isinstance(comparison.second, str) else None
        return measure(comparison, self._results[comparison.first], second)


def common(first: Runs, second: Runs) -> Iterator[tuple[Result, Result]]:
    """The runs of both that have the same seed, in order of seed; others have no partner."""
    others = {run.seed: run for run in second}
    return ((run, others[run.seed]) for run in first if run.seed in others)
