"""What became of checking the other answers independently."""

from __future__ import annotations

from exercise.measuring.measures import exact
from labreport.claims import Answer, Claim, Verdict
from labreport.outline import question
from labreport.results import Results

PREDICATE = "every check of the other answers passed"
TEST = "exact count, by python build.py verify"


@question(
    "Were the answers checked independently?",
    slug="appendix.checked",
    reads_verification=True,
    local=True,
)
def checked(results: Results) -> Answer:
    """How many checks passed, by kind; inconclusive until `verify` has been run on today's answers."""
    found = results.verification
    if found is None:
        return Answer({}, {"all": Claim("all", PREDICATE, TEST, Verdict.INCONCLUSIVE)}, {"kinds": []})
    quantities = {
        f"{kind}.{count}": exact(counts[count], "checks", "verify")
        for kind, counts in enumerate(found["kinds"])
        for count in ("passed", "all")
    }
    for count in ("passed", "all"):
        total = sum(counts[count] for counts in found["kinds"])
        quantities[count] = exact(total, "checks", "verify")
    verdict = Verdict.REFUTED if found["failed"] else Verdict.SUPPORTED
    claim = Claim("all", PREDICATE, TEST, verdict, numbers=("passed", "all"))
    kinds = [counts["kind"] for counts in found["kinds"]]
    return Answer(quantities, {"all": claim}, {"kinds": kinds, "failed": list(found["failed"])})
