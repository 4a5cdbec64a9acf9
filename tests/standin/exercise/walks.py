"""What a stand-in experiment is: the specification of a walk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Walk:
    """A point that walks towards a target: each epoch it goes `rate` of the way, give or take `noise`.

    `pause` is what an epoch takes, in seconds.
    """

    rate: float = 0.5
    noise: float = 0.01
    pause: float = 0.002
