"""The verdicts on one comparison, or on a family of them that is corrected together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from labreport.claims.claim import Claim, Verdict
from labreport.claims.derivation import Derivation, Tested
from labreport.claims.estimate import ALPHA, Estimate
from labreport.claims.families import Family
from labreport.claims.holm import by_size, holm
from labreport.claims.power import MOST_SEEDS, POWER, detectable, seeds_needed
from labreport.claims.quantity import Quantity, Unit


@dataclass(frozen=True)
class Decision:
    """An estimate with its verdict, and with the interval of the test that reached it.

    `p_value` is that of a difference, `p_equivalent` that of no difference as large as `margin`, both
    corrected for the family of `members` comparisons. `alpha` is the level that the correction leaves to
    this one: the interval printed is that of level 1 − `alpha`, or of 1 − 2 `alpha` for `equivalent`
    (two one-sided tests), and so it never contradicts the verdict.
    """

    estimate: Estimate
    verdict: Verdict
    p_value: float | None
    p_equivalent: float | None = None
    margin: float | None = None
    alpha: float = ALPHA
    members: int = 1
    family: Tested | None = field(default=None, compare=False, repr=False)
    member: int = 0
    """Which member of `family` this is, from 0."""

    @property
    def difference(self) -> Quantity:
        """The value with the interval of the test that decided."""
        found = self.estimate.quantity(self.alpha * (2 if self.verdict is Verdict.EQUIVALENT else 1))
        return replace(found, derivation=self._derivation(gives="difference"))

    def _derivation(self, **inputs: Any) -> Derivation | None:
        if self.family is None:
            return None
        return Derivation("comparison", {"family": self.family, "member": self.member, **inputs})

    @property
    def test(self) -> str:
        """How the verdict was reached, in words."""
        text = self.estimate.test
        if self.margin is not None and self.estimate.intervals is not None:
            text += "; two one-sided tests against the margin"
        return f"{text}; Holm-corrected over {self.members}" if self.members > 1 else text

    def quantities(self, name: str) -> dict[str, Quantity]:
        """Everything that prose may print of this decision, by names that begin with `name`.

        `NAME` is the difference, `NAME.p` the p-value of the verdict, `NAME.level` the level of the
        interval, `NAME.margin` the margin, `NAME.seeds_only` the difference with the interval over seeds
        only. Where nothing is decided, also `NAME.detectable`, the smallest difference that would have
        been shown with the probability `NAME.power`, and with two seeds or more `NAME.seeds_needed`, the
        number of seeds that would decide; where it is None, more than `NAME.seeds_bound` are needed.
        """
        difference, source = self.difference, self.estimate.source
        p_value = self.p_equivalent if self.verdict is Verdict.EQUIVALENT else self.p_value
        found = {name: difference, f"{name}.p": self._measured(p_value, "p", self.test)}
        if difference.interval is not None:
            found[f"{name}.level"] = self._measured(difference.interval.level, "fraction", self.test)
        if self.margin is not None:
            found[f"{name}.margin"] = Quantity(self.margin, _unsigned(difference.unit), "fixed in advance")
        if (seeds_only := self.estimate.seeds_only) is not None:
            found[f"{name}.seeds_only"] = seeds_only
        if self.verdict is Verdict.INCONCLUSIVE:
            found |= self._what_was_possible(name, source)
        return {
            key: replace(quantity, derivation=self._derivation(gives=key[len(name) + 1 :] or "difference"))
            for key, quantity in found.items()
        }

    def _measured(self, value: float | int | None, unit: Unit, source: str) -> Quantity:
        """A number that another run may change, or lack, as it may the difference itself."""
        return Quantity(value, unit, source, varies_with=self.estimate.varies_with)

    def _what_was_possible(self, name: str, source: str) -> dict[str, Quantity]:
        planning, unit = self.estimate.planning, _unsigned(self.estimate.unit)
        if planning is None:
            why = f"{source}: {self.estimate.reason or 'no spread'}"
            return {f"{name}.detectable": self._measured(None, unit, why)}
        why = f"{source}: power {POWER:.0%}, spread as observed"
        found = {
            f"{name}.detectable": self._measured(detectable(planning, self.alpha), unit, why),
            f"{name}.power": self._measured(POWER, "fraction", "fixed in advance"),
        }
        if planning.seeds > 1:
            needed = seeds_needed(planning, self.alpha, self.margin)
            found[f"{name}.seeds_needed"] = self._measured(needed, "seeds", why)
            if needed is None:
                bound = self._measured(MOST_SEEDS, "seeds", f"{why}; so many do not decide")
                found[f"{name}.seeds_bound"] = bound
        return found

    def claim(self, name: str, predicate: str, numbers: Sequence[str], *, less: bool = False) -> Claim:
        """The claim that the first is greater than the second, or less with `less`."""
        verdict = self.verdict
        if less:
            turned = {Verdict.SUPPORTED: Verdict.REFUTED, Verdict.REFUTED: Verdict.SUPPORTED}
            verdict = turned.get(verdict, verdict)
        p_value = self.p_equivalent if verdict is Verdict.EQUIVALENT else self.p_value
        return Claim(
            name,
            predicate,
            self.test,
            verdict,
            ALPHA,
            p_value,
            tuple(numbers),
            self.margin,
            self.estimate.reason,
            self._derivation(less=less),
        )


def decide(
    estimates: Sequence[Estimate],
    margins: Sequence[float | None] = (),
    *,
    correct: bool = True,
    family: Family | None = None,
) -> list[Decision]:
    """The verdicts on a family, by Holm's procedure; unless `correct` is false.

    Differences and equivalences are two sets of hypotheses, each corrected for the whole family. What
    lies inside its margin is `equivalent`, also where a difference is shown: it was declared not to matter.
    `family` is the declared one that the estimates are the members of.
    """
    bounds = list(margins) or [None] * len(estimates)
    differ = [estimate.p_value for estimate in estimates]
    alike = [
        None if margin is None else estimate.p_equivalent(margin)
        for estimate, margin in zip(estimates, bounds, strict=True)
    ]
    differ_levels, alike_levels = _levels(differ, correct), _levels(alike, correct)
    decisions = [
        _decision(*each)
        for each in zip(estimates, bounds, differ, alike, differ_levels, alike_levels, strict=True)
    ]
    if not decisions:
        return []
    members = tuple(map(_member, decisions, differ, alike))
    tested = _tested(estimates, family, "holm" if correct else "none", members)
    return [replace(one, family=tested, member=index) for index, one in enumerate(decisions)]


def _tested(
    estimates: Sequence[Estimate],
    family: Family | None,
    correction: str,
    members: tuple[dict[str, Any], ...],
) -> Tested:
    if family is not None:
        return Tested(family.name, family.correction, family.confirmatory, True, members)
    others = len(members) - 1
    name = estimates[0].source + (f", and {others} more" if others else "")
    return Tested(name, correction, True, False, members)


def _member(decision: Decision, p_value: float | None, p_equivalent: float | None) -> dict[str, Any]:
    """A member of a family as `answers.json` has it: its data, p-values and verdict."""
    estimate = decision.estimate
    return {
        "name": estimate.source,
        "estimate": estimate.derivation,
        "unit": estimate.unit,
        "value": estimate.value,
        "spread": estimate.spread,
        "n": estimate.n,
        "margin": decision.margin,
        "p": p_value,
        "p_corrected": decision.p_value,
        "p_equivalent": p_equivalent,
        "p_equivalent_corrected": decision.p_equivalent,
        "alpha": decision.alpha,
        "verdict": str(decision.verdict),
    }


_Level = tuple[float, float, int]
"""Factor by which a p-value is multiplied, the level left to the test, and the number of members."""


def _decision(
    estimate: Estimate,
    margin: float | None,
    differ: float | None,
    alike: float | None,
    level: _Level,
    alike_level: _Level,
) -> Decision:
    adjusted, alpha, members = level
    p_value = None if differ is None else adjusted
    p_equivalent = None if alike is None else alike_level[0]
    if p_equivalent is not None and p_equivalent < ALPHA:
        return Decision(estimate, Verdict.EQUIVALENT, p_value, p_equivalent, margin, alike_level[1], members)
    verdict = Verdict.INCONCLUSIVE
    if p_value is not None and p_value < ALPHA and estimate.value is not None:
        verdict = Verdict.SUPPORTED if estimate.value > 0 else Verdict.REFUTED
    return Decision(estimate, verdict, p_value, p_equivalent, margin, alpha, members)


def _levels(p_values: Sequence[float | None], correct: bool) -> list[_Level]:
    """Adjusted p-value, level and number of hypotheses for each; those without a test do not count.

    Holm tests the smallest p-value at alpha/m, the next at alpha/(m − 1), and stops at the first that
    is not below its level; those that are left all have the level at which it stopped.
    """
    tested = [index for index, p_value in enumerate(p_values) if p_value is not None]
    count = len(tested) if correct else 1
    found: list[_Level] = [(1.0, ALPHA, max(count, 1)) for _ in p_values]
    known = {index: float(p_values[index] or 0.0) for index in tested}
    if not correct:
        return [(known.get(index, 1.0), ALPHA, 1) for index in range(len(p_values))]
    adjusted = dict(zip(tested, holm([known[index] for index in tested]), strict=True))
    stopped: float | None = None
    for rank, place in enumerate(by_size([known[index] for index in tested])):
        index = tested[place]
        level = stopped or ALPHA / (count - rank)
        if stopped is None and adjusted[index] >= ALPHA:
            stopped = level
        found[index] = adjusted[index], level, count
    return found


def _unsigned(unit: Unit) -> Unit:
    return "points, unsigned" if unit == "points" else unit
