"""List the conditions that hold for a finding or a quantity, as an author would write them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from labreport.stats.conditions import Condition
from labreport.stats.finding import Fact, Finding
from labreport.stats.judgement import JUDGED_OUTCOMES
from labreport.stats.names import quoted_name
from labreport.stats.quantity import Quantity
from labreport.stats.words import Count, Difference, Ranking

_MOST_RANKED = 12
"""A ranking of more subjects lists only the pairs that include its best subject."""

NamedConditions = Iterator[tuple[str, Condition]]
"""Pairs of the text of a condition, such as `.more("wide")`, and the condition."""


def holding_conditions(value: Finding | Quantity, name: str) -> list[tuple[str, Condition]]:
    """Pairs of text and condition for each condition that holds: `ranking.clear("complex", "small")`.

    `name` is the name of the finding or quantity in the answer.
    """
    holding = []
    for text, condition in _conditions_of(value):
        if condition.holds:
            holding.append((f"{name}{text}", condition))
    return holding


def _conditions_of(value: Finding | Quantity) -> NamedConditions:
    """The conditions of a finding or quantity that are worth listing, whether or not they hold."""
    if isinstance(value, Fact):
        yield "", value.condition
    elif isinstance(value, Count):
        yield _condition_by_word(value, "all")
        yield _condition_by_word(value, "none")
        number = int(value.quantity.value or 0)
        yield f".at_least({number})", value.at_least(number)
    elif isinstance(value, Ranking):
        yield from _conditions_of_ranking(value)
    elif isinstance(value, Difference):
        yield from _conditions_of_difference(value)
    elif isinstance(value, Quantity):
        yield from _conditions_of_exact_number(value) if value.exact else _conditions_of_interval(value)


def _condition_by_word(value: object, word: str, *names: str, path: str = "") -> tuple[str, Condition]:
    """The text and the condition of a word, for these subjects: `.clear("complex", "small")`.

    `path`, such as `.every`, is written in front of the word.
    """
    condition: Condition = getattr(value, word)
    text = f"{path}.{word}"
    if not names:
        return text, condition
    return f"{text}({', '.join(map(quoted_name, names))})", condition(*names)


def _conditions_of_ranking(ranking: Ranking) -> NamedConditions:
    """Who leads, and the outcome of each pair that was compared, with the better subject first."""
    order, first = ranking.order, ranking.first
    are_all_compared = 2 * len(ranking.evidence) == len(order) * (len(order) - 1)
    if len(first) == 1:
        yield _condition_by_word(ranking, "wins", *first)
    elif first and are_all_compared:
        if len(first) < len(order):
            yield _condition_by_word(ranking, "leads", *first)
        yield _condition_by_word(ranking, "none_clear", *first)
    places = [sorted(map(order.index, row.subjects)) for row in ranking.evidence]
    for better, worse in sorted(places):
        if better == 0 or len(order) <= _MOST_RANKED:
            for word in ("clear", "same", "unclear"):
                yield _condition_by_word(ranking, word, order[better], order[worse])


def _conditions_of_difference(difference: Difference) -> NamedConditions:
    """The outcome of the whole, of all comparisons together, and of each comparison by name."""
    singles = difference.singles()
    for word in JUDGED_OUTCOMES:
        if difference.quantity is not None:
            yield _condition_by_word(difference, word)
        if len(singles) > 1:
            yield _condition_by_word(difference.every, word, path=".every")
    if difference.quantity is not None:
        singles = singles[:-1]  # the whole of an effect has no name
    for single in singles:
        group = f"[{quoted_name(single.group)}]" if single.group else ""
        subject = single.evidence[0].subjects[0]
        for word in JUDGED_OUTCOMES:
            yield _condition_by_word(single, word, subject, path=group)


def _conditions_of_exact_number(quantity: Quantity) -> NamedConditions:
    if quantity.value is not None:
        printed = f"{quantity.value * quantity.factor:.10g}"
        yield f" == {printed}", quantity == float(printed)


def _conditions_of_interval(quantity: Quantity) -> NamedConditions:
    """The outcome of a comparison, and the nearest round numbers below and above the deciding interval."""
    if quantity.null is not None:
        for word in JUDGED_OUTCOMES:
            yield _condition_by_word(quantity, word)
    low, high = quantity.deciding_ends
    if low is None or high is None:
        return
    low, high = low * quantity.factor, high * quantity.factor
    step = 10.0 ** math.floor(math.log10(high - low or 1.0))
    below_low = step * (math.ceil(low / step) - 1)
    above_high = step * (math.floor(high / step) + 1)
    for word, bound in (("above", below_low), ("below", above_high)):
        if quantity.unit != "fraction" or 0 <= bound <= 100:
            yield f".{word}({bound:.10g})", quantity.ask(word, bound=bound)
