"""A family of comparisons computed again: p-values, Holm's procedure, verdicts, and what each gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.checking.operations import Found
from labreport.checking.planning import detectable, seeds_needed
from labreport.checking.summaries import NUMBERS

TIED = 1e-6
"""p-values that differ by less, relative to their size, are tested in the order of the family."""


@dataclass(frozen=True)
class Rules:
    """The parameters that were fixed before anything ran."""

    alpha: float
    power: float
    most_seeds: int


@dataclass(frozen=True)
class Member:
    """One comparison computed again. `alpha` is the level that the correction leaves to it."""

    found: Found
    margin: float | None
    p: float | None
    p_corrected: float | None
    p_equivalent: float | None
    p_equivalent_corrected: float | None
    alpha: float
    verdict: str

    def gives(self, what: str, rules: Rules) -> Found:
        """One of the numbers that a comparison gives, by its name in `answers.json`."""
        found, plan = self.found, self.found.plan
        decided = self.alpha * (2 if self.verdict == "equivalent" else 1)
        if what == "difference":
            return Found(found.value, found.n, found.spread, interval=found.at(decided))
        if what == "seeds_only":
            alone = Found(found.value, shape=found.over_seeds).at(rules.alpha)
            return Found(found.value, found.n, found.spread, interval=alone)
        if what == "p":
            return Found(self.p_equivalent_corrected if self.verdict == "equivalent" else self.p_corrected)
        if what == "level":
            return Found(1 - decided)
        if what == "margin":
            return Found(self.margin)
        if what == "power":
            return Found(rules.power)
        if what == "detectable":
            return Found(None if plan is None else detectable(plan, self.alpha, rules.power))
        if what == "seeds_bound":
            return Found(rules.most_seeds)
        assert what == "seeds_needed"
        assert plan is not None
        return Found(seeds_needed(plan, self.alpha, self.margin, rules.power, rules.most_seeds))


def tested(family: Mapping[str, Any], rules: Rules) -> list[Member]:
    """Every member of a family, from its data and its margin."""
    found = [_estimate(member) for member in family["members"]]
    margins = [member["margin"] for member in family["members"]]
    differ = [None if one.shape is None or one.value is None else one.shape.p() for one in found]
    alike = [_p_equivalent(one, margin) for one, margin in zip(found, margins, strict=True)]
    corrected = family["correction"] == "holm"
    differ_holm, alike_holm = holm(differ, rules.alpha, corrected), holm(alike, rules.alpha, corrected)
    rows = zip(found, margins, differ, alike, differ_holm, alike_holm, strict=True)
    return [_member(rules, *row) for row in rows]


def _estimate(member: Mapping[str, Any]) -> Found:
    derivation = member["estimate"]
    if derivation is None:
        return Found(member["value"], member["n"], member["spread"])
    return NUMBERS[derivation["operation"]](derivation, member["unit"])


def _p_equivalent(found: Found, margin: float | None) -> float | None:
    if margin is None or found.shape is None or found.value is None:
        return None
    return found.shape.p_equivalent(margin) if abs(found.value) < margin else 1.0


def holm(p_values: Sequence[float | None], alpha: float, corrected: bool) -> list[tuple[float | None, float]]:
    """For each p-value the corrected one, and the level at which it was tested; Holm (1979).

    The least of m is multiplied by m, the next by m − 1, and so on, none less than the one before; the
    level is `alpha` divided by the same, and stays where the procedure stops.
    """
    if not corrected:
        return [(p_value, alpha) for p_value in p_values]
    order = _by_size(p_values)
    found: list[tuple[float | None, float]] = [(None, alpha)] * len(p_values)
    running, stopped = 0.0, 0
    for rank, (p_value, index) in enumerate(order):
        left = len(order) - rank
        running = max(running, min(1.0, left * p_value))
        if not stopped and running >= alpha:
            stopped = left
        found[index] = running, alpha / (stopped or left)
    return found


def _by_size(p_values: Sequence[float | None]) -> list[tuple[float, int]]:
    """p-values with their indices, ascending; in the given order where they are equal except for rounding."""
    order: list[tuple[float, float, int]] = []
    for p_value, index in sorted((p, index) for index, p in enumerate(p_values) if p is not None):
        tied = bool(order) and p_value <= order[-1][0] * (1 + TIED)
        order.append((order[-1][0] if tied else p_value, p_value, index))
    return [(p_value, index) for _, p_value, index in sorted(order, key=lambda each: (each[0], each[2]))]


def _member(
    rules: Rules,
    found: Found,
    margin: float | None,
    p: float | None,
    p_equivalent: float | None,
    differ: tuple[float | None, float],
    alike: tuple[float | None, float],
) -> Member:
    known = margin, p, differ[0], p_equivalent, alike[0]
    if alike[0] is not None and alike[0] < rules.alpha:
        return Member(found, *known, alike[1], "equivalent")
    verdict = "inconclusive"
    if differ[0] is not None and differ[0] < rules.alpha and found.value is not None:
        verdict = "supported" if found.value > 0 else "refuted"
    return Member(found, *known, differ[1], verdict)
