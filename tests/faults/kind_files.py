"""The files that are not results: ledger, lock and mark, damaged or replaced; and folders of other people."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from faults import formats
from faults.judge import require, settled, trainings
from faults.world import Place

Damage = Callable[[bytes, Random], bytes]


def _shape(change: Callable[[Any], object]) -> Damage:
    """A file with a right checksum whose members have a wrong shape."""

    def spoil(data: bytes, random: Random) -> bytes:
        plain = json.loads(data)
        plain.pop("checksum", None)
        change(plain)
        return formats.reseal(data, plain)

    return spoil


def _first(plain: Any, member: str) -> Any:
    """The first value of a member, or the whole where there is none."""
    values = plain.get(member)
    return next(iter(values.values()), plain) if isinstance(values, dict) and values else plain


LEDGERS: dict[str, Damage] = {
    "a bit flipped": lambda data, random: _flipped(data, random),
    "without outputs": _shape(lambda plain: [node.pop("output", None) for node in plain["nodes"].values()]),
    "truncated": lambda data, random: data[: random.randrange(len(data))],
    "without ingredients": _shape(lambda plain: _first(plain, "nodes").pop("ingredients", None)),
    "emptied": lambda data, random: b"",
    "numbers in place of texts": _shape(lambda plain: _first(plain, "nodes").update(key=7, output=3.5)),
    "keys renamed": lambda data, random: data.replace(b'"output"', b'"outqut"').replace(b'"key"', b'"kex"'),
    "a list in place of nodes": _shape(lambda plain: plain.update(nodes=[1, 2])),
    "texts in place of nodes": _shape(lambda plain: plain.update(nodes=dict.fromkeys(plain["nodes"], "x"))),
    "an empty object": lambda data, random: b"{}",
    "nodes of nothing": _shape(lambda plain: plain["nodes"].update({"result/none#0": {}, "": {"key": None}})),
    "a list": lambda data, random: b"[]\n",
    "zeros": lambda data, random: bytes(len(data)),
    "groups that are numbers": _shape(lambda plain: plain.update(groups={"a": 1, "b": [2]})),
    "deep nesting": lambda data, random: b'{"nodes":' + b"[" * 100_000,
    "files that are texts": _shape(lambda plain: plain.update(files={"src": "x", "": []})),
    "views that are texts": _shape(lambda plain: plain.update(views=dict.fromkeys(plain["views"], "x"))),
    "modules that are numbers": _shape(lambda plain: plain.update(modules={"a": 1})),
    "another version": _shape(lambda plain: plain.update(version=999, format="labreport ledger 999")),
    "numbers that are texts": _shape(lambda plain: plain.update(numbers={"a": "b"})),
}
FLIPS = 6


def ledger(place: Place, random: Random, index: int) -> str:
    """Damage of the ledger explains less and costs time; it never costs a training, nor a crash."""
    way = [*LEDGERS][index % len(LEDGERS)]
    place.start_from(place.seeds)
    path = place.report / formats.LEDGER
    whole = path.read_bytes()
    for turn in range(FLIPS if way == "a bit flipped" else 1):
        try:
            path.write_bytes(LEDGERS[way](whole, random))
        except (KeyError, AttributeError):
            # The ledger has no such member any more: any other damage will do
            path.write_bytes(_flipped(whole, random))
        status = place.run("status", "--json")
        require(status.code in (0, 1) and "Traceback" not in status.err, f"status works: {status.err[-500:]}")
        nodes = json.loads(status.out)["nodes"]
        stale = [node["name"] for node in nodes if node["kind"] == "result" and node["state"] != "fresh"]
        require(not stale, f"results are recognised without the ledger ({way}, turn {turn}): {stale[:3]}")
    ran = place.run()
    require(ran.code == 0 and "Traceback" not in ran.err, f"the build works: {ran.code} {ran.err[-1000:]}")
    require(not trainings(place), f"no training is repeated: {trainings(place)[:3]}")
    settled(place, quarantine=True)
    return f"ledger: {way}"


LOCKS = ("folder", "full folder", "FIFO", "socket", "link to a file", "dangling link", "link to a folder")


def lock(place: Place, random: Random, index: int) -> str:
    """Something else in place of the lock stops no build, and what it leads to stays as it is."""
    way = LOCKS[index % len(LOCKS)]
    start = random.choice((0, 1, 2))
    place.start_from(start)
    place.report.mkdir(exist_ok=True)
    outside = place.folder / "outside"
    outside.mkdir()
    (outside / "kept").write_text("of somebody else")
    (place.report / formats.LOCK).unlink(missing_ok=True)
    replace(place.report / formats.LOCK, way, outside)
    if not start:
        # A new folder is not empty then; it must have the mark to be taken
        shutil.copy(place.world.references[1] / formats.MARK, place.report / formats.MARK)
    before = formats.tree(outside)
    ran = place.run()
    require(ran.code == 0, f"a build works: {way}: {ran.code} {ran.err[-1000:]}")
    require("Traceback" not in ran.err, f"no traceback: {ran.err[-1000:]}")
    require(formats.tree(outside) == before, "what the lock led to is as it was")
    settled(place, quarantine=True)
    return f"lock: {way}, from {start} seeds"


MARKS = (
    "emptied",
    "truncated",
    "a bit flipped",
    "removed",
    "another project's",
    "a list",
    "folder",
    "FIFO",
    "dangling link",
    "socket",
)


def mark(place: Place, random: Random, index: int) -> str:
    """Without its mark, a folder is either known by what is in it, or refused and left as it is."""
    way = MARKS[index % len(MARKS)]
    place.start_from(place.seeds)
    path = place.report / formats.MARK
    whole = path.read_bytes()
    outside = place.folder / "outside"
    outside.mkdir()
    path.unlink()
    if way == "another project's":
        plain = json.loads(whole)
        plain.pop("checksum", None)
        (outside / "project.py").write_text("")
        path.write_bytes(formats.reseal(whole, {**plain, "project": "somebody-else", "root": str(outside)}))
    elif way in ("emptied", "truncated", "a bit flipped", "a list"):
        data = {
            "emptied": b"",
            "truncated": whole[: random.randrange(len(whole))],
            "a list": b"[1]\n",
        }
        path.write_bytes(data.get(way, _flipped(whole, random)))
    elif way != "removed":
        replace(path, way, outside)
    before = formats.tree(place.report)
    ran = place.run()
    require("Traceback" not in ran.err, f"no traceback: {ran.err[-1000:]}")
    require(ran.code == 2 or way != "another project's", f"another project's folder is refused: {ran.code}")
    require(ran.code in (0, 2), f"exit code 0 or 2, not {ran.code}: {ran.err[-500:]}")
    if ran.code == 2:
        require(len(ran.err.strip().splitlines()) == 1, f"one line: {ran.err[-500:]}")
        require(f"{place.report.name} holds " in ran.err, f"names the folder: {ran.err[-500:]}")
        require(formats.tree(place.report) == before, "nothing is changed in a folder that is refused")
        if way != "another project's":
            require("--adopt" in ran.err, f"the remedy is named: {ran.err[-500:]}")
            require(place.run("--adopt").code == 0, "with it, the folder is the project's again")
        else:
            path.write_bytes(whole)
        require(place.run().code == 0, "with its mark back, it works")
    require(not trainings(place), "no training is repeated")
    settled(place, quarantine=True)
    return f"mark: {way}: exit {ran.code}"


def replace(path: Path, way: str, outside: Path) -> None:
    """Put something else in the place of a file."""
    if way in ("folder", "full folder"):
        path.mkdir()
        if way == "full folder":
            (path / "inside").write_text("of somebody")
    elif way == "FIFO":
        os.mkfifo(path)
    elif way == "socket":
        # Its address may be 108 bytes long at most
        with socket.socket(socket.AF_UNIX) as end:
            short = Path("/tmp") / f"labreport-{os.getpid()}-{os.urandom(4).hex()}"
            end.bind(str(short))
            shutil.move(short, path)
    else:
        target = {"link to a file": outside / "kept", "link to a folder": outside}
        path.symlink_to(target.get(way, outside / "nowhere"))


def _flipped(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)
