"""A process that is asked words: one hangs it, one ends it, one hangs it in the middle of its reply."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection


def serve(connection: Connection, pids: bytes) -> None:
    """Answer until nothing more is asked."""
    connection.send_bytes(b"")
    while True:
        word = connection.recv_bytes().decode()
        if word == "hang":
            with open(pids, "a") as file:
                file.write(f"{os.getpid()} ")
            time.sleep(600)
        if word == "die":
            os._exit(3)
        if word == "half":
            os.write(connection.fileno(), (50).to_bytes(4, "big") + b"no end of")
            time.sleep(600)
        connection.send_bytes(f"read {word}".encode() if word != "long" else bytes(101))
