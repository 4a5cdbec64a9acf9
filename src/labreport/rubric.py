"""How many points each question is worth when `grade` compares a submission with the reference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from labreport.errors import UsageError


@dataclass(frozen=True)
class Rubric:
    """Points by question, and how they are split.

    `points` maps a question's slug to its points; a question that is not named there is worth `default`,
    and one worth 0 is not graded. Questions that are `local` in the outline are never graded. `numbers`
    is the share of a question's points for its numbers, the rest is for its outcomes; where a question
    has only one of the two, that one gets everything. `unclear` is the share of an outcome's points
    for "unclear" where the reference is clear. `form` maps a question to the names of the quantities
    that the short form asks for; without an entry, they are those on which its findings rest.

    Raises `UsageError` for negative points and for shares outside 0 to 1.
    """

    points: Mapping[str, float] = field(default_factory=dict)
    default: float = 1.0
    numbers: float = 0.5
    unclear: float = 0.5
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in {"default": self.default, **self.points}.items():
            if not (math.isfinite(value) and value >= 0):
                raise UsageError(f"rubric: points of {name!r} are {value!r}; allowed is 0 or more")
        for name, share in (("numbers", self.numbers), ("unclear", self.unclear)):
            if not 0 <= share <= 1:
                raise UsageError(f"rubric: {name} is {share!r}; allowed is a share from 0 to 1")

    def points_of(self, question: str) -> float:
        """Points for everything right in the question with this slug."""
        return float(self.points.get(question, self.default))
