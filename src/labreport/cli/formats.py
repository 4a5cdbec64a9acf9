"""The claims of a report as text, JSON, GitHub annotations and SARIF."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from urllib.parse import quote

from labreport.check.claims import CheckedClaim
from labreport.cli.annotations import annotation_at, below_repository

RULES = {
    "fails": "A sentence of the report does not hold.",
    "unknown": "The results are too few to judge a sentence of the report.",
}
"""The meaning of each verdict that tools report."""


def as_text(claims: Iterable[CheckedClaim]) -> str:
    """A line for each claim: file and line, whether it is new, its verdict, and the whole sentence."""
    return "\n".join(f"{claim.location}: {claim.message}" for claim in claims)


def as_annotations(claims: Iterable[CheckedClaim]) -> str:
    """Workflow commands of GitHub: an error for each claim, at its file and line."""
    return "\n".join(annotation_at(claim.path, claim.claim.line, claim.message) for claim in claims)


def as_json(claims: Iterable[CheckedClaim]) -> str:
    """All details of each claim, with paths relative to the repository."""
    entries = []
    for claim in claims:
        entry = asdict(claim.claim)
        entry |= {"file": below_repository(claim.path), "outcome": claim.verdict, "new": claim.has_fallen}
        entries.append(entry)
    return _dump({"claims": entries})


def as_sarif(claims: Iterable[CheckedClaim]) -> str:
    """A SARIF 2.1.0 log: path, line, rule and message of each claim."""
    results = []
    for claim in claims:
        file = {"uri": quote(below_repository(claim.path))}
        location = {"artifactLocation": file, "region": {"startLine": claim.claim.line}}
        result = {
            "ruleId": f"claim-{claim.verdict}",
            "level": "error",
            "message": {"text": claim.message},
            "locations": [{"physicalLocation": location}],
        }
        results.append(result)
    rules = []
    for verdict, meaning in RULES.items():
        rules.append({"id": f"claim-{verdict}", "shortDescription": {"text": meaning}})
    tool = {"driver": {"name": "labreport", "rules": rules}}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return _dump({"$schema": schema, "version": "2.1.0", "runs": [{"tool": tool, "results": results}]})


def _dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


FORMATS = {"text": as_text, "json": as_json, "github": as_annotations, "sarif": as_sarif}
"""The formats of `check`: a function for each, which gets the claims to be listed."""
