"""Why something is rebuilt: the cause comes before what follows from it."""

from __future__ import annotations

from labreport.plan.reasons import differences

OLD, NEW = "a" * 64, "b" * 64


def test_a_changed_member_comes_before_those_that_come_and_go_with_it() -> None:
    """A function that names another one now is the reason, and not that the former is gone."""
    groups = {
        OLD: {"function project:Model": "1", "function project:cultivar": "2"},
        NEW: {"function project:cultivar": "3", "function project:added": "4"},
    }
    found = differences({"code": OLD}, {"code": NEW}, groups)
    assert [str(reason) for reason in found] == [
        "function project:cultivar changed",
        "function project:Model is gone",
        "function project:added is new",
    ]
