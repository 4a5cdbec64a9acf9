"""How a worker becomes part of a build: code and data go there, and it shows that its results belong here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.execute.cluster.child import START
from labreport.execute.cluster.identity import Claim
from labreport.execute.cluster.identity import claims as all_claims
from labreport.execute.cluster.lane import Spot
from labreport.execute.cluster.link import Link, Refused
from labreport.execute.cluster.parcel import Parcel, parcel
from labreport.execute.task import Task
from labreport.execute.worker import thread_variables
from labreport.fingerprint.modules import default_roots
from labreport.processes import SAFE_PATH
from labreport.project import Project

ALWAYS = ("msgspec", "numpy", "safetensors")
"""What the code of this program needs on a worker, in any version."""
PIECE = 8 << 20
"""Bytes of a file that are sent at a time."""


@dataclass(frozen=True)
class Job:
    """What a build asks of every worker; `resources` are what Dask calls so, for each run."""

    package: str
    roots: tuple[str, ...]
    threads: int
    parcel: Parcel
    claims: tuple[Claim, ...]
    resources: dict[str, float]

    @property
    def requirements(self) -> list[str]:
        """What to install on a worker, as pip takes it."""
        found = list(dict.fromkeys(one for claim in self.claims for one in claim.requirements))
        named = {one.partition("==")[0] for one in found}
        return [*(name for name in ALWAYS if name not in named), *found]


def job(project: Project, tasks: Iterable[Task]) -> Job:
    """The job of carrying out these tasks."""
    roots = project.source_roots or default_roots(project.package)
    found = all_claims(tasks, project.package, roots)
    data = {name: digest for one in found for name, digest in one.wanted["data"].items()}
    content = parcel(project.package, roots, data)
    return Job(project.package, roots, project.threads, content, tuple(found), dict(project.resources))


def greet(
    link: Link, worker: str, known: Any, job: Job, session: str, host: AbstractContextManager[Any]
) -> list[Spot]:
    """The places for runs on a worker. Raises `Refused` where it has none, and `LinkLost`.

    Only one worker of a machine receives files at a time, in the block of `host`; so they travel once.
    """

    def ask(what: str, **arguments: Any) -> Any:
        return link.ask(worker, f"labreport-{what}-{session}-{uuid.uuid4().hex[:8]}", what, **arguments)

    facts = ask("facts", needed=job.parcel.size)
    places = _places(known, facts["cores"], job)
    folder, files = facts["folder"], job.parcel.sources
    with host:
        for digest in ask("lacking", folder=folder, digests=list(files)):
            part = uuid.uuid4().hex
            for data, last in _pieces(files[digest]):
                ask("receive", folder=folder, digest=digest, part=part, data=data, last=last)
        tree = ask("unpack", folder=folder, archive=job.parcel.name)
    environment = {**thread_variables(job.threads), SAFE_PATH: "1"}
    claims = [one.plain for one in job.claims]
    different = ask("inspect", tree=tree, environment=environment, claims=claims, start=START)
    if different:
        raise Refused("; ".join(dict.fromkeys(different)))
    return [Spot(link, worker, tree, environment, job.resources)] * places


def _places(known: Any, cores: int, job: Job) -> int:
    """How many runs a worker carries out at a time: no more than it has threads, cores and resources for."""
    threads = min(int(known.get("nthreads", 1)), cores)
    found = threads // job.threads
    if not found:
        raise Refused(
            f"has {threads} threads, and a run takes {job.threads}; start it with --nthreads {job.threads}"
        )
    for name, needed in job.resources.items():
        has = float(known.get("resources", {}).get(name, 0))
        if has < needed:
            raise Refused(
                f"has {has:g} {name}, and a run takes {needed:g}; start it with --resources {name}=1"
            )
        found = min(found, int(has // needed))
    return found


def _pieces(file: bytes | Path) -> Iterable[tuple[bytes, bool]]:
    data = file if isinstance(file, bytes) else None
    if data is not None:
        yield data, True
        return
    assert isinstance(file, Path)
    left = file.stat().st_size
    with file.open("rb") as stream:
        while True:
            piece = stream.read(PIECE)
            left -= len(piece)
            yield piece, left <= 0 or not piece
            if left <= 0 or not piece:
                return
