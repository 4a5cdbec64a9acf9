"""Counts of one table that must agree with each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def inconsistent(derivation: Mapping[str, Any]) -> tuple[str, str] | None:
    """What a table of counts says twice and differently: both in words, or None."""
    if derivation["operation"] == "paired items":
        return _agreement(derivation)
    if derivation["operation"] == "share over items" and "right_by_seed" in derivation:
        return _rights(derivation)
    return None


def _agreement(given: Mapping[str, Any]) -> tuple[str, str] | None:
    columns = [given[key] for key in ("both", "only_first", "only_second", "neither")]
    totals = [sum(row) for row in zip(*columns, strict=True)]
    items = sum(given["items_by_sum"])
    for seed, total in enumerate(totals, start=1):
        if total != items:
            return f"{total} items for the {seed}. seed", f"items_by_sum has {items}"
    k = len(totals)
    by_item = sum(count * total for count, total in zip(given["items_by_sum"], range(-k, k + 1), strict=True))
    by_seed = sum(given["only_first"]) - sum(given["only_second"])
    if by_item != by_seed:
        return f"differences that sum to {by_seed} by seed", f"by item they sum to {by_item}"
    return None


def _rights(given: Mapping[str, Any]) -> tuple[str, str] | None:
    by_seed, by_item = given["right_by_seed"], given["items_by_seeds_right"]
    if sum(by_item) != given["items"]:
        return f"{given['items']} items", f"items_by_seeds_right has {sum(by_item)}"
    twice = sum(count * right for right, count in enumerate(by_item))
    if sum(by_seed) != twice:
        return f"{sum(by_seed)} right answers by seed", f"by item there are {twice}"
    return None
