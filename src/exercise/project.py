"""This exercise, as the engine sees it."""

from __future__ import annotations

from exercise.catalogue import EXPERIMENTS, STUDIES
from exercise.outline import OUTLINE
from exercise.rubric import RUBRIC
from labreport.project import Project, Words

PROJECT = Project(
    experiments=EXPERIMENTS,
    studies=STUDIES,
    outline=OUTLINE,
    libraries=("tensorflow", "keras", "numpy"),
    data_files=("data/mnist.npz",),
    threads=1,
    words=Words(run="network", item="image", category="digit", checked_in="Keras"),
    verify="exercise.verification:verify",
    verify_published="exercise.verification.published:published",
    show_code="exercise.show_code:show_code",
    show_check="exercise.show_code:show_check",
    cost="exercise.networks:epoch_cost",
    program="exercise.networks:program_name",
    rubric=RUBRIC,
    recompute="exercise.recompute:recompute",
)
