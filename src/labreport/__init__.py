"""The public names. Each is imported from its room when it is first used, so that the import is fast."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from labreport.charts.builders import bars, confusion, curve, dots, forest, heat_map, scatter
    from labreport.project.experiment import Experiment, Fit, at, study
    from labreport.project.measure import Design, Measure, quantile
    from labreport.project.outline import Check, Project, Words, figure, question, section
    from labreport.project.table import table
    from labreport.project.values import values
    from labreport.results import load
    from labreport.stats import (
        Answer,
        Quantity,
        Source,
        Table,
        change,
        count,
        difference,
        effect,
        fact,
        grid,
        hardest,
        mean,
        number,
        ranking,
        ratio,
        rows,
        summary,
    )

_HOMES = {
    "project": "Check Design Experiment Fit Measure Project Words at figure quantile question section study "
    "table values",
    "results": "load",
    "stats": "Answer Quantity Source Table change count difference effect "
    "fact grid hardest mean number ranking ratio rows summary",
    "charts.builders": "bars confusion curve dots forest heat_map scatter",
}
"""Module to the public names that it defines."""
__all__ = sorted(" ".join(_HOMES.values()).split())


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names.split():
            found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """All public names, also those that are not imported yet."""
    return sorted({*globals(), *__all__})
