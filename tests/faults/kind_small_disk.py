"""Kind 3: the output directory lies on a disk that is too small, in forty sizes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from random import Random

from faults.judge import after_fault, recovers, require
from faults.skipped import Skipped
from faults.world import Place

SIZES = 40


def _files(place: Place) -> list[Path]:
    """The files of a report for one seed, each of which takes whole blocks of a disk."""
    return [path for path in place.world.references[1].rglob("*") if path.is_file()]


def small_disk(place: Place, random: Random, index: int) -> str:
    """A tmpfs of one size; it is enlarged afterwards, and the next build continues."""
    start = random.choice((0, 1))
    used = sum(path.stat().st_size for path in place.world.references[2].rglob("*") if path.is_file())
    least = 65_536
    if start:
        least += sum(4096 + -(-path.stat().st_size // 4096) * 4096 for path in _files(place)) + used // 4
    size = least + (index % SIZES) * 2 * used // SIZES
    disk = place.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        raise Skipped("needs root, allowed to mount")
    try:
        place.name = "disk/report"
        place.start_from(start)
        ran = place.run()
        live = after_fault(place, ran, start, killed=False)
        if ran.code:
            require("Disk full" in ran.err, f"names the cause: {ran.err[-500:]}")
            named = re.search(rf"\b{place.report.name}(?:: |/)", ran.err)
            require(named is not None, f"names the path: {ran.err[-500:]}")
        subprocess.run(["mount", "-o", "remount,size=256m", str(disk)], check=True)
        recovers(place, live)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
    return f"a disk of {size:,} bytes, from {start} seeds: exit {ran.code}, {len(live)} results live"
