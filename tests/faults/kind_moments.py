"""Kind 16: streams that break, a stamp without end, results of another version, a folder that is removed."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from random import Random

from faults import formats
from faults.judge import recovers, require, settled, trainings, trajectories
from faults.world import Place, finish


def moment(place: Place, random: Random, index: int) -> str:
    """One of them, in turn."""
    way = [*_WAYS][index % len(_WAYS)]
    _WAYS[way](place, random)
    return way


def _streams(place: Place, random: Random) -> None:
    """What is printed may be lost, and nothing else."""
    streams = random.choice((">/dev/full", ">/dev/full 2>/dev/full", ">&- 2>&-", "<&- >&- 2>&-", "| true"))
    place.start_from(random.choice((0, 1)))
    shell = ["bash", "-o", "pipefail", "-c", f'"$@" {streams}', "bash", *place.command()]
    ran = finish(place.popen(shell, place.environment()))
    require(ran.code == 0 and "Traceback" not in ran.err, f"{streams}: {ran.code} {ran.err[-500:]}")
    settled(place)


def _stamp(place: Place, random: Random) -> None:
    """It is neither read without end nor believed."""
    place.start_from(place.seeds)
    stamp = place.report / formats.STAMP
    stamp.unlink(missing_ok=True)
    stamp.symlink_to(random.choice(("/dev/zero", "/dev/urandom")))
    ran = place.run()
    require(ran.code == 0, f"a build works: {ran.code} {ran.err[-500:]}")
    require(not trainings(place), "no training is repeated")
    settled(place, quarantine=True)


def _version(place: Place, random: Random) -> None:
    """Results of another version are rebuilt, called so, and kept until somebody removes them."""
    place.start_from(place.seeds)
    paths = sorted((place.report / formats.RESULTS).glob("*.json"))
    chosen = random.sample(paths, random.randint(1, len(paths)))
    before = {}
    for path in chosen:
        data = path.read_bytes()
        plain = {**json.loads(data), "format": "labreport trajectory 99", "more": [1]}
        plain.pop("checksum")
        before[path.name] = formats.reseal(data, plain)
        path.write_bytes(before[path.name])
    ran = place.run()
    require(ran.code == 0, f"a build works: {ran.code} {ran.err[-500:]}")
    clean = [word for word in place.command("clean") if word not in ("--seeds", str(place.seeds))]
    ran = finish(place.popen(clean, place.environment()))
    require(ran.code == 0, f"clean works: {ran.code} {ran.err[-500:]}")
    others = place.report / formats.RESULTS / "other-versions"
    kept = {path.name: path.read_bytes() for path in others.rglob("*.json")}
    require(kept == before, "documents of the other version are kept as they were")
    require(not list(place.report.rglob("quarantine/*")), "none is called damaged")
    shutil.rmtree(others)
    settled(place)


def _removed(place: Place, random: Random) -> None:
    """The folder goes while a build is at work: its end is one line, and the next build makes the report."""
    place.start_from(random.choice((0, 1)))
    process = place.popen(place.command(), place.environment())
    time.sleep(random.uniform(0.2, place.world.seconds))
    shutil.rmtree(place.report, ignore_errors=True)
    ran = finish(process)
    require("Traceback" not in ran.err, f"no traceback: {ran.err[-800:]}")
    require(ran.code in (0, 1, 2), f"an exit code of its own: {ran.code} {ran.err[-500:]}")
    again = place.run()
    if again.code == 2:
        require("--adopt" in again.err, f"the remedy is named: {again.err[-500:]}")
        require(place.run("--adopt").code == 0, "with it, a build works")
    recovers(place, trajectories(place.report))


_WAYS: dict[str, Callable[[Place, Random], None]] = {
    "broken streams": _streams,
    "a stamp without end": _stamp,
    "results of another version": _version,
    "the folder removed": _removed,
}
