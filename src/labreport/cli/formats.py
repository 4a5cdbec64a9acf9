"""The claims of a report as text, JSON, annotations of GitHub and SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from labreport.check.claims import CheckedClaim
from labreport.cli.annotations import annotation, below_repository

RULES = {
    "claim-does-not-hold": "A sentence of the report does not hold any more.",
    "claim-not-known": "The results are too few to judge a sentence of the report.",
}
"""What a tool says about a claim, and what that means."""
_RULE_OF = {"fails": "claim-does-not-hold", "unknown": "claim-not-known"}


def as_text(claims: Sequence[CheckedClaim]) -> str:
    """A line for each claim that does not hold or is not known: file, line, whether it is new, in full."""
    lines = []
    for claim in claims:
        if claim.outcome != "holds":
            lines.append(f"{claim.location}: {claim.message}")
    return "\n".join(lines)


def as_json(claims: Sequence[CheckedClaim]) -> str:
    """All claims, with paths below the repository."""
    entries = []
    for claim in claims:
        entry = asdict(claim.claim)
        entry |= {"file": below_repository(claim.path), "outcome": claim.outcome, "new": claim.is_new}
        entries.append(entry)
    return json.dumps({"claims": entries}, ensure_ascii=False, indent=1)


def as_annotations(claims: Sequence[CheckedClaim]) -> str:
    """Workflow commands of GitHub: an error for each claim that fails or is unknown, at its file and line."""
    lines = []
    for claim in claims:
        if claim.outcome != "holds":
            lines.append(annotation("error", claim.message, claim.path, claim.claim.line))
    return "\n".join(lines)


def as_sarif(claims: Sequence[CheckedClaim]) -> str:
    """A log of SARIF 2.1.0: path, line, rule and message of each claim that fails or is not known."""
    results: list[dict[str, Any]] = []
    for claim in claims:
        if claim.outcome == "holds":
            continue
        file = {"uri": quote(below_repository(claim.path))}
        location = {"artifactLocation": file, "region": {"startLine": claim.claim.line}}
        result = {
            "ruleId": _RULE_OF[claim.outcome],
            "level": "error",
            "message": {"text": claim.message},
            "locations": [{"physicalLocation": location}],
        }
        results.append(result)
    rules = [{"id": rule, "shortDescription": {"text": meaning}} for rule, meaning in RULES.items()]
    driver = {"name": "labreport", "rules": rules}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=1)


FORMATS: dict[str, Callable[[Sequence[CheckedClaim]], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_annotations,
    "sarif": as_sarif,
}
"""Each format of `check` by its name."""
