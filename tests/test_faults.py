"""A few trials of the campaign, on every change; the rest runs by `python build.py test --faults`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

import pytest
from faults import formats, injection, judge
from faults.injection import Point
from faults.kinds import KINDS
from faults.skipped import Skipped
from faults.world import Place, World
from program import Program

SAMPLE = (("kill", 0), ("damage", 0), ("crowd", 0), ("ledger", 2), ("moments", 0))
"""A trial of the kinds that lose most when they go wrong; most others are tried one by one elsewhere."""
MORE = (
    *(("unwritable", 0), ("small-disk", 5), ("lock", 1), ("mark", 2), ("forced", 0), ("foreign", 1)),
    *(("syscall", 0), ("resume", 0), ("orders", 5), ("seeds", 0), ("ledger", 0)),
    *(("kill", index) for index in (1, 2, 3)),
    *(("syscall", index) for index in (1, 2, 3)),
    *(("damage", index) for index in (1, 2, 3, 4, 5)),
    *(("resume", index) for index in (1, 2, 4)),
    *(("ledger", index) for index in (1, 3, 7)),
    *(("moments", index) for index in (1, 2, 3, 4, 7)),
    *(("edited", 0), ("watched", 0), ("lock", 4), ("mark", 4), ("mark", 6), ("orders", 6), ("forced", 1)),
)
"""Further ones that found something once; they run with the campaign."""
LATER = pytest.mark.faults


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A checkout with the stand-in exercise, and undisturbed reports; the campaign's are set in type, too."""
    return World.make(tmp_path_factory.mktemp("world"), typeset=False)


@pytest.mark.parametrize(("kind", "index"), [*SAMPLE, *(pytest.param(*trial, marks=LATER) for trial in MORE)])
def test_a_fault_loses_nothing(kind: str, index: int, world: World, tmp_path: Path) -> None:
    """Each trial is judged as in the campaign: nothing lost, nothing wrong, nothing left over."""
    place = Place(world, tmp_path / "trial")
    place.folder.mkdir()
    try:
        KINDS[kind][0](place, Random(f"{kind}:{index}"), index)
    except Skipped as reason:
        pytest.skip(str(reason))
    finally:
        judge.end(place)


@pytest.mark.skipif(not injection.available(), reason="needs strace, allowed to trace (Debian: strace)")
@pytest.mark.parametrize("when", ["1+", *(pytest.param(when, marks=LATER) for when in "123")])
def test_a_result_that_cannot_be_read_back_is_not_left_out(world: World, tmp_path: Path, when: str) -> None:
    """It was trained and stored; the report is made with it, or the last one stays and it is said why."""
    place = Place(world, tmp_path / "trial")
    place.folder.mkdir()
    place.start_from(1)
    one, two = (
        {path.name for path in formats.files(world.references[seeds] / formats.RESULTS)} for seeds in (1, 2)
    )
    unread = place.report / formats.RESULTS / min(name for name in two - one if name.endswith(".json"))
    inject = ["-e", "trace=read", "-e", f"inject=read:error=EIO:when={when}"]
    ran = place.run(prefix=["strace", "-f", "-qq", "-o", os.devnull, "-P", str(unread), *inject])
    shown = formats.documents(world.references[2 if ran.code == 0 else 1])
    assert formats.documents(place.report) == shown
    assert (ran.code, "read" in ran.err) in ((0, False), (1, True))
    judge.recovers(place, judge.trajectories(place.report))


@pytest.mark.slow
@pytest.mark.skipif(not injection.available(), reason="needs strace, allowed to trace (Debian: strace)")
def test_a_build_opens_no_network_socket(world: World, tmp_path: Path) -> None:
    """Neither the build nor a worker, nor a library on its own account."""
    place = Place(world, tmp_path / "trial", seeds=1)
    place.folder.mkdir()
    log = place.folder / "strace"
    ran = place.run(prefix=["strace", "-f", "-qq", "-o", str(log), "-e", "trace=socket,connect"])
    assert ran.code == 0, ran.err
    calls = log.read_text().splitlines()
    assert [line for line in calls if "AF_INET" in line or "AF_NETLINK" in line] == []


