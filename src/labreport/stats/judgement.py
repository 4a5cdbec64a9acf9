"""Which of five outcomes an interval has, of which exactly one holds, and how far it is from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["more", "less", "same", "unclear", "unknown"]
JUDGED_OUTCOMES = ("more", "less", "same", "unclear")
"""The outcomes of a comparison that has an interval."""


def is_clear(outcome: Outcome) -> bool:
    """Whether a comparison of this outcome has a direction."""
    return outcome in ("more", "less")


@dataclass(frozen=True)
class Judged:
    """An interval that is held against `null` (0 of a difference, 1 of a ratio) and against a margin.

    `margin` is what does not matter to either side, in the unit of the interval: 0.002 of a difference, 1.05
    of a ratio. None: nothing is the same.
    """

    low: float
    high: float
    null: float = 0.0
    margin: float | None = None

    @property
    def outcome(self) -> Outcome:
        """`same` where the whole interval is inside the margin, else more, less or unclear."""
        if self.room_in_margin is not None and self.room_in_margin > 0:
            return "same"
        if self.low > self.null:
            return "more"
        if self.high < self.null:
            return "less"
        return "unclear"

    def is_so(self, word: str) -> bool:
        """Whether this is the outcome; `clear` is more or less."""
        return is_clear(self.outcome) if word == "clear" else self.outcome == word

    @property
    def room_in_margin(self) -> float | None:
        """How far the interval is inside the margin, negative where it sticks out; None without a margin."""
        if self.margin is None:
            return None
        lowest = 1 / self.margin if self.null == 1 else -self.margin
        return min(self.margin - self.high, self.low - lowest)

    def distance(self, word: str) -> float:
        """How far an end of the interval has to move until the answer to `word` is another one.

        An interval inside the margin is `same`, whatever is asked: its end has to leave the margin. `unclear`
        ends where the interval leaves out null, or is inside the margin, whichever is nearer:
        `Judged(-11, 2.5).distance("unclear")` is 2.5, and `Judged(-11, 2.5, margin=12.5)` has 1.5 to "same".
        """
        room = self.room_in_margin
        if room is not None and (room > 0 or word == "same"):
            return abs(room)
        low_to_null = abs(self.low - self.null)
        high_to_null = abs(self.high - self.null)
        if word == "more":
            return low_to_null
        if word == "less":
            return high_to_null
        nearer_to_null = min(low_to_null, high_to_null)
        if word == "unclear" and room is not None and self.outcome == "unclear":
            return min(nearer_to_null, -room)
        return nearer_to_null
