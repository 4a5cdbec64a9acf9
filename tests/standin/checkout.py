"""Makes a small checkout: the engine as it is, with the stand-in exercise in place of the real one."""

from __future__ import annotations

import compileall
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STANDIN = Path(__file__).resolve().parent
TYPESETTING = ("pdf/separate.py", "audit/paper.py", "page/webfonts.py")
"""Files of the engine in whose place `typesetting.py` is put."""
_IGNORED = shutil.ignore_patterns("__pycache__")


def make_checkout(directory: Path, typeset: bool = True, engine: Path | None = None) -> Path:
    """Fill `directory`, which must not exist, with front door, engine, and the stand-in exercise's files.

    Without `typeset`, `standin/typesetting.py` writes the PDF and the page's fonts, which is much quicker. In
    place of an engine of its own, it can have a link to that in the folder `engine`.
    """
    if engine is None:
        make_engine(directory / "src", typeset)
    else:
        (directory / "src").mkdir(parents=True)
        (directory / "src" / "labreport").symlink_to(engine / "labreport")
    shutil.copytree(STANDIN / "exercise", directory / "src" / "exercise", ignore=_IGNORED)
    for name in ("build.py", "pyproject.toml"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, directory / name)
    shutil.copytree(ROOT / "tools", directory / "tools", ignore=_IGNORED)
    shutil.copytree(STANDIN / "templates", directory / "templates")
    return directory


def make_engine(directory: Path, typeset: bool = True) -> Path:
    """Put a copy of the engine into `directory`, from which it can be imported; `typeset` as above."""
    engine = directory / "labreport"
    shutil.copytree(ROOT / "src" / "labreport", engine)
    if not typeset:
        for name in TYPESETTING:
            shutil.copy(STANDIN / "typesetting.py", engine / name)
    compileall.compile_dir(engine, quiet=1)
    return directory
