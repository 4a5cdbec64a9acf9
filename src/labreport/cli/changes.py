"""What two reports answer differently: was and now, by number and by claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_WAS = {True: "held", False: "did not hold", None: "was not known"}
_NOW = {True: "now holds", False: "no longer holds", None: "is not known now"}


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Say what differs between two `answers.json`, a line for each claim and number, paired by name."""
    old, new = before["questions"], after["questions"]
    found = [f"{name} is no longer asked" for name in old if name not in new]
    for name, question in new.items():
        if name not in old:
            found.append(f"{name} is new")
            continue
        was, now = (dict(_said(one["answer"])) for one in (old[name], question))
        for path in {**now, **was}:
            if was.get(path) != now.get(path):
                found.append(f"{name}.{path}: was {was.get(path, 'absent')}, now {now.get(path, 'absent')}")
    held = {_paired(claim): claim["holds"] for claim in _claims(before)}
    for claim in _claims(after):
        if (then := held.get(_paired(claim), claim["holds"])) != claim["holds"]:
            told = f"{_WAS[then]}, {_NOW[claim['holds']]}"
            found.append(f'{claim["file"]}:{claim["line"]}: {told}: "{claim["text"]}"')
    return found


def _claims(report: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in (*report["questions"].values(), *report["sections"].values()):
        yield from part["claims"]


def _paired(claim: Mapping[str, Any]) -> tuple[str, str]:
    """What a claim is known by in another build: its words have numbers in them, its condition has not."""
    return claim["file"].rpartition("templates/")[2], claim["condition"]


def _said(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an answer says, by name: each number as printed, each finding as its sentence, each text."""
    from labreport.stats import Finding, Names, Quantity, from_plain, sentence
    from labreport.stats.quantity import as_prose, pm

    def walk(item: Any, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(item, Quantity):
            yield path, pm(item) if item.interval else as_prose(item)
        elif isinstance(item, Finding):
            yield path, sentence(item).rstrip(".")
        elif isinstance(item, Names):
            for name, each in item.members.items():
                yield from walk(each, f"{path}.{name}" if path else name)
        elif isinstance(item, str | list):
            yield path, str(item)

    yield from walk(from_plain(answer), "")
