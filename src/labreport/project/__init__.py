"""What an author writes, as frozen values."""

from labreport.project.experiment import (
    Arrays,
    Design,
    Experiment,
    Fit,
    Read,
    Study,
    Training,
    at,
    resolved,
    study,
)
from labreport.project.load import load_project, located
from labreport.project.measure import Measure, flat
from labreport.project.outline import (
    Check,
    Figure,
    Project,
    Question,
    Reader,
    Section,
    Words,
    figure,
    question,
    section,
)
from labreport.project.table import Data, table

__all__ = [
    "Arrays",
    "Check",
    "Data",
    "Design",
    "Experiment",
    "Figure",
    "Fit",
    "Measure",
    "Project",
    "Question",
    "Read",
    "Reader",
    "Section",
    "Study",
    "Training",
    "Words",
    "at",
    "figure",
    "flat",
    "load_project",
    "located",
    "question",
    "resolved",
    "section",
    "study",
    "table",
]
