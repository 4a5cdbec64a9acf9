"""Makes sure of the libraries before anything needs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

from labreport.bootstrap import notice
from labreport.bootstrap.environment import EXTRAS, RUN, Environment
from labreport.bootstrap.needed import lacking
from labreport.errors import LabReportError

LOOKING = ("status", "why", "--dry-run", "--help", "-h", "--version")
"""Commands and options that change nothing: for them no environment is made, though one is used."""


def ensure(root: str, argv: Sequence[str]) -> None:
    """Return when the running interpreter has the libraries; else make `.venv` and continue inside it.

    Ends the process with one line, and 1, 2, 130 or 143, where that cannot be done.
    """
    environment = Environment(root)
    # Dask is added to an environment of ours; in one of the user's own, optional libraries are theirs.
    clustered = any(word.partition("=")[0] == "--scheduler" for word in argv)
    extras = ("dask",) if clustered else ()
    try:
        if not (_suits(environment, *extras) if environment.is_running else lacking(root) == []):
            if environment.is_running or not environment.is_complete(_locks(extras)):
                if any(word in argv for word in LOOKING):
                    return
                damaged = environment.is_running and environment.is_complete() and lacking(root) != []
                environment.make(_locks(extras), again=damaged)
                _check(environment, *extras)
            _go_on_in(environment, argv)
    except LabReportError as error:
        notice.say(f"error: {error}")
        raise SystemExit(error.exit_code) from None


def python_for_tests(root: str) -> str:
    """An interpreter that has what the tests need too; raises `LabReportError` where none can be made."""
    environment = Environment(root)
    if _suits(environment, *EXTRAS):
        return sys.executable
    environment.make(_locks(EXTRAS))
    _check(environment, *EXTRAS)
    return environment.python


def _locks(extras: Iterable[str]) -> list[str]:
    return [RUN, *(EXTRAS[extra] for extra in extras)]


def _suits(environment: Environment, *extras: str) -> bool:
    """Whether the running interpreter has everything, and the environment, if it is ours, nothing else."""
    if environment.is_running and not environment.is_complete(_locks(extras)):
        return False
    return not any(lacking(environment.root, extra) for extra in ("", *extras))


def _check(environment: Environment, *extras: str) -> None:
    """Raise `LabReportError` unless the new environment has what `pyproject.toml` asks for."""
    import subprocess  # few runs need it

    source = os.path.join(environment.root, "src")
    script = "import sys; sys.path.insert(0, sys.argv[1]); from labreport.bootstrap.needed import lacking; "
    script += "print('; '.join(clause for extra in sys.argv[3:] for clause in lacking(sys.argv[2], extra)))"
    command = [environment.python, "-I", "-c", script, source, environment.root, "", *extras]
    found = subprocess.run(command, capture_output=True, text=True, errors="replace")
    clauses = found.stdout.strip() or found.stderr.strip().rpartition("\n")[2]
    if clauses:
        raise LabReportError(
            f"{environment.path}: {clauses}; the lock files do not give what pyproject.toml asks for, "
            "remake them (docs/decisions/lock.md)"
        )


def _go_on_in(environment: Environment, argv: Sequence[str]) -> NoReturn:
    # A framework build of Python on macOS sets this for itself; inherited, it hides the environment.
    os.environ.pop("__PYVENV_LAUNCHER__", None)
    front_door = os.path.join(environment.root, "build.py")
    os.execv(environment.python, [environment.python, front_door, *argv])
