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
    load_project,
    located,
    question,
    section,
    slug,
)
from labreport.project.table import Data, table
