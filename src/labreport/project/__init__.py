"""What authors declare: projects, sections, questions, figures, experiments, measures and tables."""

from labreport.project.experiment import (
    Arrays,
    Experiment,
    Fit,
    Read,
    Study,
    Training,
    at,
    study,
)
from labreport.project.loading import load_project, locate_project
from labreport.project.measure import DESIGN, Design, Measure, flatten_metrics, quantile
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
from labreport.project.values import JsonValues, values
