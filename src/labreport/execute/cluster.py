"""The same tasks on a Dask cluster: its client's executor, one lane for each worker thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labreport.errors import LabReportError, UsageError
from labreport.execute.lanes import ClusterLane, Lane
from labreport.execute.task import Task
from labreport.execute.worker import drive
from labreport.trajectory import Trajectory

_CONNECT = "10s"


@contextmanager
def cluster(address: str, source: Path) -> Iterator[list[Lane]]:
    """Lanes on the scheduler at `address` (`tcp://host:port`), one for each thread of its workers."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "--scheduler needs Dask, which is not installed; install the extra 'dask' of pyproject.toml"
        ) from None
    if not address.startswith(("tcp://", "tls://")):
        raise UsageError(f"--scheduler {address!r}: allowed is tcp://HOST:PORT or tls://HOST:PORT")
    try:
        client = Client(address, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise LabReportError(
            f"--scheduler {address}: no scheduler answers within {_CONNECT}: {cause}"
        ) from None
    try:
        slots = sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
        if slots == 0:
            raise LabReportError(
                f"--scheduler {address}: the scheduler has no workers; start some: dask worker {address}"
            )
        executor = client.get_executor(pure=False, retries=2)
        yield [ClusterLane(executor, source) for _ in range(slots)]
    finally:
        client.close(timeout=2)


def perform_remotely(task: Task) -> Trajectory:
    """Carry out a task on a cluster's worker, which has the package installed."""
    return drive(task, lambda message: None)
