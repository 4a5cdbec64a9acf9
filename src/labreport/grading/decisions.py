"""Which verdicts of the reference are compared, and which of them an honest run would certainly repeat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from labreport.grading.expected import Decision, Number

FIRM = 1e-3
"""A verdict with a p-value below this would be repeated by nearly every run with as many seeds."""
CLEAR = 2.0
"""So is one whose number lies this many half-widths of its interval from the threshold."""
OPEN = "inconclusive"


def decisions(question: Mapping[str, Any], numbers: Mapping[str, Number]) -> dict[str, Decision]:
    """Verdicts of a question that are compared, by the name of their claim.

    One that the reference leaves open says nothing about a submission, and one that follows from timings
    says something only about a machine: neither is compared.
    """
    quantities, found = question["quantities"], {}
    for name, claim in sorted(question["claims"].items()):
        used = _used(claim, quantities)
        if claim["verdict"] == OPEN or any(quantities[one]["varies_with"] == "machine" for one in used):
            continue
        compared = tuple(one for one in used if one in numbers)
        found[name] = Decision(claim["verdict"], _firm(claim, question), compared)
    return found


def _used(claim: Mapping[str, Any], quantities: Mapping[str, Any]) -> list[str]:
    return [name for name in claim.get("numbers") or () if name in quantities]


def _firm(claim: Mapping[str, Any], question: Mapping[str, Any]) -> bool:
    """Whether another run would decide the same; a claim that joins others is as firm as all of them."""
    p_value, quantities = claim.get("p_value"), question["quantities"]
    if p_value is not None:
        return bool(p_value < FIRM)
    used = _used(claim, quantities)
    if claim.get("threshold") is not None and used and quantities[used[0]]["interval"]:
        return _distance(quantities[used[0]], float(claim["threshold"])) >= CLEAR
    parts = [
        other
        for other in question["claims"].values()
        if (inside := set(_used(other, quantities))) and inside < set(used)
    ]
    return all(_firm(part, question) for part in parts)


def _distance(quantity: Mapping[str, Any], threshold: float) -> float:
    """How many half-widths of its interval a number lies from a threshold."""
    interval, ends = quantity["interval"], (quantity["value"], threshold)
    if interval["logarithmic"] and min(*ends, interval["low"]) > 0:
        value, low, high, bar = (
            math.log(one) for one in (quantity["value"], interval["low"], interval["high"], threshold)
        )
    else:
        value, low, high, bar = quantity["value"], interval["low"], interval["high"], threshold
    half = (high - low) / 2
    return abs(value - bar) / half if half > 0 else math.inf