@pytest.mark.slow
@pytest.mark.skipif(not injection.available(), reason="needs strace, allowed to trace (Debian: strace)")
def test_the_test_for_sockets_would_see_one(world: World, tmp_path: Path) -> None:
    """So that the one before can fail."""
    log = tmp_path / "strace"
    program = "import socket; socket.socket()"
    os.spawnlp(
        os.P_WAIT,
        "strace",
        "strace",
        "-f",
        "-qq",
        "-o",
        str(log),
        "-e",
        "trace=socket",
        sys.executable,
        "-c",
        program,
    )
    assert "AF_INET" in log.read_text()


@pytest.mark.parametrize("year", [pytest.param(1980, marks=LATER), 2037])
def test_a_clock_that_jumps_costs_no_training(year: int, world: World, tmp_path: Path) -> None:
    """Files from the far past or the future are judged by their content."""
    place = Place(world, tmp_path / "trial")
    place.folder.mkdir()
    place.start_from(2)
    moment = (year - 1970) * 365.25 * 86_400
    for path in [*place.report.rglob("*"), *world.checkout.rglob("*.py")]:
        os.utime(path, (moment, moment), follow_symlinks=False)
    ran = place.run()
    assert ran.code == 0, ran.err
    assert judge.trainings(place) == []
    judge.settled(place)


def trained(world: World, folder: Path, start: int) -> Place:
    """A report of `start` seeds, 0 for none, with all results for two: only the report is to be made.

    So no worker runs, and the build itself is the process that gets to a point.
    """
    place = Place(world, folder)
    place.folder.mkdir()
    place.start_from(start)
    ran = place.run("alpha", "beta", "alpha-10", "alpha-middle", "grid", "rates")
    assert ran.code == 0, ran.err
    return place


def publications(world: World, folder: Path, start: int) -> list[Point]:
    """Where an undisturbed build puts a document in its place."""
    place = trained(world, folder, start)
    documents = [place.report / name for name in formats.DOCUMENTS]
    log = folder / "strace"
    return injection.points(place.command(), place.environment(), documents, log, injection.RENAME)


@LATER
@pytest.mark.skipif(not injection.available(), reason="needs strace, allowed to trace (Debian: strace)")
@pytest.mark.parametrize("start", [0, 1])
def test_a_build_killed_between_two_published_files_is_completed_by_the_next(
    world: World, tmp_path: Path, start: int
) -> None:
    """Killed at each rename of a document; nothing is trained again, and nothing calls it up to date."""
    points = publications(world, tmp_path / "undisturbed", start)
    assert len(points) >= len(formats.DOCUMENTS), "a document was published without a rename"
    killed = 0
    for number, point in enumerate(points):
        place = trained(world, tmp_path / f"trial-{number}", start)
        ran = place.run(prefix=injection.under(point, injection.KILL))
        if ran.code == 0:
            # Counts drift between runs
            continue
        killed += 1
        live = judge.after_fault(place, ran, start, killed=True)
        assert place.run("status").code == 1
        before = judge.trainings(place)
        again = judge.recovers(place, live)
        assert "up to date" not in again.out
        assert judge.trainings(place) == before
    assert killed


DOCUMENTS = ("answers.json", "report.html", "report.pdf")
COMMANDS = ("status", "verify", "grade", "build")


@pytest.mark.parametrize(
    ("name", "make"),
    [
        *((name, os.mkfifo) for name in ("ledger.json", "report.pdf")),
        *((name, os.mkdir) for name in (".stamp", "report.pdf")),
        *(
            pytest.param(name, make, marks=pytest.mark.slow)
            for name, make in (
                *((name, os.mkfifo) for name in (".stamp", "answers.json", "report.html")),
                ("ledger.json", os.mkdir),
            )
        ),
    ],
)
def test_every_command_ends_and_the_build_puts_the_file_back(
    built: Program, tmp_path: Path, name: str, make: object
) -> None:
    """None waits, none falls over; without stamp or ledger, the report is as good as before."""
    assert callable(make)
    program = built.copy(tmp_path / "checkout")
    path = program.folder / "report" / name
    path.unlink()
    make(path)
    codes = {}
    for command in COMMANDS:
        words = [] if command == "build" else [command, *([str(path)] if command == "grade" else [])]
        ran = program.run(*words, timeout=100)
        codes[command] = ran.code
        assert "Traceback" not in ran.err
    stale = int(name != ".stamp")
    assert codes == {
        "status": stale,
        "verify": int(name in (*DOCUMENTS, "ledger.json")),
        "grade": 2,
        "build": 0,
    }
    assert path.is_file() or name == ".stamp"
