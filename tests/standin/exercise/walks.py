"""What a stand-in experiment is: the specification of a walk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from labreport.authoring import Meta


@dataclass(frozen=True)
class Walk:
    """A point that walks towards a target: each epoch it goes `rate` of the way, give or take `noise`.

    `pause` is what an epoch takes, in seconds.
    """

    rate: Annotated[float, Meta(gt=0, le=1)] = 0.5
    noise: float = 0.01
    pause: float = 0.002
