"""One connection to a Dask scheduler: the only file that knows Dask's client.

What is sent is plain data, and the function is the built-in `eval`, so that neither scheduler nor workers
need a module of this program, and their Python need not be the same.
"""

from __future__ import annotations

import hashlib
import inspect
import logging
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from labreport.errors import LabReportError, UsageError
from labreport.execute.cluster import agent, machine

_CONNECT = "10s"
_CALL = """
(lambda sys, types: (
    sys.modules.get(name)
    or (lambda module: (
        exec(compile(text, name, 'exec'), vars(module)), sys.modules.setdefault(name, module)
    )[1])(types.ModuleType(name))
))(__import__('sys'), __import__('types')).answer(what, arguments)
"""


class LinkLost(LabReportError):
    """The scheduler, or the worker that was asked, is gone."""


class Refused(LabReportError):
    """A worker cannot do what it was asked to do; the text says why."""


class Link:
    """A connection to the scheduler at `address`. `heard` is given what workers send: lane, run, frames.

    It is called in the connection's own thread. Raises `UsageError` where Dask is not installed, and
    `LinkLost` where no scheduler answers.
    """

    def __init__(self, address: str, heard: Callable[[str, str, list[Any]], None]) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise UsageError(
                "--scheduler needs Dask, which is not installed; install the extra 'dask' of pyproject.toml"
            ) from None
        if not address.startswith(("tcp://", "tls://")):
            raise UsageError(f"--scheduler {address!r}: allowed is tcp://HOST:PORT or tls://HOST:PORT")
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        warnings.filterwarnings("ignore", module="distributed")
        self.address = address
        try:
            self._client = Client(address, timeout=_CONNECT, set_as_default=False, direct_to_workers=False)
        except TypeError as error:  # what Dask says of a connection for which it has no certificates
            raise UsageError(
                f"--scheduler {address}: Dask's configuration names no certificates for TLS "
                f"(see docs/cluster.md): {error}"
            ) from None
        except (OSError, ValueError, TimeoutError) as error:
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise LinkLost(
                f"--scheduler {address}: no scheduler answers within {_CONNECT}: {cause}"
            ) from None
        # Events of a topic that is named after a client are removed by the scheduler once that has gone
        self.topic: str = self._client.id
        self._client.subscribe_topic(self.topic, lambda event: _hear(heard, event))
        self._comm = self._client.scheduler_comm

    @property
    def alive(self) -> bool:
        """Whether it is the connection that was opened, which has not been lost meanwhile."""
        # Dask's client connects again by itself, but has lost its tasks and its topics then
        return bool(self._client.status == "running" and self._client.scheduler_comm is self._comm)

    def workers(self) -> dict[str, dict[str, Any]]:
        """What the scheduler knows of each worker, by address. Raises `LinkLost`."""
        try:
            # Not scheduler_info(): what that returns is replaced now and then by a list without workers
            scheduler: Any = self._client.scheduler
            identity = self._client.sync(scheduler.identity, n_workers=-1)
            found: dict[str, dict[str, Any]] = dict(identity["workers"])
        except Exception as error:  # of many kinds, all of them about the connection
            raise LinkLost(str(error)) from None
        if not self.alive:
            raise LinkLost("the connection was lost")
        return found

    def begin(
        self, worker: str, name: str, resources: Mapping[str, float], what: str, **arguments: Any
    ) -> Any:
        """Have a worker call a function of its agent as a task of this name; Dask's future for it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a large graph: arrays from which a run continues
            return self._client.submit(
                eval,
                _CALL,
                _given(what, arguments),
                key=name,
                workers=[worker],
                allow_other_workers=False,
                resources=dict(resources) or None,
                pure=False,
            )

    def ask(self, worker: str, name: str, what: str, **arguments: Any) -> Any:
        """What the agent's function returns. Raises `Refused`, and `LinkLost` when the worker is gone."""
        return self.found(self.begin(worker, name, {}, what, **arguments))

    def found(self, future: Any) -> Any:
        """What a task returned; see `ask`."""
        try:
            answer = future.result()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            raise LinkLost(f"{type(error).__name__}: {error}") from None
        return _answered(answer)

    def call(self, worker: str, what: str, **arguments: Any) -> Any:
        """Like `ask`, for what takes no time: beside the worker's tasks, and even if it is busy."""
        try:
            found = self._client.run(eval, _CALL, _given(what, arguments), workers=[worker])
        except Exception as error:
            raise LinkLost(f"{type(error).__name__}: {error}") from None
        return _answered(found[worker])

    def call_all(self, what: str, **arguments: Any) -> None:
        """Have all workers call a function, as far as they can be reached."""
        if self.alive:
            self._client.run(eval, _CALL, _given(what, arguments), on_error="ignore")

    def close(self) -> None:
        """End the connection; the scheduler then cancels what it has of it."""
        if self.alive:
            self._client.unsubscribe_topic(self.topic)
        self._client.close(timeout=2)


def settle(future: Any, ended: Callable[[bool], None]) -> None:
    """Call `ended` when a task of Dask's is over, with whether it has returned."""
    future.add_done_callback(lambda found: ended(found.status == "finished"))


@cache
def _text(module: Any) -> tuple[str, str]:
    """A module under a name that says which version it is, and as text."""
    text = Path(inspect.getfile(module)).read_text(encoding="utf-8")
    return f"labreport_{hashlib.sha256(text.encode()).hexdigest()[:16]}", text


def _given(what: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, text = _text(machine if hasattr(machine, what) else agent)
    return {"name": name, "text": text, "what": what, "arguments": dict(arguments)}


def _answered(answer: Mapping[str, Any]) -> Any:
    if "refused" in answer:
        raise Refused(answer["refused"])
    return answer["found"]


def _hear(heard: Callable[[str, str, list[Any]], None], event: Any) -> None:
    message = event[1]
    if isinstance(message, Mapping) and "frames" in message:
        heard(message["lane"], message["run"], list(message["frames"]))
