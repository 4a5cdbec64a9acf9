"""Starts a scheduler and workers as a user would, with nothing of this project in reach."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEADLINE = 180.0


@dataclass
class Cluster:
    """A scheduler on loopback and its workers, all with their files below `folder`."""

    folder: Path
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    count: int = 0
    certificate: tuple[Path, Path] | None = None
    """A certificate that is its own authority, and its key: everything then speaks TLS."""

    def start(self, workers: int = 2, port: int = 0, **environment: str) -> Cluster:
        """Start the scheduler, and so many workers of one thread each."""
        self.folder.mkdir(exist_ok=True)
        log = self.folder / "scheduler.log"
        words = ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
        self.scheduler = self._dask(log, words, {})
        self.address = found_in(log, r"t(cp|ls)://127\.0\.0\.1:\d+")
        for _ in range(workers):
            self.join(**environment)
        return self

    def join(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start one more worker, and wait until the scheduler has it."""
        self.count += 1
        log = self.folder / f"worker-{self.count}.log"
        words = [
            "worker",
            self.address,
            "--no-dashboard",
            "--no-nanny",
            "--local-directory",
            str(self.folder),
        ]
        noted = {"STANDIN_LOG": str(self.folder / f"log-{self.count}"), **environment}
        worker = self._dask(log, [*words, *(options or ("--nthreads", "1"))], noted)
        self.workers.append(worker)
        found_in(log, "Registered to")
        return worker

    def epochs(self) -> list[list[str]]:
        """The lines that each worker's runs have noted, by worker."""
        files = [self.folder / f"log-{number + 1}" for number in range(self.count)]
        texts = [path.read_text() if path.exists() else "" for path in files]
        return [[line for line in text.splitlines() if line.startswith("epoch")] for text in texts]

    def stop(self) -> None:
        """Kill all of it."""
        for process in [*self.workers, *filter(None, [self.scheduler])]:
            process.kill()
            process.wait()

    def _dask(self, log: Path, words: list[str], variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [sys.executable, "-P", "-m", f"distributed.cli.dask_{words[0]}", *words[1:]]
        if self.certificate is not None:
            certificate, key = map(str, self.certificate)
            command += ["--protocol", "tls", "--tls-ca-file", certificate]
            command += ["--tls-cert", certificate, "--tls-key", key]
        temporary = {"TMPDIR": str(self.folder), **variables}
        with log.open("wb") as stream:
            return subprocess.Popen(
                command, stdout=stream, stderr=stream, cwd=self.folder, env={**clean, **temporary}
            )


def found_in(log: Path, pattern: str) -> str:
    """What a log has of a pattern, once it has it."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text(errors="replace")):
            return found[0]
        time.sleep(0.05)
    raise AssertionError(log.read_text(errors="replace"))
