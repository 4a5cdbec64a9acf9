"""Kind 6: the output directory, or a folder in it, cannot be written to, not even by root."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from faults.judge import after_fault, recovers, require
from faults.skipped import Skipped
from faults.world import Place

WAYS = ("immutable", "read-only disk", "no privilege", "another user")
FOLDERS = (".", "results", "cache", "cache/answer")


def unwritable(place: Place, random: Random, index: int) -> str:
    """One way, one folder; the build ends in one line with the path, and works when the way is free."""
    way = WAYS[index % len(WAYS)]
    if os.geteuid() != 0:
        raise Skipped("needs root")
    folder = random.choice(FOLDERS) if way in ("immutable", "no privilege") else "."
    with hindrance(place, way, folder) as prefix:
        ran = place.run(prefix=prefix)
        require(ran.code in (0, 1, 2), f"exit code 1 or 2, not {ran.code}: {ran.err[-500:]}")
        if folder == ".":
            require(ran.code == 2, f"bad usage: {ran.code}")
        live = after_fault(place, ran, 1, killed=ran.code == 0)
        if ran.code:
            require(len(ran.err.strip().splitlines()) == 1, f"one line: {ran.err[-500:]}")
            named = re.search(rf"\b{place.report.name}(?:: |/)", ran.err)
            require(named is not None, f"names the path: {ran.err[-500:]}")
        require(ran.code or folder != ".", "a build that cannot write does not end well")
    recovers(place, live)
    return f"{way}, {folder}: exit {ran.code}"


@contextmanager
def hindrance(place: Place, way: str, folder: str) -> Iterator[list[str]]:
    """Make a folder of the report unwritable; what to put before the command."""
    if way == "read-only disk":
        with read_only_disk(place):
            yield []
        return
    place.start_from(1)
    target = place.report / folder
    if way == "immutable":
        if subprocess.run(["chattr", "+i", str(target)], check=False, capture_output=True).returncode:
            raise Skipped("needs a file system with immutable folders")
        try:
            yield []
        finally:
            subprocess.run(["chattr", "-i", str(target)], check=True)
        return
    if shutil.which("setpriv") is None:
        raise Skipped("needs setpriv")
    prefix = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-all"]
    if way == "another user":
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        reads = subprocess.run([*prefix, "test", "-r", str(place.report)], check=False)
        if reads.returncode:
            raise Skipped("needs a folder that another user may read")
    target.chmod(0o555)
    try:
        yield prefix
    finally:
        target.chmod(0o755)


@contextmanager
def read_only_disk(place: Place) -> Iterator[None]:
    """The report lies on a disk that is then mounted read-only."""
    disk = place.folder / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "tmpfs", str(disk)], check=False, capture_output=True
    ).returncode:
        raise Skipped("needs to be allowed to mount")
    place.name = "disk/report"
    try:
        place.start_from(1)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        yield
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        shutil.copytree(place.report, place.folder / "report", symlinks=True)
        place.name = "report"
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
