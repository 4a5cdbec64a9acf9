"""Conditions of rules, evaluated on what the file holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.checking.problem import Malformed


def holds(condition: Mapping[str, Any]) -> bool:
    """Whether a condition, its references resolved, is true. Raises `Malformed` for an unknown one."""
    operation = condition["operation"]
    if operation == "otherwise":
        return True
    if operation == "every":
        return all(map(holds, condition["of"]))
    if operation == "some":
        return any(map(holds, condition["of"]))
    if operation != "compare":
        raise Malformed(f"no condition is called {operation!r}")
    left, right, relation = _number(condition["left"]), _number(condition["right"]), condition["relation"]
    if left is None or right is None:
        return False
    if relation == "=":
        return bool(left == right)
    if relation.endswith("="):
        return bool(left <= right if relation[0] == "<" else left >= right)
    return bool(left < right if relation == "<" else left > right)


def _number(operand: Any) -> Any:
    if not isinstance(operand, Mapping):
        return operand
    if "operation" in operand:  # low or high, of a quantity
        interval = operand["of"]["interval"]
        return None if interval is None else interval[operand["operation"]]
    return operand["value"]
