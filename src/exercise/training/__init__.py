"""Training: a network's specification and a seed become a run of compiled epochs."""

from exercise.training.run import TrainingRun, start

__all__ = ["TrainingRun", "start"]
