"""Carrying out what is to be run: on this machine, or on the workers of a Dask scheduler."""

from labreport.run.scheduler import run_tasks
from labreport.run.task import EpochReached, Event, Failed, Finished, Task, available_cores
