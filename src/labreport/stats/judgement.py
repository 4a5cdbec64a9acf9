"""Which of five outcomes an interval has, of which exactly one holds, and how far it is from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["more", "less", "same", "unclear", "unknown"]
WORDS = ("more", "less", "same", "unclear")
"""What a comparison may be that was judged."""


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
        return self.outcome in ("more", "less") if word == "clear" else self.outcome == word

    @property
    def room_in_margin(self) -> float | None:
        """How far the interval is inside the margin, negative where it sticks out; None without a margin."""
        if self.margin is None:
            return None
        lowest = 1 / self.margin if self.null == 1 else -self.margin
        return min(self.margin - self.high, self.low - lowest)

    def distance(self, word: str) -> float:
        """How far the end that decides is from where this word turns, from holding or to holding.

        `unclear` turns where the interval becomes clear or the same, whichever is nearer:
        `Judged(-11, 2.5).distance("unclear")` is 2.5, and with a margin of 12.5 for "same" it is 1.5.
        """
        room = self.room_in_margin
        if room is not None and (room > 0 or word == "same"):
            return abs(room)
        beyond = {"more": self.low - self.null, "less": self.null - self.high}
        beyond_null = beyond.get(word, max(beyond.values()))
        if room is not None and word == "unclear" and beyond_null < 0:
            return min(-beyond_null, -room)
        return abs(beyond_null)
