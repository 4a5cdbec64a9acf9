"""What a finding says, as values for the sentence of its kind, and as one short sentence in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labreport.project.measure import Measure
from labreport.stats.compare import Part
from labreport.stats.finding import Finding
from labreport.stats.quantity import Quantity, plural, reversed_quantity
from labreport.stats.rounding import as_prose, size

_FORMS = {
    "accuracy": ("more accurate", "less accurate"),
    "missed": ("missed more often", "missed less often"),
    "seconds": ("slower", "faster"),
}
"""How something with more and with less of a measure is called, by the last word of its name."""


def say(finding: Finding) -> dict[str, Any]:
    """Give what the sentence of a finding needs, as plain values, quantities and labels of subjects.

    All: `kind`, `measure` (its label), `epoch`, `unit`, `n`, `family`, `known` (whether anything was judged).
    A ranking: `outcome` (wins, same, unclear, unknown), `first` and `behind` (labels, the best first), `means`
    (quantities in this order), `lead` (the best over the next), `margin`. Extremes: `outcome` (clear, same,
    unclear, unknown: of most against least), `most`, `least`, `first`, `means` of these two. A difference or
    an effect: `rows`, each with `group`, `first`, `second` (labels), `outcome` (more, less, same, unclear,
    unknown), `amount` (first minus second), `word` (such as "more accurate", or ""); `whole` is the row of an
    effect's ends. A count: `number`, `total`, `side`, `threshold`, `rows` of `label`, `number`, `total`. A
    fact: `sentence`, `truth`.
    """
    measure = finding.measure
    parts = [part for _, one in finding.groups for part in one.parts] or list(finding.parts)
    said: dict[str, Any] = {
        "kind": finding.kind,
        "measure": measure.label if measure else "",
        "epoch": finding.epoch,
        "unit": finding.unit,
        "n": max((part.quantity.n for part in parts), default=0),
        "family": finding.family,
        "known": any(part.judgement != "unknown" for part in parts),
        "margin": _margin(measure),
    }
    if finding.kind == "fact":
        return {**said, "sentence": finding.sentence, "truth": finding.truth}
    if finding.kind == "count":
        rows = [
            {"label": finding.label(part.subjects[0]), "number": part.quantity, "total": part.quantity.n}
            for part in finding.parts
        ]
        counted = {"number": finding.quantity, "total": finding.total, "rows": rows}
        return {**said, **counted, "side": finding.side, "threshold": finding.threshold}
    if finding.kind in ("ranking", "extremes"):
        return {**said, **_ranked(finding)}
    rows = [_row(finding, part, "") for part in finding.parts]
    rows += [_row(one, part, group) for group, one in finding.groups for part in one.parts]
    return {**said, "rows": rows, "whole": rows[-1], "axis": finding.axis.replace("_", " ")}


def _margin(measure: Measure | None) -> Quantity | None:
    if measure is None or measure.bound is None:
        return None
    return Quantity(measure.bound, measure.difference_unit, exact=True)


def _row(finding: Finding, part: Part, group: str) -> dict[str, Any]:
    first, second = (*part.subjects, "")[:2]
    return {
        "group": group,
        "first": finding.label(first),
        "second": finding.label(second) if second else "",
        "outcome": part.judgement,
        "amount": part.quantity,
        "word": _word(finding.measure, part.quantity),
    }


def _word(measure: Measure | None, quantity: Quantity) -> str:
    """How the first of a difference is called beside the second."""
    null = 1.0 if quantity.unit == "times" else 0.0
    if measure is None or quantity.value is None or quantity.value == null:
        return ""
    more = quantity.value > null
    if own := measure.more if more else measure.less:
        return own
    usual = _FORMS.get(measure.name.split()[-1] if measure.name else "")
    return usual[not more] if usual else f"{'higher' if more else 'lower'} in {measure.label}"


def _ranked(finding: Finding) -> dict[str, Any]:
    order, first = finding.order, finding.first
    means = dict(finding.averages)
    best, last = order[0], order[-1]
    rivals = [part for part in finding.parts if best in part.subjects]
    outcome = (
        "wins" if finding.kind == "ranking" and rivals and finding.wins(best).holds
        else "unknown" if all(part.judgement == "unknown" for part in finding.parts)
        else "same" if all(part.alike for part in finding.parts)
        else "unclear"
    )  # fmt: skip
    found = {
        "outcome": outcome,
        "first": [finding.label(name) for name in first],
        "behind": [finding.label(name) for name in order if name not in first],
    }
    if finding.kind == "extremes":
        ends = finding.clear(best, last).holds
        outcome = "clear" if ends else outcome
        own = {"most": finding.label(best), "least": finding.label(last), "means": [means[best], means[last]]}
        return {**found, **own, "outcome": outcome}
    nearest = next((part for name in order[1:] for part in rivals if name in part.subjects), None)
    lead = nearest and (
        nearest.quantity if nearest.subjects[0] == best else reversed_quantity(nearest.quantity)
    )
    names = [*first, *(name for name in order if name not in first)]
    return {**found, "means": [means[name] for name in names if name in means], "lead": lead}


def sentence(finding: Finding) -> str:
    """Say a finding in one short sentence, without mark-up."""
    said = say(finding)
    after = f"After {said['epoch']} epochs, " if said["epoch"] else ""
    text = _SENTENCES[finding.kind](said)
    return after + text if after else text[:1].upper() + text[1:]


def _ranking(said: dict[str, Any]) -> str:
    first, behind, means = said["first"], said["behind"], [as_prose(one) for one in said["means"]]
    what, listed = said["measure"], f"{_and(first)} ({_and(means[: len(first)])})"
    if said["outcome"] == "wins":
        return f"{first[0]} is best in {what} ({means[0]}), {size(said['lead'])} ahead of {behind[0]}."
    if said["outcome"] == "unknown":
        return f"{_and(first)} reach {_and(means[: len(first)])} in {what}, which is too little to judge."
    if said["outcome"] == "same":
        return f"{listed} are the same in {what}, within {as_prose(said['margin'])}."
    rest = f"; {_and(behind)} {'is' if len(behind) == 1 else 'are'} behind" if behind else ""
    if len(first) == 1:
        return f"{listed} is not clearly ahead of all others in {what}{rest}."
    return f"{listed} are too close to call in {what}{rest}."


def _extremes(said: dict[str, Any]) -> str:
    most, least = (
        f"{said[end]} ({as_prose(mean)})" for end, mean in zip(("most", "least"), said["means"], strict=True)
    )
    text = f"{said['measure']} is highest for {most} and lowest for {least}"
    told = {
        "clear": "",
        "unknown": ", which is too little to judge",
        "same": ", which is the same as far as matters",
    }
    also = [name for name in said["first"] if name != said["most"]]
    if said["outcome"] == "clear":
        return f"{text}; not clearly below the highest: {_and(also)}." if also else f"{text}."
    return f"{text}{told.get(said['outcome'], ', which may be chance')}."


def _difference(said: dict[str, Any]) -> str:
    return "; ".join(_one(row, said) for row in said["rows"]) + "."


def _effect(said: dict[str, Any]) -> str:
    row = said["whole"]
    change = f"from {row['second']} to {row['first']} of {said['axis']}, {said['measure']}"
    rises = row["amount"].value is not None and row["amount"].value > (row["amount"].unit == "times")
    verb = {"unclear": "does not clearly change", "same": "stays the same", "unknown": "cannot be judged"}
    told = f"{'rises' if rises else 'falls'} by {size(row['amount'])}"
    return f"{change} {verb.get(row['outcome'], told)}."


def _one(row: dict[str, Any], said: dict[str, Any]) -> str:
    second = f" than {row['second']}" if row["second"] else ""
    name = f"{row['group']}, {row['first']}" if row["group"] else row["first"]
    if row["outcome"] in ("more", "less"):
        return f"{name} is {row['word']}{second}, by {size(row['amount'])}"
    other = f" and {row['second']}" if row["second"] else ""
    amount = as_prose(row["amount"])
    return {
        "same": f"{name}{other} are the same in {said['measure']}, as far as matters ({amount})",
        "unclear": f"{name}{other} do not clearly differ in {said['measure']} ({amount})",
        "unknown": f"{name}{other} cannot be compared in {said['measure']} ({amount})",
    }[row["outcome"]]


def _count(said: dict[str, Any]) -> str:
    bound = f"{said['side']} {as_prose(said['threshold'])} in {said['measure']}"
    rows = [f"{row['label']} in {as_prose(row['number'])} of {row['total']}" for row in said["rows"]]
    return f"{bound}: {_and(rows)} {plural(said['unit'])}."


def _fact(said: dict[str, Any]) -> str:
    text = str(said["sentence"]).rstrip(".")
    return {True: f"{text}.", False: f"It does not hold that {text}.", None: f"Unknown: {text}."}[
        said["truth"]
    ]


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


_SENTENCES = {
    "ranking": _ranking,
    "extremes": _extremes,
    "difference": _difference,
    "effect": _effect,
    "count": _count,
    "fact": _fact,
}


def conditions(one: Any, name: str = "") -> list[tuple[str, Any]]:
    """List what holds now, ready to paste: `ranking.clear("complex", "small")`, with its condition."""
    if isinstance(one, Quantity):
        return _of_quantity(one, name or "quantity")
    name = name or one.kind
    if one.kind == "fact":
        asked = {name: one.condition}
    elif one.kind == "count":
        asked = {f"{name}.all": one.all, f"{name}.none": one.none}
        asked |= {f"{name}.at_least({one.quantity.value})": one.at_least(one.quantity.value)}
    elif one.kind in ("ranking", "extremes"):
        asked = _of_ranking(one, name)
    else:
        asked = {}
        for group, inner in one.groups or (("", one),):
            of = f"{name}[{group!r}]" if group else name
            words = ("more", "less", "same", "unclear")
            if len(inner.parts) == 1 or one.kind == "effect":
                asked |= {f"{of}.{word}": inner._of(word, inner.parts[-1]) for word in words}
            if len(inner.parts) > 1:
                for part in inner.parts[:-1] if one.kind == "effect" else inner.parts:
                    asked |= {f"{of}.{word}({part.subjects[0]!r})": inner._of(word, part) for word in words}
    return [(text.replace("'", '"'), found) for text, found in asked.items() if found.holds]


FEW = 12
"""Up to so many subjects, every pair of a ranking is listed."""


def _of_ranking(one: Finding, name: str) -> dict[str, Any]:
    order, first = one.order, one.first
    asked = {f"{name}.wins({order[0]!r})": one.wins(order[0])} if len(first) == 1 else {}
    if 1 < len(first) < len(order):
        asked[f"{name}.leads({', '.join(map(repr, first))})"] = one.leads(*first)
    if len(first) > 1:
        asked[f"{name}.none_clear({', '.join(map(repr, first))})"] = one.none_clear(*first)
    pairs = [part.subjects for part in one.parts if len(order) <= FEW or order[0] in part.subjects]
    for a, b in sorted(
        (sorted(pair, key=order.index) for pair in pairs), key=lambda pair: [*map(order.index, pair)]
    ):
        for word in ("clear", "same", "unclear"):
            asked[f"{name}.{word}({a!r}, {b!r})"] = getattr(one, word)(a, b)
        asked[f"{name}.clear({b!r}, {a!r})"] = one.clear(b, a)
    return asked


def _of_quantity(one: Quantity, name: str) -> list[tuple[str, Any]]:
    if one.exact and one.value is not None:
        text = f"{one.value * one.factor:.10g}"
        return [(f"{name} == {text}", one == float(text))]
    if one.low is None or one.high is None:
        return []
    width = one.factor * (one.high - one.low) or 1.0
    step = 10.0 ** _floor_log(width)
    low = step * _floor(one.factor * one.low / step, strict=True)
    high = -step * _floor(-one.factor * one.high / step, strict=True)
    return [(f"{name}.above({low:.10g})", one.above(low)), (f"{name}.below({high:.10g})", one.below(high))]


def _floor_log(value: float) -> int:
    from math import floor, log10

    return floor(log10(value))


def _floor(value: float, strict: bool) -> int:
    from math import ceil, floor

    return ceil(value) - 1 if strict else floor(value)
