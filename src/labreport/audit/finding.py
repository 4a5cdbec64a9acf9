"""What an audit found wrong, as a value that reads as one line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`where` it is, the `text` that is wrong, and the `problem` with it.

    A `sourceless` text is a number that comes from no answer, whatever is said of its source.
    """

    where: str
    text: str
    problem: str
    sourceless: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.text!r} {self.problem}"
