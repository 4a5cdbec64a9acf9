"""Checks that passed before on this machine, kept until something that they rest on changes.

They are kept for the user who verifies, and not beside the report: whoever hands a report over cannot hand
over that it was checked.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from labreport.checks import Check
from labreport.fingerprint.files import sha256
from labreport.fingerprint.observed import noting
from labreport.store.files import write_atomically
from labreport.verification.published import Stage

DAYS = 90
"""Checks that nobody asked for in so many days are dropped."""


def folder() -> Path | None:
    """In `LABREPORT_CACHE`, or where this user's programs keep what can be computed again; None without a
    home.
    """
    usual = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    here = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser(usual)) / "labreport"
    found = Path(os.environ.get("LABREPORT_CACHE") or here) / "verified"
    return found if found.is_absolute() else None


def remembering(stage: Stage, again: bool) -> Stage:
    """The stage with the checks that it had before, where it rests on the same: nothing is left to do.

    With `again`, or where it does not, its checks are kept for the next time, when none of them has failed.
    """
    if not stage.rests_on or (kept := folder()) is None:
        return stage
    path = kept / f"{stage.rests_on}.json"
    if not again and (known := _recall(path)) is not None:
        return replace(stage, units=0, checks=lambda: iter(known), since=known[0].since)
    return replace(stage, checks=lambda: _kept(path, stage))


def _kept(path: Path, stage: Stage) -> Iterator[Check]:
    found = []
    with noting() as noted:
        for check in stage.checks():
            found.append(check)
            yield check
    if found and all(check.passed for check in found):
        _keep(path, found, {name: sha256(name) or "" for name in sorted(noted.files | noted.loaded)})


def _recall(path: Path) -> list[Check] | None:
    """None where there are none, or a file was edited that was read for them."""
    try:
        kept = json.loads(path.read_bytes())
        if any((sha256(name) or "") != digest for name, digest in kept["files"].items()):
            return None
        os.utime(path)
        return [replace(Check(**each), since=kept["at"]) for each in kept["checks"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _keep(path: Path, found: list[Check], files: Mapping[str, str]) -> None:
    content = {"at": time.strftime("%Y-%m-%d"), "files": files, "checks": [asdict(each) for each in found]}
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob("*.json"):
            if time.time() - old.stat().st_mtime > DAYS * 86_400:
                old.unlink()
        write_atomically(path, json.dumps(content).encode())
