"""How much memory a piece of code takes, in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
MEMORY_LIMIT = 300 << 20


def peak_memory(code: str, path: Path) -> int:
    """Bytes that a fresh interpreter held at most while it ran `code`, which has `path`."""
    program = (
        "import resource, sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(SOURCE)!r}); path = Path({str(path)!r})\n{code}\n"
        # Linux starts ru_maxrss at what the parent held when it forked; VmHWM is this program's own.
        "if (status := Path('/proc/self/status')).exists():\n"
        "    print(int(status.read_text().partition('VmHWM:')[2].split()[0]) * 1024)\n"
        "else: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    return int(subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True).stdout)
