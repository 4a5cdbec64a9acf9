"""A few trials of the campaign, on every change; the rest runs by `python build.py test --faults`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

import pytest
from faults import formats, injection, judge
from faults.kinds import KINDS
from faults.skipped import Skipped
from faults.world import Place, World

SAMPLE = (
    *(("kill", index) for index in range(4)),
    *(("syscall", index) for index in range(4)),
    *(("damage", index) for index in range(6)),
    ("crowd", 0),
    ("unwritable", 0),
    ("small-disk", 5),
    *(("resume", index) for index in (0, 1, 2, 4)),
    *(("ledger", index) for index in (0, 1, 3, 7)),
    *(("lock", index) for index in (1, 4)),
    *(("mark", index) for index in (2, 4, 6)),
    *(("orders", index) for index in (5, 6)),
    *(("forced", index) for index in (0, 1)),
    ("seeds", 0),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A checkout with the stand-in exercise, and undisturbed reports."""
    return World.make(tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize(("kind", "index"), SAMPLE)
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
@pytest.mark.parametrize("when", ["1", "2", "3", "1+"])
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


@pytest.mark.parametrize("year", [1980, 2037])
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


RENAMES = "/^rename"


@pytest.mark.skipif(not injection.available(), reason="needs strace, allowed to trace (Debian: strace)")
@pytest.mark.parametrize("start", [0, 1])
def test_a_build_killed_between_two_published_files_is_completed_by_the_next(
    world: World, tmp_path: Path, start: int
) -> None:
    """Killed at the first, second, ... rename of a document, until there is none left to be killed at."""
    survived = []
    for number in range(1, 30):
        place = Place(world, tmp_path / f"trial-{number}")
        place.folder.mkdir()
        place.start_from(start)
        place.report.mkdir(exist_ok=True)
        shown = [word for name in formats.DOCUMENTS for word in ("-P", str(place.report / name))]
        inject = ["-e", f"trace={RENAMES}", "-e", f"inject={RENAMES}:signal=KILL:when={number}"]
        ran = place.run(prefix=["strace", "-f", "-qq", "-o", os.devnull, *shown, *inject])
        if ran.code == 0:
            break
        survived.append(ran.code)
        live = judge.after_fault(place, ran, start, killed=True)
        before = judge.trainings(place)
        judge.recovers(place, live)
        assert judge.trainings(place) == before, "all was trained before the first document was published"
    assert len(survived) >= 3, "a document was published without a rename"


@pytest.mark.skipif(not injection.available(), reason="needs strace, allowed to trace (Debian: strace)")
def test_a_half_published_report_is_never_called_up_to_date(world: World, tmp_path: Path) -> None:
    """After a kill at the second document, status and the front door say that something is to be done."""
    place = Place(world, tmp_path / "trial")
    place.folder.mkdir()
    place.start_from(1)
    shown = [word for name in formats.DOCUMENTS for word in ("-P", str(place.report / name))]
    inject = ["-e", f"trace={RENAMES}", "-e", f"inject={RENAMES}:signal=KILL:when=2"]
    ran = place.run(prefix=["strace", "-f", "-qq", "-o", os.devnull, *shown, *inject])
    assert ran.code != 0
    assert place.run("status").code == 1
    ran = place.run()
    assert (ran.code, "up to date" in ran.out) == (0, False)
    judge.settled(place)
