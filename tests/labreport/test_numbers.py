"""What a rebuild changed in the answers, the most telling first."""

from __future__ import annotations

from labreport.execute.numbers import changes

OLD = {
    "first": {"a": "1", "b": "2 %", "claim better": "supported"},
    "second": {"c": "3", "gone": "4", "claim same": "refuted"},
    "third": {"d": "5"},
}


def test_nothing_is_told_of_the_first_report() -> None:
    """All its numbers are new."""
    assert changes({}, OLD) == []
    assert changes(OLD, OLD) == []


def test_verdicts_come_first_then_headlines_then_the_rest() -> None:
    """In the order of the report, not of the alphabet; what has gone comes last of its question."""
    new = {
        "third": {"d": "6"},
        "first": {"a": "0", "b": "9 %", "claim better": "inconclusive"},
        "second": {"c": "7", "claim same": "refuted"},
    }
    assert changes(OLD, new, ["second#c", "first#b"]) == [
        "first: claim better supported → inconclusive",
        "second.c 3 → 7, verdict unchanged",
        "first.b 2 % → 9 %",
        "third.d 5 → 6",
        "first.a 1 → 0",
        "second.gone 4 → –, verdict unchanged",
    ]
