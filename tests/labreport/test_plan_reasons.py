"""Why something is rebuilt: the cause comes before what follows from it."""

from __future__ import annotations

from labreport.plan.reasons import differences, short

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


def test_the_text_of_a_module_is_called_so() -> None:
    """It counts where comments and docstrings are read, and is not a function."""
    groups = {OLD: {"function project.nets:#text": "1"}, NEW: {"function project.nets:#text": "2"}}
    (reason,) = differences({"code": OLD}, {"code": NEW}, groups)
    assert str(reason) == "the text of project.nets changed"


def test_a_field_is_named_as_in_its_specification_however_deep_it_is() -> None:
    """And its values as they are written in Python."""
    old, new = ({"specification": {"network": {"layers": [layers]}, "rate": 0.1}} for layers in (62, 40))
    assert [str(reason) for reason in differences(old, new, {})] == ["network.layers (62,) → (40,)"]
    assert short([32, 32, 32]) == "(32,) × 3"
    assert short([1, "a", True]) == "(1, a, True)"
