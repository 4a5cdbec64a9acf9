"""Which numbers the short form asks for: those that a question's headline prints."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from labreport.claims import Interval, Quantity
from labreport.claims.rounding import format_bare
from labreport.grading.expected import Number

MOST = 4
"""Numbers that the form asks for in one question."""


def headline_numbers(
    question: Mapping[str, Any], numbers: Mapping[str, Number], chosen: Container[str] = ()
) -> tuple[str, ...]:
    """Names of compared numbers in the order in which the headline prints them.

    Those whose units are in `chosen` were not found out; they are asked for only where it prints no others.
    Where it prints none of them, those that the claims rest on; then measured ones, then any.
    """
    quantities, headline = question["quantities"], question.get("headline") or ""
    places: dict[str, tuple[int, str]] = {}
    for name in numbers:
        text = format_bare(_quantity(quantities[name]))
        found = re.search(rf"(?<![\w.,-]){re.escape(text)}(?![\d]|[.,]\d)", headline)
        if found:
            places[name] = (found.start(), text)
    printed: dict[tuple[int, str], str] = {}
    for name, place in sorted(places.items(), key=lambda item: (not numbers[item[0]].varies, item[0])):
        printed.setdefault(place, name)
    if printed:
        names = [printed[place] for place in sorted(printed)]
        found_out = [name for name in names if numbers[name].unit not in chosen]
        return tuple(found_out or names)[:MOST]
    used = [name for claim in question["claims"].values() for name in claim.get("numbers", ())]
    measured = [name for name in sorted(numbers, key=len) if numbers[name].varies]
    candidates = dict.fromkeys([*used, *measured, *sorted(numbers, key=len)])
    return tuple(name for name in candidates if name in numbers)[:MOST]


def _quantity(fields: Mapping[str, Any]) -> Quantity:
    interval = fields["interval"]
    return Quantity(
        value=fields["value"],
        unit=fields["unit"],
        n=fields["n"],
        spread=fields["spread"],
        interval=Interval(
            interval["low"], interval["high"], "", interval["level"], bool(interval["logarithmic"])
        )
        if interval
        else None,
    )
