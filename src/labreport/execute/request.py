"""What a build is asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from labreport.execute.train import Failure
from labreport.locate import Place


@dataclass(frozen=True)
class Request:
    """What the user asked for. `targets` are names; empty means the whole report.

    `force` names what to rebuild; None forces everything. `jobs` is the number of workers.
    """

    place: Place
    output: Path
    seeds: int | None = None
    jobs: int = 0
    targets: tuple[str, ...] = ()
    force: tuple[str, ...] | None = ()
    scheduler: str = ""
    lock_timeout: float = -1.0
    adopt: bool = False
    """See `labreport.store.output.check_owner`."""
    verbose: bool = False
    arguments: str = ""
    """The command line as the front door will compare it, for the stamp."""
    watched: bool = False
    """Whether the report is on the screen already, which follows the build."""
    told: Callable[..., None] = lambda phase, keys=(): None
    """Called with what is begun: `training` with the keys of what is trained, `making`, and `paper` once the
    page is published."""


@dataclass
class Outcome:
    """What a build did: names of nodes made, trainings that failed, and what kept the report back."""

    trained: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 when all is done, 1 when something failed."""
        return 1 if self.failures or self.problems else 0

    @property
    def errors(self) -> int:
        """How many errors were shown."""
        return len({failure.cause for failure in self.failures}) + len(self.problems)
