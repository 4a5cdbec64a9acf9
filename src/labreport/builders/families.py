"""Which comparisons a report makes, in which families, and how they are corrected: one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from labreport.claims import Answer, Quantity

if TYPE_CHECKING:
    from labreport.claims.derivation import Tested

SOURCE = "the families that the answers tested"


def families(tested: Sequence[Tested], compared: Mapping[str, str] | None = None) -> Answer:
    """One row for each family, in the given order; `compared` says by name what each compares, in words.

    Quantities: `families`; `comparisons`, of which `confirmatory` and `exploratory`; `changed`, the verdicts
    that one correction over all would change; for each row `family-N.members`, `family-N.decided` and
    `family-N.changed`. The claim `one-correction` says that none would change. Facts:
    `rows`, and `changes`: each a comparison, its verdict, and the one that it would get.
    """
    from labreport.claims.decide import counted
    from labreport.claims.overview import changes
    from labreport.claims.rules import compare

    changed = changes(tested)
    members = {family.name: len(family.members) for family in tested}
    planned = sum(members[family.name] for family in tested if family.confirmatory)
    whole = sum(members.values())
    quantities = {
        "families": Quantity(len(tested), "families", SOURCE),
        "comparisons": Quantity(whole, "comparisons", SOURCE),
        "confirmatory": Quantity(planned, "comparisons", SOURCE),
        "exploratory": Quantity(whole - planned, "comparisons", SOURCE),
        "changed": Quantity(len(changed), "verdicts", SOURCE, varies_with="seeds"),
    }
    rows = []
    for number, family in enumerate(tested, start=1):
        key = f"family-{number}"
        decided = sum(member["verdict"] != "inconclusive" for member in family.members)
        here = sum(change["family"] == family.name for change in changed)
        quantities[f"{key}.members"] = Quantity(members[family.name], "", SOURCE)
        quantities[f"{key}.decided"] = Quantity(decided, "", SOURCE, varies_with="seeds")
        quantities[f"{key}.changed"] = Quantity(here, "", SOURCE, varies_with="seeds")
        rows.append(
            {
                "key": key,
                "name": family.name,
                "compared": (compared or {}).get(family.name, ""),
                "planned": "confirmatory" if family.confirmatory else "exploratory",
                "correction": "Holm" if family.correction == "holm" and len(family.members) > 1 else "none",
            }
        )
    claim = counted(
        "one-correction",
        "no verdict would change under one correction over all declared comparisons",
        compare(quantities["changed"], "=", 0),
        ("changed", "comparisons"),
        "Holm's correction over all declared comparisons",
    )
    facts = {"prose": "answers/families.html", "rows": rows, "changes": changed}
    return Answer(quantities, {claim.name: claim}, facts)
