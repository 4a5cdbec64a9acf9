"""The stand-in exercise, as the engine sees it."""

from __future__ import annotations

from exercise.catalogue import EXPERIMENTS, STUDIES
from exercise.outline import OUTLINE
from labreport.project import Project

PROJECT = Project(
    experiments=EXPERIMENTS,
    studies=STUDIES,
    outline=OUTLINE,
    libraries=("numpy",),
    data_files=("data/target.txt",),
)
