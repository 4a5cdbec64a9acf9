"""System calls made to fail, or to be a process's last, by `strace`, in the real interpreter."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RENAME = ("rename", "renameat", "renameat2")
MAKING = ("mkdir", "mkdirat", "symlink", "symlinkat")
REMOVING = ("unlink", "unlinkat", "rmdir")
CALLS = ("openat", "read", "write", "fsync", *RENAME, *MAKING, *REMOVING)
_LINE = re.compile(r"(\d+) +(\w+)\(")


@dataclass(frozen=True)
class Point:
    """The `number`-th use, in one process, of a system call."""

    call: str
    number: int


@dataclass(frozen=True)
class Effect:
    """What happens at a point: `signal=KILL`, or `error=ENOSPC` and the like; at each later use too?"""

    what: str
    persistent: bool = False


KILL = Effect("signal=KILL")


@functools.cache
def available() -> bool:
    """Whether `strace` is installed and may trace a process here."""
    if shutil.which("strace") is None:
        return False
    return (
        subprocess.run(
            ["strace", "-qq", "-o", "/dev/null", "true"], check=False, capture_output=True
        ).returncode
        == 0
    )


def points(
    command: Sequence[str],
    environment: Mapping[str, str],
    places: Sequence[Path],
    log: Path,
    calls: Sequence[str] = CALLS,
) -> list[Point]:
    """Run `command` once, undisturbed; every point at which it touches one of `places`, or what is in it."""
    wanted = ",".join(f"?{call}" for call in calls)
    subprocess.run(
        ["strace", "-f", "-qq", "-y", "-s", "0", "-o", str(log), "-e", f"trace={wanted}", *command],
        env=dict(environment),
        check=True,
        capture_output=True,
        timeout=120,
    )
    uses: Counter[tuple[str, str]] = Counter()
    found: dict[Point, None] = {}
    for line in log.read_text(errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        uses[match[1], match[2]] += 1
        if any(str(place) in line for place in places):
            found[Point(match[2], uses[match[1], match[2]])] = None
    return list(found)


def under(point: Point, effect: Effect, log: Path = Path(os.devnull)) -> list[str]:
    """What to put before a command, so that `effect` comes at `point` in whichever process gets there.

    `log` learns which file that is, for `hit_a_pipe`.
    """
    when = f"{point.number}+" if effect.persistent else str(point.number)
    injected = f"inject={point.call}:{effect.what}:when={when}"
    tracing = ["strace", "-f", "-qq", "-y", "-s", "0", "-o", str(log)]
    return [*tracing, "-e", f"trace={point.call}", "-e", injected]


def hit_a_pipe(log: Path) -> bool:
    """Whether the effect of `under` came at a pipe between processes and nowhere else."""
    hits = [line for line in log.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
    return bool(hits) and all("<pipe:[" in line for line in hits)


def hit_python(log: Path) -> bool:
    """Whether the effect of `under` came at one of Python's own files, among others."""
    own = f'"{sys.base_prefix}/lib'
    return any("(INJECTED)" in line and own in line for line in log.read_text(errors="replace").splitlines())


def inject(
    command: Sequence[str], environment: Mapping[str, str], point: Point, effect: Effect, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run `command` with `effect` at `point`."""
    return subprocess.run(
        [*under(point, effect), *command],
        env=dict(environment),
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
    )
