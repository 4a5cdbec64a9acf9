"""The engine: experiments, staleness, findings and pages; it knows nothing about any one project.

What a project's author needs can be imported from here. Nothing is loaded until it is asked for, because a
run with nothing to do imports this module, too.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from labreport.authoring import Meta as Meta
    from labreport.builders.compare import effect as effect
    from labreport.builders.compare import ranking as ranking
    from labreport.builders.confusion import confusion_matrix as confusion_matrix
    from labreport.builders.confusion import hardest as hardest
    from labreport.builders.dots import dots as dots
    from labreport.builders.dots import learning_curve as learning_curve
    from labreport.builders.environment import environment as environment
    from labreport.builders.grid import grid as grid
    from labreport.builders.grid import grid_map as grid_map
    from labreport.builders.trade_off import trade_off as trade_off
    from labreport.experiment import Design as Design
    from labreport.experiment import Experiment as Experiment
    from labreport.experiment import Study as Study
    from labreport.experiment import study as study
    from labreport.loaded import load as load
    from labreport.outline import Figure as Figure
    from labreport.outline import Question as Question
    from labreport.outline import Section as Section
    from labreport.outline import figure as figure
    from labreport.outline import question as question
    from labreport.outline import section as section
    from labreport.project import Project as Project
    from labreport.project import Words as Words
    from labreport.results import Results as Results
    from labreport.results import Runs as Runs
    from labreport.run import Fit as Fit
    from labreport.stats import Answer as Answer
    from labreport.stats import Measure as Measure
    from labreport.stats import Quantity as Quantity
    from labreport.stats import Source as Source
    from labreport.stats import count as count
    from labreport.stats import difference as difference
    from labreport.stats import estimate as estimate
    from labreport.stats import exact as exact
    from labreport.stats import extremes as extremes
    from labreport.stats import trend as trend

_HOMES = {
    name: module
    for module, names in {
        "authoring": "Meta",
        "builders.compare": "effect ranking",
        "builders.confusion": "confusion_matrix hardest",
        "builders.dots": "dots learning_curve",
        "builders.environment": "environment",
        "builders.grid": "grid grid_map",
        "builders.trade_off": "trade_off",
        "experiment": "Design Experiment Study study",
        "loaded": "load",
        "outline": "Figure Question Section figure question section",
        "project": "Project Words",
        "results": "Results Runs",
        "run": "Fit",
        "stats": "Answer Measure Quantity Source count difference estimate exact extremes trend",
    }.items()
    for name in names.split()
}
"""A name to the module that defines it."""


def __getattr__(name: str) -> Any:
    """A name of the author's interface, loaded when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    """What can be imported from here."""
    return sorted(_HOMES)
