"""What an author writes, as frozen values."""

from labreport.project.experiment import Arrays, Experiment, Fit, Read, Study, Training, at, resolved, study
from labreport.project.measure import Design, Measure, flat
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
)
from labreport.project.table import Data, table
