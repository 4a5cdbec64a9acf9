"""The answers' numbers as short texts, and what changed in them since the last report."""

from __future__ import annotations

from collections.abc import Mapping

from labreport.claims import Answer
from labreport.claims.rounding import format_number

Numbers = dict[str, dict[str, str]]
"""Question → quantity or claim → text; claims stand under `claim NAME`."""


def numbers(answers: Mapping[str, Answer]) -> Numbers:
    """All quantities, rounded as printed, and all verdicts."""
    return {
        slug: {
            **{name: format_number(quantity) for name, quantity in answer.quantities.items()},
            **{f"claim {name}": str(claim.verdict) for name, claim in answer.claims.items()},
        }
        for slug, answer in answers.items()
    }


def changes(old: Numbers, new: Numbers) -> list[str]:
    """A line for each number or verdict that differs; none for the first report."""
    lines: list[str] = []
    for slug in sorted({*old, *new}) if old else ():
        before, after = old.get(slug, {}), new.get(slug, {})
        turned = [name for name in after if name.startswith("claim ") and before.get(name) != after[name]]
        verdict = "" if not any(name.startswith("claim ") for name in after) else ", verdict unchanged"
        for name in sorted({*before, *after}):
            if before.get(name) == after.get(name) or name in turned:
                continue
            lines.append(
                f"{slug}.{name} {before.get(name, '–')} → {after.get(name, '–')}{'' if turned else verdict}"
            )
        lines.extend(f"{slug}: {name} {before.get(name, '–')} → {after[name]}" for name in turned)
    return lines
