"""The process that installs does not outlive the one that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labreport.bootstrap import pip


def test_an_interruption_in_the_middle_of_its_start_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C arrives when it is at work, and before its caller knows it."""
    started: list[subprocess.Popen[bytes]] = []
    start: Any = subprocess.Popen

    def interrupted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        process = start(*arguments, **options)
        started.append(process)
        signal.raise_signal(signal.SIGINT)
        return process  # type: ignore[no-any-return]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (tmp_path / "held").open("w") as held, pytest.raises(KeyboardInterrupt):
        pip.run(command, str(tmp_path / "log"), held.fileno(), os.environ, print, lambda: None)
    (process,) = started
    try:
        assert process.poll() == -signal.SIGTERM
    finally:
        process.kill()
