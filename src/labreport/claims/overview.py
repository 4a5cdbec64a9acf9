"""All families of a report beside each other, and what one correction over all of them would change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from labreport.claims.claim import Verdict
from labreport.claims.derivation import Tested
from labreport.claims.estimate import ALPHA
from labreport.claims.holm import holm

SEEDS = re.compile(r"; seeds? [0-9, ]+$")
"""What `labreport.claims.measuring` puts behind the name of a comparison."""


def corrected_together(families: Sequence[Tested]) -> dict[str, list[str]]:
    """The verdict of every member of each family, were all of them one family.

    As for a single family, differences and equivalences are two sets of hypotheses, each corrected by Holm.
    """
    members = [member for family in families for member in family.members]
    differ, alike = _corrected(members, "p"), _corrected(members, "p_equivalent")
    verdicts = iter(_verdict(*each) for each in zip(members, differ, alike, strict=True))
    return {family.name: [next(verdicts) for _ in family.members] for family in families}


def changes(families: Sequence[Tested]) -> list[dict[str, str]]:
    """Each comparison whose verdict one correction over all families would change, with both verdicts."""
    together = corrected_together(families)
    return [
        {
            "family": family.name,
            "comparison": SEEDS.sub("", member["name"]),
            "before": member["verdict"],
            "after": after,
        }
        for family in families
        for member, after in zip(family.members, together[family.name], strict=True)
        if member["verdict"] != after
    ]


def _corrected(members: Sequence[Mapping[str, Any]], key: str) -> list[float]:
    """Corrected p-values; 1 where there is no test."""
    tested = [index for index, member in enumerate(members) if member[key] is not None]
    found = [1.0] * len(members)
    for index, p_value in zip(tested, holm([members[index][key] for index in tested]), strict=True):
        found[index] = p_value
    return found


def _verdict(member: Mapping[str, Any], differ: float, alike: float) -> str:
    if alike < ALPHA:
        return str(Verdict.EQUIVALENT)
    if differ < ALPHA and member["value"]:
        return str(Verdict.SUPPORTED if member["value"] > 0 else Verdict.REFUTED)
    return str(Verdict.INCONCLUSIVE)
