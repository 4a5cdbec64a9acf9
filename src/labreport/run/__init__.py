"""Running tasks, on this machine or on the workers of a Dask scheduler.

`run_tasks` (`scheduler`) gives each `Task` to a worker: a `LocalWorker` is a process (`local`), a `Cluster`
hands its tasks to Dask (`dask`). Both call `run_task` (`runner`) where the training is: a `Runner` trains,
writes checkpoints and states to the `Store`, and proves once that a state is whole (`proof`). `returned`
checks what the author's code gives, `provenance` notes where a run was made. What happens comes back as an
`Event`: `EpochReached`, `Finished`, `Failed`.
"""

from labreport.run.scheduler import run_tasks
from labreport.run.task import EpochReached, Event, Failed, Finished, Task, available_cores
