"""All lanes of a cluster: workers that join are greeted and used, those that are lost are given up."""

from __future__ import annotations

import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from labreport.console.terminal import Terminal
from labreport.errors import LabReportError
from labreport.execute.cluster.greet import Job, greet
from labreport.execute.cluster.lane import ClusterLane
from labreport.execute.cluster.link import Link, LinkLost, Refused

PATIENCE_SECONDS = 300.0
"""How long a build without any worker waits for one, and for a scheduler that is gone."""
LOOK_SECONDS = 0.5
_SAY_SECONDS = 60.0


class Pool:
    """The lanes of a job on the cluster at `address`, in the list `lanes`, which grows as workers join."""

    def __init__(self, address: str, job: Job, patience: float = PATIENCE_SECONDS) -> None:
        self.lanes: list[ClusterLane] = []
        self._address = address
        self._job = job
        self._patience = patience
        self._session = uuid.uuid4().hex[:12]
        self._notes: deque[str] = deque()
        self._refused: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._greeting: dict[str, Any] = {}
        self._hosts: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._by_name: dict[str, ClusterLane] = {}
        self._good = time.monotonic()
        self._said = time.monotonic()
        self._closed = threading.Event()
        self._fetching = ThreadPoolExecutor(8, "labreport-fetch")
        self._greeters = ThreadPoolExecutor(16, "labreport-greet")
        self._link = Link(address, self._heard)
        self._watch = threading.Thread(target=self._keep_watch, name="labreport-watch", daemon=True)
        self._watch.start()

    def look(self, terminal: Terminal) -> None:
        """Report what has happened. Raises `LabReportError` where no worker can be used, or none has come."""
        while self._notes:
            terminal.warn(self._notes.popleft())
        if any(lane.ready for lane in self.lanes):
            self._good = self._said = time.monotonic()
            return
        waited = time.monotonic() - self._good
        hopeless = self._refused and not self._greeting and set(self._known) <= set(self._refused)
        if hopeless and self._link.alive:
            wanted = " ".join(self._job.requirements)
            raise LabReportError(
                f"--scheduler {self._address}: no worker can compute these results; install on each of them: "
                f"{wanted}"
            )
        if waited > self._patience:
            what = "the scheduler has no workers" if self._link.alive else "no scheduler answers"
            raise LabReportError(
                f"--scheduler {self._address}: {what} for {waited:.0f} s; start some with "
                f"`dask worker {self._address}`, and run the same command again"
            )
        if time.monotonic() - self._said > min(_SAY_SECONDS, self._patience / 5):
            self._said = time.monotonic()
            left = self._patience - waited
            terminal.warn(f"--scheduler {self._address}: no worker; waiting for one, {left:.0f} s more")

    def close(self) -> None:
        """End all processes on the workers, and the connection."""
        self._closed.set()
        with suppress(Exception):
            self._link.call_all("end_all", session=self._session)
        with suppress(Exception):
            self._link.close()
        self._fetching.shutdown(wait=False, cancel_futures=True)
        self._greeters.shutdown(wait=False, cancel_futures=True)

    def _heard(self, lane: str, run: str, frames: list[Any]) -> None:
        found = self._by_name.get(lane)
        if found is not None:
            found.heard(run, frames)

    def _keep_watch(self) -> None:
        while not self._closed.is_set():
            try:
                workers = self._link.workers()
            except LinkLost:
                if not self._closed.is_set():
                    self._connect_again()
                continue
            # A worker that was started again at the same address has another folder
            identities = {address: str(known.get("local_directory")) for address, known in workers.items()}
            for address, identity in list(self._known.items()):
                if identities.get(address) != identity:
                    self._lose(address)
            for address, identity in identities.items():
                if address not in self._known:
                    self._known[address] = identity
                    self._greeting[address] = self._greeters.submit(self._greet, address, workers[address])
            self._closed.wait(LOOK_SECONDS)

    def _connect_again(self) -> None:
        """Wait for a scheduler at the same address; what ran there is lost as far as it was not sent."""
        self._notes.append(f"--scheduler {self._address}: the connection is lost; waiting for a scheduler")
        for address in list(self._known):
            self._lose(address)
        with suppress(Exception):
            self._link.close()
        while not self._closed.is_set():
            try:
                self._link = Link(self._address, self._heard)
            except LabReportError:
                self._closed.wait(LOOK_SECONDS)
            else:
                self._notes.append(f"--scheduler {self._address}: connected again")
                return

    def _lose(self, address: str) -> None:
        self._known.pop(address, None)
        self._refused.pop(address, None)
        lost = [lane for lane in self.lanes if lane.spot.worker == address and lane.ready]
        for lane in lost:
            lane.lose()
        if lost:
            self._notes.append(f"worker {address} was lost; its runs continue elsewhere")

    def _greet(self, address: str, known: Any) -> None:
        link = self._link
        try:
            host = self._hosts[str(known.get("host", address))]
            spots = greet(link, address, known, self._job, self._session, host)
        except LinkLost:
            pass
        except Refused as refusal:
            self._leave_out(address, str(refusal))
        except Exception as error:  # a worker that answers in a way that nobody expects
            self._leave_out(address, f"{type(error).__name__}: {error}")
        else:
            for spot in spots:
                name = f"{self._session}-{len(self._by_name)}"
                lane = ClusterLane(
                    name, spot, self._job.package, self._job.roots, self._fetching, self._leave_out
                )
                self._by_name[name] = lane
                self.lanes.append(lane)
        finally:
            self._greeting.pop(address, None)

    def _leave_out(self, address: str, why: str) -> None:
        self._refused[address] = why
        self._notes.append(f"worker {address} is left out: {' '.join(why.split())[:300]}")
        for lane in self.lanes:
            if lane.spot.worker == address and lane.ready:
                lane.lose()


@contextmanager
def pool(address: str, job: Job) -> Iterator[Pool]:
    """The lanes of a job, until the end of the block. Raises `LabReportError` where no scheduler answers."""
    found = Pool(address, job)
    try:
        yield found
    finally:
        found.close()
