"""The outcome of an interval, and how far the interval is from another outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["more", "less", "same", "unclear", "unknown"]
JUDGED_OUTCOMES = ("more", "less", "same", "unclear")
"""The outcomes of a comparison that can be judged: all but "unknown"."""


def is_clear(outcome: Outcome) -> bool:
    """Whether this outcome has a direction: more or less."""
    return outcome in ("more", "less")


@dataclass(frozen=True)
class Judged:
    """An interval that is compared with `null` (0 for a difference, 1 for a ratio) and with a margin.

    `margin` is the largest difference in either direction that does not matter, in the unit of the interval:
    0.002 for a difference, 1.05 for a ratio. If it is None, no outcome is "same".
    """

    low: float
    high: float
    null: float = 0.0
    margin: float | None = None

    @property
    def outcome(self) -> Outcome:
        """The outcome: `same` if the whole interval is inside the margin, else more, less or unclear."""
        if self.room_in_margin is not None and self.room_in_margin > 0:
            return "same"
        if self.low > self.null:
            return "more"
        if self.high < self.null:
            return "less"
        return "unclear"

    def has_outcome(self, word: str) -> bool:
        """Whether `word` is the outcome; `clear` stands for more or less."""
        return is_clear(self.outcome) if word == "clear" else self.outcome == word

    @property
    def room_in_margin(self) -> float | None:
        """The distance from the interval to the nearer end of the margin: negative if it reaches outside.

        None without a margin.
        """
        if self.margin is None:
            return None
        lowest = 1 / self.margin if self.null == 1 else -self.margin
        return min(self.margin - self.high, self.low - lowest)

    def distance(self, word: str) -> float:
        """How far an end of the interval must move to change whether `word` holds.

        An interval inside the margin is `same`, and has to leave the margin first, whatever the word. An
        `unclear` interval becomes clear when it excludes null, or the same when it is inside the margin; the
        nearer counts: `Judged(-11, 2.5).distance("unclear")` is 2.5, and `Judged(-11, 2.5, margin=12.5)` has
        1.5 to "same".
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
