"""A process that has the libraries loaded and forks one that is ready to build, each time it is asked.

To load NumPy, Matplotlib and the rest takes longer than to make again what one edit changes. The process
that is forked has loaded libraries only, neither engine nor project, and started no thread: each fork loads
today's code. It is a program of its own, run by `labreport.commands.watch`; standard library only.

Its standard input is a socket. Each message brings the file descriptor over which the fork is to be talked
to, with which it calls `labreport.commands.build.serve`, and is answered by its number. It ends with its
caller.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection

FONTS = "LABREPORT_FONTS"
"""`labreport.page.webfonts.KEPT`, which is not imported here: pages are made elsewhere."""
LIBRARIES = (
    *("argparse", "brotli", "concurrent.futures", "csv", "ctypes", "filelock", "fontTools.subset"),
    *("html.parser", "jinja2", "jinja2.sandbox", "matplotlib.backends.backend_svg", "matplotlib.figure"),
    *("msgspec.json", "multiprocessing.connection", "numpy", "platform", "pypdfium2", "rich.progress"),
    *("safetensors.numpy", "scipy.special", "scipy.stats", "seaborn", "tomllib", "unicodedata"),
)
"""What builds import; one that is not listed only makes them slower."""
STANDBY = "labreport.commands.build:serve"
"""What a fork does."""


def main() -> None:
    """Load the libraries, then fork for each message, until the other end is closed."""
    source, *words = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGHUP):  # Ctrl-C is the caller's to answer
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGHUP})
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks need not be waited for
    for library in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(library)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=0) as control, tempfile.TemporaryDirectory() as fonts:
        os.environ[FONTS] = fonts
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            except ConnectionResetError:  # closed before the last answer was read
                return
            if not message:
                return
            pid = os.fork()
            if pid == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGHUP, signal.SIG_DFL)
                control.close()
                _become_builder(source, descriptors[0], words)
            os.close(descriptors[0])
            with suppress(OSError):  # nobody waits for it any more
                control.send(b"%d" % pid)


def _become_builder(source: str, descriptor: int, words: list[str]) -> None:
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.path.insert(0, source)
        with Connection(descriptor) as channel:
            importlib.import_module("labreport.sources").begin(STANDBY, channel, words)
        code = 0
    except Exception:
        traceback.print_exc()
    finally:  # whatever goes wrong, the fork is not to answer the next message
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
