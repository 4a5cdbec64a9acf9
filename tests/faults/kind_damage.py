"""Kind 4: a file of a complete report is damaged in one of many ways."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

from faults import formats
from faults.judge import require, settled, trainings, trajectories
from faults.world import Place

WAYS = ("truncate", "flip", "empty", "zeros", "append", "swap", "folder", "FIFO", "dangling link", "remove")
_CHECKED = (f"{formats.RESULTS}/", f"{formats.CACHE}/", formats.LEDGER)


def damage(place: Place, random: Random, index: int) -> str:
    """One file, one way; status, then a build."""
    way = WAYS[index % len(WAYS)]
    place.start_from(place.seeds)
    known = trajectories(place.report)
    path = random.choice(files(place.report))
    name = str(path.relative_to(place.report))
    twin = next((other for other in files(place.report) if is_twin(path, other)), None)
    if way == "swap" and twin is None:
        way = "flip"
    changed = spoil(path, way, twin, random)
    status = place.run("status")
    require(status.code in (0, 1) and "Traceback" not in status.err, f"status works: {status.err[-500:]}")
    ran = place.run()
    require(
        ran.code == 0 and "Traceback" not in ran.err, f"the next build works: {ran.code} {ran.err[-1000:]}"
    )
    cached = name.startswith(f"{formats.CACHE}/fonts/")  # rebuilt where it is not whole
    if changed and way != "remove" and name.startswith(_CHECKED) and not cached:
        require("quarantine" in ran.err, f"one line says so: {name} {way}: {ran.out[-500:]}{ran.err[-500:]}")
        kept = list(place.report.rglob("quarantine/*"))
        require(kept, "what was damaged is kept")
    lost = {formats.key_of(name)}
    if way == "swap" and twin is not None:
        lost.add(formats.key_of(str(twin.relative_to(place.report))))
    retrained = {walk for _, walk, _ in trainings(place)}
    allowed = {walk for walk, value in known.items() if value.key in lost}
    require(retrained <= allowed, f"only what was damaged is trained again: {retrained - allowed}")
    settled(place, quarantine=True)
    return f"{name}: {way}"


def files(report: Path) -> list[Path]:
    """Every file and link of a report but the lock and the mark, which are another kind's."""
    found = [path for path in report.rglob("*") if path.is_symlink() or path.is_file()]
    return sorted(path for path in found if path.name not in (formats.LOCK, formats.MARK))


def is_twin(path: Path, other: Path) -> bool:
    """Whether two files may be taken for one another."""
    return path != other and path.parent == other.parent and path.suffix == other.suffix


def spoil(path: Path, way: str, twin: Path | None, random: Random) -> bool:
    """Damage a file; whether this changed it."""
    before = path.read_bytes() if path.is_file() else b""
    if way == "swap" and twin is not None:
        middle = path.with_name("middle")
        os.rename(path, middle)
        os.rename(twin, path)
        os.rename(middle, twin)
        return path.read_bytes() != twin.read_bytes()
    if way in ("folder", "FIFO", "dangling link", "remove"):
        path.unlink()
        if way == "folder":
            path.mkdir()
        elif way == "FIFO":
            os.mkfifo(path)
        elif way == "dangling link":
            path.symlink_to("nowhere")
        return True
    data = bytearray(before)
    if way == "truncate" and data:
        data = data[: random.randrange(len(data))]
    elif way == "flip" and data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    elif way == "append":
        data += b"\n"
    elif way == "zeros":
        data = bytearray(len(data))
    else:
        data = bytearray()
    path.write_bytes(data)
    return bytes(data) != before
