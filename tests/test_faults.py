"""A few trials of the campaign, on every change; the rest runs by `python build.py test --faults`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

import pytest
from faults import injection, judge
from faults.kinds import KINDS
from faults.skipped import Skipped
from faults.world import Place, World

SAMPLE = (
    *(("kill", index) for index in range(4)),
    *(("syscall", index) for index in range(4)),
    *(("damage", index) for index in range(6)),
    ("crowd", 0),
    ("unwritable", 0),
    ("resume", 2),
    ("small-disk", 5),
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
        {path.name for path in (world.references[seeds] / "results").glob("*.json")} for seeds in (1, 2)
    )
    unread = place.report / "results" / min(two - one)
    inject = ["-e", "trace=read", "-e", f"inject=read:error=EIO:when={when}"]
    ran = place.run(prefix=["strace", "-f", "-qq", "-o", os.devnull, "-P", str(unread), *inject])
    shown = judge.documents(world.references[2 if ran.code == 0 else 1])
    assert judge.documents(place.report) == shown
    assert (ran.code, "read" in ran.err) in ((0, False), (1, True))
    judge.recovers(place, judge.entries(place))


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
