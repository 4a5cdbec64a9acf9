"""The exercise's modules that load TensorFlow, each when a test first uses it, and networks of many tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checkers import unloaded

from exercise.networks import Network

if TYPE_CHECKING:
    from exercise import training, verification
    from exercise.training import backend, evaluation
    from exercise.training import epoch as epochs
    from exercise.training import model as models
    from exercise.verification import answers, plain
else:
    training = unloaded("exercise.training")
    backend = unloaded("exercise.training.backend")
    epochs = unloaded("exercise.training.epoch")
    evaluation = unloaded("exercise.training.evaluation")
    models = unloaded("exercise.training.model")
    verification = unloaded("exercise.verification")
    answers = unloaded("exercise.verification.answers")
    plain = unloaded("exercise.verification.plain")

__all__ = [
    "MOMENTUM",
    "PLAIN",
    "answers",
    "backend",
    "epochs",
    "evaluation",
    "models",
    "plain",
    "training",
    "verification",
]

PLAIN = Network((12,))
MOMENTUM = Network((9, 8), momentum=0.9)
"""Each is compiled once for all tests of a process; one that differs only in numbers is the same program."""
