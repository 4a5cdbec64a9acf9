"""Training: from the specification of a network and a seed to a run of compiled epochs."""

from exercise.training.run import TrainingRun, start

__all__ = ["TrainingRun", "start"]
