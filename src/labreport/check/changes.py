"""Differences between two reports (numbers, outcomes, claims), and what the last build changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten

import msgspec

from labreport.check.claims import claims_of_document, fallen_claims, keyed_claims
from labreport.page import Claim
from labreport.page.escapes import escape_markdown
from labreport.results import AnswersDocument, files
from labreport.stats import Finding, Namespace, Quantity, Ranking, as_plus_minus, from_json
from labreport.stats.contents import outcomes_by_name, quantities

_WAS = {True: "held", False: "did not hold", None: "was not known"}
_NOW = {True: "now holds", False: "no longer holds", None: "is not known now"}
ABSENT = "absent"
LAST_BUILD = "cache/changes.json"
"""The file in which a report stores what its last build changed."""


@dataclass(frozen=True)
class ChangedStatement:
    """A number, outcome, text or claim that changed; `was` and `now` are as printed.

    `name` is a name in an answer, such as `best.mean.wide`; for a claim, it is file and line, and `sentence`
    is the text of the claim. An empty `was` or `now` means that the question is new or was removed.
    """

    name: str
    was: str
    now: str
    sentence: str = ""

    def __str__(self) -> str:
        was, now = shorten(self.was, 70, placeholder=" …"), shorten(self.now, 70, placeholder=" …")
        if self.sentence:
            return f'{self.name}: {was}, {now}: "{shorten(self.sentence, 40, placeholder=" …")}"'
        if not self.was:
            return f"{self.name} is new"
        if not self.now:
            return f"{self.name} is no longer asked"
        return f"{self.name}: was {was}, now {now}"


@dataclass(frozen=True)
class LastBuild:
    """What the last build changed, among those that made anything; empty after the first build.

    `was` has the previous text of each changed number, by its name on the page. `fallen` are the claims that
    fail since this build, also new ones.
    """

    changes: tuple[ChangedStatement, ...] = ()
    was: dict[str, str] = field(default_factory=dict)
    fallen: tuple[Claim, ...] = ()

    @classmethod
    def between(cls, before: AnswersDocument, after: AnswersDocument) -> LastBuild:
        """The changes between two versions of `answers.json`."""
        numbers_after = printed_numbers(after)
        changed = {}
        for name, text in printed_numbers(before).items():
            if numbers_after.get(name, text) != text:
                changed[name] = text
        fallen = fallen_claims(claims_of_document(before), claims_of_document(after))
        return cls(tuple(changed_statements(before, after)), changed, fallen)

    @classmethod
    def read(cls, report: Path) -> LastBuild:
        """The changes of the last build of a report; empty if they are not stored or damaged."""
        try:
            return msgspec.convert(files.read_json(report / LAST_BUILD) or {}, cls)
        except (files.Damaged, msgspec.ValidationError):
            return cls()

    def write(self, report: Path) -> None:
        """Store the changes in the folder of the report."""
        files.write_json(report / LAST_BUILD, msgspec.to_builtins(self))


def changed_statements(before: AnswersDocument, after: AnswersDocument) -> list[ChangedStatement]:
    """The differences between two `answers.json`: first answers, then claims."""
    changed_answers = list(_changed_answers(before, after))
    return changed_answers + list(_changed_claims(before, after))


def _changed_answers(before: AnswersDocument, after: AnswersDocument) -> Iterator[ChangedStatement]:
    old, new = before["questions"], after["questions"]
    for name in old:
        if name not in new:
            yield ChangedStatement(name, "asked", "")
    for name, question in new.items():
        if name not in old:
            yield ChangedStatement(name, "", "asked")
            continue
        was = dict(_statements(from_json(old[name]["answer"])))
        now = dict(_statements(from_json(question["answer"])))
        for path in now | was:
            old_text, new_text = was.get(path, ABSENT), now.get(path, ABSENT)
            if old_text != new_text:
                yield ChangedStatement(f"{name}.{path}", old_text, new_text)


def _changed_claims(before: AnswersDocument, after: AnswersDocument) -> Iterator[ChangedStatement]:
    old = keyed_claims(claims_of_document(before))
    for key, claim in keyed_claims(claims_of_document(after)).items():
        previous = old.get(key, claim)
        if previous.holds != claim.holds:
            was, now = _WAS[previous.holds], _NOW[claim.holds]
            yield ChangedStatement(f"{claim.file}:{claim.line}", was, now, claim.text)


def _statements(member: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Pairs of name and text for each number, outcome, fact and text in an answer."""
    if isinstance(member, Quantity):
        yield path, as_plus_minus(member)
    elif isinstance(member, Finding):
        for name, text in outcomes_by_name(member):
            yield f"{path}.{name}".rstrip("."), text
    elif isinstance(member, Namespace):
        members = dict(member.members)
        if any(isinstance(finding, Ranking) for finding in members.values()):
            members.pop("difference", None)  # the ranking has the same ones
        for name, inner in members.items():
            yield from _statements(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(member, (str, list)):
        yield path, str(member)


def printed_numbers(document: AnswersDocument) -> dict[str, str]:
    """Each number of an `answers.json` as printed, by its name on the page."""
    numbers = {}
    for question, entry in document["questions"].items():
        for name, quantity in quantities(from_json(entry["answer"]), question):
            numbers[name] = as_plus_minus(quantity)
    return numbers


def as_markdown(changes: Sequence[ChangedStatement]) -> str:
    """The changes as a Markdown table for a pull request; claims come first, with their whole text."""
    if not changes:
        return "No answer says anything else."
    lines = ["| | was | now |", "|---|---|---|"]
    for change in sorted(changes, key=lambda change: not change.sentence):
        sentence, was, now = map(escape_markdown, (change.sentence, change.was, change.now))
        statement = f"`{change.name}` {sentence}".rstrip()
        lines.append(f"| {statement} | {was} | {now} |")
    return "\n".join(lines)
