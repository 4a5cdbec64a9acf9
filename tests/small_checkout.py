"""A checkout whose only library is a wheel of one line, installed from a folder: set-up without a network."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_COMMAND = """

def _run(command, folder, terminal):
    import sys
    print(sys.executable, *sys.argv[1:], sep="\\n")
    return 0
"""
"""Put at the end of the command line: it says where it runs and with what, and does nothing else."""


@dataclass(frozen=True)
class SmallCheckout:
    """A folder with front door, set-up, project and lock files of its own."""

    path: Path
    wheels: Path

    @property
    def environment(self) -> Path:
        """Where its set-up makes the environment."""
        return self.path / ".venv"

    @property
    def own_python(self) -> str:
        """The interpreter of that environment."""
        return str(self.environment / "bin" / "python")

    def run(
        self, *argv: str, python: str = sys.executable, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run its front door to the end."""
        process = self.start(*argv, python=python, **variables)
        output, errors = process.communicate(timeout=300)
        return subprocess.CompletedProcess(argv, process.returncode, output, errors)

    def start(self, *argv: str, python: str = sys.executable, **variables: str) -> subprocess.Popen[str]:
        """Start its front door, in a process group of its own."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}
        if path := inherited.get("PATH"):  # without uv, which would be used
            inherited["PATH"] = os.pathsep.join(
                folder for folder in path.split(os.pathsep) if not Path(folder, "uv").exists()
            )
        return subprocess.Popen(
            [python, str(self.path / "build.py"), *argv],
            env={**inherited, **pip, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def require(self, *names: str) -> None:
        """Make the project ask for these libraries, and the lock file list them at version 1.0."""
        listed = ", ".join(f'"{name}>=1.0"' for name in names)
        (self.path / "pyproject.toml").write_text(
            f'[project]\nname = "small"\nclassifiers = []\ndependencies = [{listed}]\n'
            '[project.optional-dependencies]\ndask = ["small-cluster"]\ntest = ["small-checker>=1.0"]\n'
        )
        self.lock("tools/engine.lock", *names)
        self.lock("tools/dask.lock", "small-cluster")
        self.lock("tools/test.lock", "small-checker")

    def lock(self, lock_file: str, *names: str) -> None:
        """List these libraries, with the hashes of their wheels, in a lock file."""
        entries = [f"{name}==1.0 --hash=sha256:{self.wheel(name)}\n" for name in names]
        (self.path / lock_file).write_text("".join(entries))

    def wheel(self, name: str) -> str:
        """Make the wheel of a library whose module holds one line; returns its SHA-256."""
        module = name.replace("-", "_")
        information = f"{module}-1.0.dist-info"
        files = {
            f"{module}.py": "VALUE = 1\n",
            f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{information}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{path},,\n" for path in (*files, f"{information}/RECORD"))
        path = self.wheels / f"{module}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            for member, text in {**files, f"{information}/RECORD": record}.items():
                wheel.writestr(zipfile.ZipInfo(member), text)
        return hashlib.sha256(path.read_bytes()).hexdigest()


def make_small_checkout(folder: Path, *libraries: str) -> SmallCheckout:
    """A checkout in a folder with an odd name below `folder`, whose project asks for `libraries`."""
    checkout = SmallCheckout(folder / "it's ü" / "a checkout", folder / "wheels")
    checkout.wheels.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "fonts")
    shutil.copytree(ROOT / "src" / "labreport", checkout.path / "src" / "labreport", ignore=ignored)
    shutil.copytree(ROOT / "tools", checkout.path / "tools", ignore=shutil.ignore_patterns("*.lock"))
    shutil.copy(ROOT / "build.py", checkout.path / "build.py")
    with (checkout.path / "src" / "labreport" / "commands" / "__init__.py").open("a") as command:
        command.write(_COMMAND)
    checkout.require(*libraries)
    return checkout


def end_group(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    """Send a signal to the process and to all that it started; wait for it."""
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
