"""What two reports answer differently: was and now, by number and by claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import shorten
from typing import Any

_WAS = {True: "held", False: "did not hold", None: "was not known"}
_NOW = {True: "now holds", False: "no longer holds", None: "is not known now"}


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Say what differs between two `answers.json`, a line for each claim and number, paired by name."""
    from labreport.stats import from_plain

    old, new = before["questions"], after["questions"]
    found = [f"{name} is no longer asked" for name in old if name not in new]
    for name, question in new.items():
        if name not in old:
            found.append(f"{name} is new")
            continue
        was, now = (dict(_said(from_plain(one["answer"]))) for one in (old[name], question))
        for path in {**now, **was}:
            if was.get(path) != now.get(path):
                then, so = (shorten(one.get(path, "absent"), 70, placeholder=" …") for one in (was, now))
                found.append(f"{name}.{path}: was {then}, now {so}")
    held = {_paired(claim): claim["holds"] for claim in _claims(before)}
    for claim in _claims(after):
        if (then := held.get(_paired(claim), claim["holds"])) != claim["holds"]:
            told = f"{_WAS[then]}, {_NOW[claim['holds']]}"
            text = shorten(claim["text"], 40, placeholder=" …")
            found.append(f'{claim["file"]}:{claim["line"]}: {told}: "{text}"')
    return found


def _claims(report: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in (*report["questions"].values(), *report["sections"].values()):
        yield from part["claims"]


def _paired(claim: Mapping[str, Any]) -> tuple[str, str]:
    """What a claim is known by in another build: its words have numbers in them, its condition has not."""
    return claim["file"].rpartition("templates/")[2], claim["condition"]


def _said(item: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """What an answer says, by name: each number as printed, with how it was judged; each fact and text."""
    from labreport.stats import Finding, Names, Quantity, sentence
    from labreport.stats.quantity import pm

    if isinstance(item, Quantity):
        yield path, pm(item)
    elif isinstance(item, Finding):
        for group, one in item.groups:
            yield from _said(one, f"{path}.{group}")
        for part in item.parts:
            judged = "" if item.kind == "count" else f" ({part.judgement})"
            names = part.subjects[: 2 if item.kind == "ranking" else item.quantity is not part.quantity]
            yield ".".join((path, *names)), f"{pm(part.quantity)}{judged}"
        if item.kind == "fact":
            yield path, sentence(item).rstrip(".")
    elif isinstance(item, Names):
        ranked = any(isinstance(one, Finding) and one.kind == "ranking" for one in item.members.values())
        for name, each in item.members.items():
            if not (ranked and name == "difference"):  # its parts are told
                yield from _said(each, f"{path}.{name}".lstrip("."))
    elif isinstance(item, str | list):
        yield path, str(item)
