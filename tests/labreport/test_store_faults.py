"""Real system calls, killed at and made to fail, in a small program that writes as a build does."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import injection, writer
from faults.injection import KILL, Effect, Point

from labreport.store import Store
from labreport.store.cache import Cache
from labreport.store.files import TEMPORARY
from labreport.store.publish import DOCUMENTS

TESTS = Path(__file__).parents[1]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)]),
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}

pytestmark = pytest.mark.skipif(
    not injection.available(), reason="needs strace, allowed to trace (Debian: strace)"
)


@dataclass
class Trial:
    """A folder in which the writer has worked once, and then works again under a fault."""

    folder: Path
    generation: int = 1

    @property
    def report(self) -> Path:
        """The output directory."""
        return self.folder / "report"

    def command(self) -> list[str]:
        """The writer, for the next generation."""
        return [
            sys.executable,
            str(Path(writer.__file__)),
            str(self.report),
            str(self.folder / "log"),
            str(self.generation),
        ]

    def trained(self) -> list[str]:
        """One line for each training so far."""
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []

    def published(self) -> set[str]:
        """The generations that the documents say; one, unless something is wrong."""
        return {
            (self.report / name).read_text().split()[1] for name in DOCUMENTS if (self.report / name).exists()
        }

    def live(self) -> dict[str, int]:
        """Epochs by key of every entry; none of them may be damaged."""
        store = Store(self.report / "results", mend=False)
        found = {}
        keys = store.keys()
        for key in keys:
            assert store.check(key), store.notices
            entry = store.entry(key)
            assert entry is not None, store.notices
            found[key] = len(entry.records)
        return found

    def recover(self) -> None:
        """The next plain run works, repeats no finished training, and leaves what an undisturbed one does."""
        before, trained = self.live(), len(self.trained())
        assert len(self.published()) <= 1
        run = subprocess.run(self.command(), env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        assert (run.stdout, run.stderr) == ("", "")
        for line in self.trained()[trained:]:
            key, _, _, _, epochs = line.split()
            assert before.get(key, 0) < int(epochs), f"{line}: trained again"
        assert sorted(self.live().values()) == [4, 8]
        assert self.published() == {str(self.generation)}
        assert Cache(self.report / "cache", mend=False).peek("answer", "one") is not None
        assert not list(self.report.rglob(f"{TEMPORARY}*"))
        assert not (self.report / "results" / "quarantine").exists()
        assert not Store(self.report / "results").checkpoints.keys()
        assert not Store(self.report / "results").orphans()


def points(trial: Trial, *calls: str) -> list[Point]:
    """Where an undisturbed run touches its output directory."""
    trial.folder.mkdir(exist_ok=True)
    found = injection.points(trial.command(), ENVIRONMENT, [trial.report], trial.folder / "strace", calls)
    assert found
    return found


@pytest.mark.parametrize(
    ("calls", "step"),
    [(injection.RENAME, 1), (("fsync",), 4), (injection.MAKING, 2), (injection.REMOVING, 2)],
)
def test_a_kill_at_any_rename_loses_nothing(calls: tuple[str, ...], step: int, tmp_path: Path) -> None:
    """At the first, the second, … of them, and at some other calls: the next run goes on from there."""
    found = points(Trial(tmp_path / "count"), *calls)[::step]
    for index, point in enumerate(found):
        folder = tmp_path / str(index)
        folder.mkdir()
        trial = Trial(folder)
        run = injection.inject(trial.command(), ENVIRONMENT, point, KILL)
        assert run.returncode != 0, f"{point} was not reached"
        trial.recover()


@pytest.mark.parametrize("what", ["signal=KILL", "error=ENOSPC", "error=EIO"])
@pytest.mark.parametrize("persistent", [False, True])
def test_a_fault_at_some_of_all_calls_loses_nothing(what: str, persistent: bool, tmp_path: Path) -> None:
    """A sample, the same each time; the campaign tries many more."""
    found = points(Trial(tmp_path / "count"), *injection.CALLS)
    if persistent:
        # An interpreter that can open nothing any more cannot import the words for its message either
        found = [point for point in found if point.call != "openat"]
    for index, point in enumerate(random.Random(what).sample(found, 5)):
        folder = tmp_path / str(index)
        folder.mkdir()
        trial = Trial(folder)
        run = injection.inject(trial.command(), ENVIRONMENT, point, Effect(what, persistent))
        assert "Traceback" not in run.stderr, f"{point}: {run.stderr}"
        if run.returncode in (1, 2) and not (persistent and point.call == "write"):
            assert str(trial.report) in run.stderr, f"{point}: {run.stderr}"
            assert len(run.stderr.splitlines()) == 1
        trial.recover()


def test_a_report_being_replaced_is_old_or_new_at_each_kill(tmp_path: Path) -> None:
    """A second generation, killed at each rename and link: never a mixture."""
    trial = Trial(tmp_path)
    trial.recover()
    trial.generation = 2
    found = points(trial, *injection.RENAME, *injection.MAKING)
    for generation, point in enumerate(found, start=3):
        trial.generation = generation
        injection.inject(trial.command(), ENVIRONMENT, point, KILL)
        assert trial.published() <= {str(generation - 1), str(generation)}
        trial.recover()
