"""Makes a small checkout: the engine as it is, with the stand-in exercise in place of the real one."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STANDIN = Path(__file__).resolve().parent
_IGNORED = shutil.ignore_patterns("__pycache__")


def make_checkout(directory: Path) -> Path:
    """Fill `directory`, which must not exist, with front door, engine, and the stand-in exercise's files."""
    shutil.copytree(ROOT / "src" / "labreport", directory / "src" / "labreport", ignore=_IGNORED)
    shutil.copytree(STANDIN / "exercise", directory / "src" / "exercise", ignore=_IGNORED)
    for name in ("build.py", "pyproject.toml"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, directory / name)
    for path in ROOT.glob("requirements*.lock"):
        shutil.copy(path, directory / path.name)
    shutil.copytree(STANDIN / "templates", directory / "templates")
    return directory
