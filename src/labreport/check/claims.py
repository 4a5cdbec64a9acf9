"""The claims of a report as it was built: which hold, and which the last build felled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from labreport.errors import display_path
from labreport.page import Claim
from labreport.plan import Plan

Outcome = Literal["holds", "fails", "unknown"]


@dataclass(frozen=True)
class CheckedClaim:
    """A claim of a report, the template in which it stands, and whether the last build felled it."""

    claim: Claim
    path: Path
    is_new: bool = False
    held_before: bool = False

    @property
    def location(self) -> str:
        """File and line as people call them: `templates/questions/best.md:3`."""
        return f"{display_path(self.path)}:{self.claim.line}"

    @property
    def outcome(self) -> Outcome:
        """Whether the text that is printed holds; with `{% else %}` it does, unless nothing is known."""
        if self.claim.holds is None:
            return "unknown"
        return "fails" if self.claim.fails else "holds"

    @property
    def verdict(self) -> str:
        """The outcome in words; `no longer holds` is said only of what held in the report before."""
        if self.outcome == "fails":
            return "no longer holds" if self.held_before else "does not hold"
        return "is not known" if self.outcome == "unknown" else "holds"

    @property
    def message(self) -> str:
        """Say the outcome, the sentence and what holds instead.

        >>> checked.message
        'does not hold: "The forest leads." (now: forest and linear are level)'
        """
        now = f" (now: {self.claim.now})" if self.claim.now else ""
        return f'{self.verdict}: "{self.claim.text}"{now}'


@dataclass(frozen=True)
class FallenClaim:
    """A claim that the last build felled; `held` before, or was new, or was not known."""

    file: str
    line: int
    text: str
    held: bool


@dataclass(frozen=True)
class ClaimKey:
    """By what a claim is known in another build: not by its text, which has numbers in it, or by its line.

    `occurrence` counts those of one condition in one template, from 0.
    """

    file: str
    condition: str
    occurrence: int


def keyed_claims(claims: Iterable[Claim]) -> dict[ClaimKey, Claim]:
    """The claims by what they are known by in another build."""
    keyed = {}
    occurrences = Counter[tuple[str, str]]()
    for claim in claims:
        written = (claim.file, claim.condition)
        keyed[ClaimKey(*written, occurrences[written])] = claim
        occurrences[written] += 1
    return keyed


def claims_of_document(document: Mapping[str, Any]) -> list[Claim]:
    """The claims that an `answers.json` has."""
    parts = (*document["questions"].values(), *document["sections"].values())
    return [Claim(**claim) for part in parts for claim in part["claims"]]


def claims_of_sections(plan: Plan) -> list[Claim]:
    """The claims of the sections as they were made last, in the order of the report."""
    claims = []
    for chapter in plan.project.chapters:
        section = plan.cache.entry("section", chapter.name)
        if section is not None:
            claims += [Claim(**claim) for claim in section.claims]
    return claims


def newly_fallen(before: Iterable[Claim], after: Iterable[Claim]) -> list[FallenClaim]:
    """Those that fail now and did not before; one that was not there before is among them."""
    old = keyed_claims(before)
    fallen = []
    for key, claim in keyed_claims(after).items():
        if claim.fails and not (key in old and old[key].fails):
            held = key in old and old[key].holds is True
            fallen.append(FallenClaim(claim.file, claim.line, claim.text, held))
    return fallen


def check_claims(plan: Plan, fallen: Iterable[FallenClaim] = ()) -> list[CheckedClaim]:
    """The claims of a report as it was built; `fallen` are those that the last build felled."""
    new = {(claim.file, claim.line, claim.text): claim for claim in fallen}
    checked = []
    for claim in claims_of_sections(plan):
        path = plan.project.folder / claim.file
        newly = new.get((claim.file, claim.line, claim.text))
        if newly is None:
            checked.append(CheckedClaim(claim, path))
        else:
            checked.append(CheckedClaim(claim, path, is_new=True, held_before=newly.held))
    return checked
