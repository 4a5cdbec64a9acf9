"""Carrying out what is to be run: on this machine, or on the workers of a Dask scheduler."""

from labreport.run.execute import execute
from labreport.run.task import (
    Epoch,
    Event,
    Failed,
    Finished,
    Outcome,
    Task,
    available_cores,
    thread_environment,
)
