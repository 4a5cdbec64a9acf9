"""Ctrl-C and SIGTERM, at whatever moment they come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
IN_A_CALLBACK = """
import os, sys, time, weakref
from labreport.console.terminal import Terminal, guarded

class Value:
    pass

def action():
    value = Value()
    def callback(reference):
        os.kill(os.getpid(), int(sys.argv[1]))
        for _ in range(1000):
            pass
    reference = weakref.ref(value, callback)
    del value
    time.sleep(30)
    return 0

sys.exit(guarded(action, Terminal()))
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_inside_a_callback_is_not_lost(number: int, code: int) -> None:
    """Python drops what is raised in a weak reference's callback; the signal is sent once more."""
    ran = subprocess.run(
        [sys.executable, "-c", IN_A_CALLBACK, str(int(number))],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ran.returncode == code
    assert ran.stderr.count("\n") == 1
    assert "run the same command again" in ran.stderr


def test_ctrl_c_during_the_first_imports_is_one_line(tmp_path: Path) -> None:
    """Before the program has begun to listen."""
    front = (SOURCE.parent / "build.py").read_text(encoding="utf-8")
    (tmp_path / "build.py").write_text(front, encoding="utf-8")
    package = tmp_path / "src" / "labreport"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n"
    )
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "build.py")], capture_output=True, text=True, timeout=20, check=False
    )
    assert ran.returncode == 130
    assert ran.stderr == "Interrupted; run the same command again.\n"
