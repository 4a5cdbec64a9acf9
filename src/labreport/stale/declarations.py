"""How something is declared, as a digest: an experiment, a study, a table, a file of values."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeAlias

from labreport.project import Data, Experiment, JsonValues, Study
from labreport.project.checks import Declared
from labreport.results.files import short_hash
from labreport.stale.canonical import specification_repr

Declaration: TypeAlias = Experiment | Study | Data | JsonValues
"""What has a label of its own."""
_OF_WHERE_IT_IS = frozenset({"calls", "folder", "source"})
"""Fields of what is declared that say where it is; the bytes of a file count by themselves."""


def declaration_hash(declaration: Declaration) -> str:
    """The digest of how something is declared: what code can see of it that reads it."""
    if isinstance(declaration, Experiment):
        return _experiment_hash(declaration)
    if isinstance(declaration, Study):
        return _study_hash(declaration)
    values = dict(declared_fields(declaration))
    values.pop("path", None)
    return short_hash(values)


def _experiment_hash(experiment: Experiment) -> str:
    """The digest of an experiment without its code, on which only its runs rest."""
    numbers = [experiment.epochs, experiment.seeds]
    specification = specification_repr(experiment)
    return short_hash([experiment.name, experiment.title, numbers, repr(experiment.design), specification])


def _study_hash(study: Study) -> str:
    cells = [_experiment_hash(experiment) for experiment in study.experiments()]
    return short_hash([study.name, study.title, repr(study.axes), cells])


def declared_fields(declared: Declared) -> list[tuple[str, object]]:
    """The fields of what an author declares by the engine's means, wherever it is written."""
    names = [member.name for member in fields(declared) if member.name not in _OF_WHERE_IT_IS]
    return [(name, getattr(declared, name)) for name in names]
