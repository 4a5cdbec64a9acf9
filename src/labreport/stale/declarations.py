"""Hashes of declarations: experiments, studies, tables, files of values."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeAlias

from labreport.project import Data, Experiment, JsonValues, Study
from labreport.project.checks import Declared
from labreport.results.files import short_hash
from labreport.stale.canonical import specification_repr

Declaration: TypeAlias = Experiment | Study | Data | JsonValues
"""Declarations that are inputs of their own."""
_LOCATION_FIELDS = frozenset({"calls", "folder", "rows", "source"})
"""Fields that say where something is. They do not count; the bytes of a file are an input of their own."""


def declaration_hash(declaration: Declaration) -> str:
    """A short hash of the fields that code which reads a declaration can see."""
    if isinstance(declaration, Experiment):
        return _experiment_hash(declaration)
    if isinstance(declaration, Study):
        return _study_hash(declaration)
    values = dict(declared_fields(declaration))
    values.pop("path", None)
    return short_hash(values)


def _experiment_hash(experiment: Experiment) -> str:
    """A short hash of an experiment without the code that runs it, which is an input of its runs only."""
    numbers = [experiment.epochs, experiment.seeds]
    specification = specification_repr(experiment)
    return short_hash([experiment.name, experiment.title, numbers, repr(experiment.design), specification])


def _study_hash(study: Study) -> str:
    cells = [_experiment_hash(experiment) for experiment in study.experiments()]
    return short_hash([study.name, study.title, repr(study.axes), cells])


def declared_fields(declared: Declared) -> list[tuple[str, object]]:
    """Name and value of each field of a declaration that counts, independent of the line it is written on."""
    names = [member.name for member in fields(declared) if member.name not in _LOCATION_FIELDS]
    return [(name, getattr(declared, name)) for name in names]
