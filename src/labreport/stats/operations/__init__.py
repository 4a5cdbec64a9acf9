"""The registry of operations: every file of this folder, found by listing it.

What computes an answer imports an operation from its own file. Only the page, `check` and the schema ask for
all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from labreport.stats.operation import Operation


@cache
def listed() -> Mapping[str, Operation]:
    """List every operation by its name."""
    found: dict[str, Operation] = {}
    for module in iter_modules(__path__):
        one: Operation = import_module(f"{__name__}.{module.name}").OPERATION
        found[one.name] = one
    return found


def javascript() -> str:
    """All operations as one object of JavaScript, `Operations`, each a function by its name.

    They use `Shared` and `Distributions` of the frame's script.
    """
    each = [f"{json.dumps(one.name)}: {one.javascript.strip()}" for one in listed().values()]
    return "const Operations = {\n" + ",\n".join(each) + "\n};\n"
