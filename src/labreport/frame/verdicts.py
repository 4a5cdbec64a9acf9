"""The words that a reader sees for a verdict, in one place: none of them reads like an error."""

from __future__ import annotations

from collections.abc import Mapping

VERDICT_WORDS: Mapping[str, str] = {
    "supported": "yes",
    "refuted": "no",
    "equivalent": "equal within the margin",
    "inconclusive": "not decided",
}
