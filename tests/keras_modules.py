"""The exercise's modules that load TensorFlow, each when a test first uses it, and networks of many tests."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from exercise.networks import Network

__all__ = ["MOMENTUM", "PLAIN", "backend", "epochs", "evaluation", "models", "training", "verification"]


class _Later:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)


if TYPE_CHECKING:
    from exercise import training, verification
    from exercise.training import backend, evaluation
    from exercise.training import epoch as epochs
    from exercise.training import model as models
else:
    training = _Later("exercise.training")
    backend = _Later("exercise.training.backend")
    epochs = _Later("exercise.training.epoch")
    evaluation = _Later("exercise.training.evaluation")
    models = _Later("exercise.training.model")
    verification = _Later("exercise.verification")

PLAIN = Network((12,))
MOMENTUM = Network((9, 8), momentum=0.9)
"""Each is compiled once for all tests of a process; one that differs only in numbers is the same program."""
