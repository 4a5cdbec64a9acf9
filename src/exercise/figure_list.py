"""The report's figures: which function draws each, and what it may read."""

from __future__ import annotations

from dataclasses import replace

from exercise.catalogue import STUDIES
from exercise.groups import DEEP, FEWER_LAYERS, GAIN, LONGER, NETWORKS, WITHOUT_COMPLEX
from exercise.needed import needed
from labreport.outline import Figure

_FIGURES = (
    *(Figure(f"curves-{name}", "exercise.figures.curves:training_curves", (name,)) for name in NETWORKS),
    Figure("gradients", "exercise.figures.gradients:gradients_by_layer", (*DEEP, *GAIN)),
    Figure(
        "interventions",
        "exercise.figures.interventions:interventions",
        (*DEEP, *GAIN, *FEWER_LAYERS, *LONGER),
        ("part-two.above-20",),
    ),
    Figure(
        "depth-gain",
        "exercise.figures.depth_gain:depth_against_gain",
        ("depth-gain",),
        ("part-two.hypothesis",),
    ),
    Figure(
        "accuracy-parameters",
        "exercise.figures.parameters:accuracy_against_parameters",
        NETWORKS,
        ("part-two.correlation",),
    ),
    Figure("digits", "exercise.figures.digits:accuracy_by_digit", (), ("bonus.digits",)),
    Figure("confusion", "exercise.figures.confusion:confusion_matrix", ("complex", *WITHOUT_COMPLEX)),
    Figure("gallery", "exercise.figures.gallery:confidently_wrong", ("complex",)),
    Figure("gain-per-epoch", "exercise.figures.gain:gain_per_epoch", (), ("bonus.diminishing",)),
    Figure("accuracy-seconds", "exercise.figures.seconds:accuracy_against_seconds", ("small", "complex")),
    Figure(
        "prediction",
        "exercise.figures.prediction:predicted_and_measured",
        ("complex-100",),
        ("bonus.more-time",),
    ),
    *(Figure(f"study-{grid.name}", "exercise.figures.studies:study", (grid.name,)) for grid in STUDIES),
    Figure("compute", "exercise.figures.compute:compute_in_perspective", (), ("bonus.perspective",)),
)

FIGURES = tuple(replace(figure, requires=needed(figure.slug)) for figure in _FIGURES)
