"""Run tasks on this machine or on the workers of a Dask scheduler.

`run_tasks` (in `scheduler`) gives each `Task` to a worker: a `LocalWorker` is a process (`local`), a
`Cluster` hands tasks to Dask (`dask`). In the worker, `run_task` (`runner`) has a `Runner` train the run,
write checkpoints and states to the `Store`, and prove once that a state is complete (`proof`). `returned`
checks what the author's code returns, `provenance` describes the machine. Progress is reported as an
`Event`: `EpochReached`, `Finished` or `Failed`.
"""

from labreport.run.scheduler import run_tasks
from labreport.run.task import EpochReached, Event, Failed, Finished, Task, available_cores
