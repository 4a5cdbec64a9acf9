"""Makes `runs.csv`: 5 compressors × 6 inputs × 5 repetitions, each with its seconds and the bytes it left.

Run once: `python make_runs.py`. The report itself only reads the file.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import inspect
import json
import lzma
import platform
import pydoc_data.topics
import random
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

SIZE = 400_000
"""Bytes of each input."""
REPETITIONS = 5
PROGRAMS: dict[tuple[str, int], Callable[[bytes], bytes]] = {
    ("zlib", 1): lambda data: zlib.compress(data, 1),
    ("zlib", 6): lambda data: zlib.compress(data, 6),
    ("gzip", 6): lambda data: gzip.compress(data, 6, mtime=0),
    ("bz2", 9): lambda data: bz2.compress(data, 9),
    ("lzma", 0): lambda data: lzma.compress(data, preset=0),
}


def inputs() -> dict[str, bytes]:
    """The inputs by name, each `SIZE` bytes."""
    numbers = random.Random(1)
    lines = (json.dumps({"id": row, "x": numbers.gauss(0, 1)}) for row in range(20_000))
    texts = {
        "prose": "".join(pydoc_data.topics.topics.values()),
        "program": "".join(inspect.getsource(module) for module in (inspect, random, json, platform)),
        "records": "\n".join(lines),
        "digits": "".join(str(numbers.randrange(10)) for _ in range(SIZE)),
    }
    found = {name: (text.encode() * (SIZE // len(text) + 1))[:SIZE] for name, text in texts.items()}
    noise = numbers.randbytes(SIZE)
    return {**found, "noise": noise, "mixed": noise[: SIZE // 2] + found["prose"][: SIZE // 2]}


def main() -> None:
    """Time every program on every input, in turn, so that what changes on the machine meets all alike."""
    date = datetime.now(UTC).date().isoformat()
    with Path(__file__).with_name("runs.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["program", "level", "input", "seconds", "bytes", "machine", "python", "date"])
        for _ in range(REPETITIONS):
            for name, data in inputs().items():
                for (program, level), compress in PROGRAMS.items():
                    began = time.process_time()
                    left = len(compress(data))
                    seconds = f"{time.process_time() - began:.6f}"
                    made = [platform.machine(), platform.python_version(), date]
                    writer.writerow([program, level, name, seconds, left, *made])


if __name__ == "__main__":
    main()
