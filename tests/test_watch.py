"""`watch`: the page follows what is edited."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from program import Program


def test_watch_rebuilds_and_reloads(tmp_path: Path) -> None:
    """The page's version changes after a template was edited; Ctrl-C ends it."""
    program = Program.fresh(tmp_path / "checkout")
    process = subprocess.Popen(
        [sys.executable, str(program.folder / "build.py"), "watch", "--seeds", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            if found:
                break
        assert found
        version = urllib.request.urlopen(f"{found[0]}version").read()
        page = urllib.request.urlopen(found[0]).read()
        assert b"location.reload" in page
        assert b"connect-src &#x27;self&#x27;" in page
        time.sleep(1)
        program.edit("templates/questions/studied.grid.html", "The best", "Best")
        deadline = time.monotonic() + 60
        while urllib.request.urlopen(f"{found[0]}version").read() == version:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert b"Best" in urllib.request.urlopen(found[0]).read()
    finally:
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "Stopped watching."
    assert "Traceback" not in err
