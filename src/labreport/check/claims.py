"""The claims of a report as it was built: their verdicts, and which fail since the last build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from labreport.errors import location_of
from labreport.page import DOES_NOT_HOLD, Claim
from labreport.plan import Plan
from labreport.results import AnswersDocument

Verdict: TypeAlias = Literal["holds", "fails", "unknown"]
"""What the results say of a claim. (What they say of a comparison is its outcome: more, less, same, …)"""
ClaimKey: TypeAlias = tuple[str, str, int]
"""The identity of a claim in two builds: its file, its condition, and the number of equal claims before it.

Text and line are not part of it, since they change with results and edits.
"""
VERDICT_TEXTS: dict[Verdict, str] = {"holds": "holds", "fails": DOES_NOT_HOLD, "unknown": "is not known"}


@dataclass(frozen=True)
class CheckedClaim:
    """A claim with the path of its template; `has_fallen`: it fails now and did not in the last build."""

    claim: Claim
    path: Path
    has_fallen: bool = False

    @property
    def location(self) -> str:
        """File and line, as in messages: `templates/questions/best.md:3`."""
        return location_of(self.path, self.claim.line)

    @property
    def verdict(self) -> Verdict:
        """Whether the printed text holds; with `{% else %}`, it always does, unless it is unknown."""
        if self.claim.holds is None:
            return "unknown"
        return "fails" if self.claim.fails else "holds"

    @property
    def message(self) -> str:
        """The verdict, the sentence, and what the results say instead.

        >>> checked.message
        'new: does not hold: "The forest leads." (now: forest and linear are level)'
        """
        new = "new: " if self.has_fallen else ""
        now = f" (now: {self.claim.now})" if self.claim.now else ""
        return f'{new}{VERDICT_TEXTS[self.verdict]}: "{self.claim.text}"{now}'


def keyed_claims(claims: Iterable[Claim]) -> dict[ClaimKey, Claim]:
    """The claims by keys that are the same in another build."""
    keyed: dict[ClaimKey, Claim] = {}
    occurrences = Counter[tuple[str, str]]()
    for claim in claims:
        written = (claim.file, claim.condition)
        keyed[*written, occurrences[written]] = claim
        occurrences[written] += 1
    return keyed


def claims_of_document(document: AnswersDocument) -> list[Claim]:
    """All claims in an `answers.json`."""
    claims = []
    for name, question in document["questions"].items():
        claims += [Claim(**claim, question=name) for claim in question["claims"]]
    for section in document["sections"].values():
        claims += [Claim(**claim) for claim in section["claims"]]
    return claims


def claims_of_sections(plan: Plan) -> list[Claim]:
    """The claims of the stored sections, in the order of the report."""
    claims = []
    for section in plan.project.all_sections:
        entry = plan.cache.entry("section", section.name)
        if entry is not None:
            claims += [Claim(**claim) for claim in entry.value["claims"]]
    return claims


def fallen_claims(before: Iterable[Claim], after: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims that fail in `after` but not in `before`, also if they are not in `before` at all."""
    claims_before = keyed_claims(before)
    fallen = []
    for key, claim in keyed_claims(after).items():
        has_failed_before = key in claims_before and claims_before[key].fails
        if claim.fails and not has_failed_before:
            fallen.append(claim)
    return tuple(fallen)


def check_claims(plan: Plan, fallen: Collection[Claim] = ()) -> list[CheckedClaim]:
    """The claims of the last build; `fallen` are those that fail since then."""
    checked = []
    for claim in claims_of_sections(plan):
        path = plan.project.folder / claim.file
        checked.append(CheckedClaim(claim, path, has_fallen=claim in fallen))
    return checked


def unmet_claims(claims: Iterable[CheckedClaim], allow_unknown: bool) -> list[CheckedClaim]:
    """The claims that fail, and, unless `allow_unknown`, those that are unknown."""
    allowed = ("holds", "unknown") if allow_unknown else ("holds",)
    return [claim for claim in claims if claim.verdict not in allowed]
