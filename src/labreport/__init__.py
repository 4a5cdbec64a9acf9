"""The names that an author imports; nothing is loaded until it is asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from labreport.charts.builders import bars, confusion, curve, dots, heat_map, scatter
    from labreport.project import (
        Check,
        Design,
        Experiment,
        Fit,
        Measure,
        Project,
        Words,
        at,
        figure,
        question,
        section,
        study,
        table,
    )
    from labreport.results import load
    from labreport.stats import (
        Answer,
        Quantity,
        Source,
        Table,
        average,
        change,
        count,
        difference,
        effect,
        environment,
        estimate,
        fact,
        grid,
        hardest,
        mean,
        number,
        ranking,
        ratio,
        rows,
    )

_HOMES = {
    name: module
    for module, names in {
        "project": "Check Design Experiment Fit Measure Project Words at figure question section study table",
        "results": "load",
        "stats": "Answer Quantity Source Table average change count difference effect environment estimate "
        "fact grid hardest mean number ranking ratio rows",
        "charts.builders": "bars confusion curve dots heat_map scatter",
    }.items()
    for name in names.split()
}
"""A name to the room that defines it."""
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """A name of the author's interface, loaded when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    """What can be imported from here."""
    return sorted({*globals(), *_HOMES})
