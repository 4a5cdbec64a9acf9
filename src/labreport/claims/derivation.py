"""How a number or a verdict was computed, kept beside it so that others can compute it again.

A derivation is an operation and its inputs. It is made where the number is made, written to
`answers.json`, and evaluated again by `labreport.recheck`, which shares no code with this package. The
operations, with their inputs, are described in docs/answers-file.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Derivation:
    """An operation and its inputs by name.

    An input is a number, a text, a list of inputs, a quantity, a claim, a condition (a derivation), or
    a family as it was tested.
    """

    operation: str
    inputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tested:
    """A family of comparisons as it was tested: its members with their data, p-values and verdicts.

    `declared` says that the project named the family before anything ran; another one was tested for one
    question only. Each member is a mapping as docs/answers-file.md describes it, whose `estimate` is the
    `Derivation` of the difference.
    """

    name: str
    correction: str
    confirmatory: bool
    declared: bool
    members: tuple[Mapping[str, Any], ...]


def known(values: Iterable[float]) -> list[float | None]:
    """Values as JSON can hold them: those that are not finite become None."""
    return [float(value) if math.isfinite(value) else None for value in values]
