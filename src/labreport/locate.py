"""Where a project is: its folder says so, without any of its code being run.

A project's folder has `project.py`, or a `pyproject.toml` whose table `[tool.labreport]` names the module
(`project = "exercise.project"`), the folder to import it from (`source = "src"`) and perhaps a `name`.
"""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from labreport.errors import UsageError
from labreport.program import called, nearby

MODULE = "project"
_MEMBERS = ("project", "source", "name")
_TEXT_LIMIT = 16 << 20
"""Bytes of the largest file that is read to find a project."""
_LIBRARIES = frozenset(
    {"PIL", "brotli", "filelock", "fontTools", "jinja2", "labreport", "markupsafe", "matplotlib", "msgspec"}
    | {"numpy", "packaging", "pandas", "pypdfium2", "pyphen", "rich", "safetensors", "scipy", "seaborn"}
    | {"watchfiles", "weasyprint"}
)
"""What the engine imports, besides Python's own modules."""


@dataclass(frozen=True)
class Place:
    """A project that was found: the folder `root`, the module that declares it, and where that is imported
    from. `name` is its identity in output folders that lie elsewhere."""

    root: Path
    module: str
    source: Path
    name: str

    @property
    def package(self) -> str:
        """The top-level module."""
        return self.module.partition(".")[0]

    @property
    def templates(self) -> Path:
        """The folder of its own templates."""
        return self.root / "templates"

    def importable(self) -> None:
        """Put the folder of its modules first on the import path."""
        source = str(self.source)
        if sys.path[:1] != [source]:
            sys.path[:] = [source, *(path for path in sys.path if path != source)]

    def around(self, folder: Path) -> Path | None:
        """The innermost folder of a project, this one or another, that `folder` is in; None without any."""
        folder, root = Path(os.path.realpath(folder)), Path(os.path.realpath(self.root))
        return next((one for one in (folder, *folder.parents) if one == root or is_project(one)), None)


def find_project(root: Path) -> Place:
    """The project in the folder `root`. Raises `UsageError` where there is none."""
    declared = _declared(root / "pyproject.toml")
    source = root / declared.get("source", ".")
    module = declared.get("project", MODULE).partition(":")[0]
    file = source.joinpath(*module.split("."))
    if not file.with_name(f"{file.name}.py").is_file() and not (file / "__init__.py").is_file():
        if declared:
            where = _at(root / "pyproject.toml", "project")
            text = f"[tool.labreport] names {module!r}, which is not a module in {source}"
            raise UsageError(f"{where}: {text}; write the name of its file without .py, or correct source")
        raise UsageError(
            f"no project in {root}: it has no project.py, and no [tool.labreport] in a pyproject.toml; "
            f"go to a project's folder, name one with --project DIR, or create one: {called()} new NAME"
        )
    _check_names(source)
    return Place(root, module, source.resolve(), declared.get("name") or root.resolve().name)


def _check_names(source: Path) -> None:
    """Raise `UsageError` for a module that hides one of Python or of a library from everything else."""
    engine = Path(__file__).parent
    for name in sorted(os.listdir(source)):
        stem, path = name.removesuffix(".py"), source / name
        if stem not in _LIBRARIES and stem not in sys.stdlib_module_names:
            continue
        is_module = path.is_file() if name.endswith(".py") else (path / "__init__.py").is_file()
        if is_module and not (stem == engine.name and path.samefile(engine)):
            whose = "a library's" if stem in _LIBRARIES else "Python's own"
            raise UsageError(f"{nearby(path)}: hides {whose} module {stem!r} from this program; rename it")


def is_project(folder: Path) -> bool:
    """Whether a folder looks like a project's."""
    for name, sign in ((f"{MODULE}.py", "labreport"), ("pyproject.toml", "[tool.labreport]")):
        try:
            if sign in (_text(folder / name) or ""):
                return True
        except UsageError:
            continue  # whatever it is, it cannot be built
    return False


def _text(path: Path) -> str | None:
    """The text of a file; None where there is none. Raises `UsageError` for all but a text of usual size."""
    try:
        # A FIFO would block an ordinary open without end, and some devices have no end
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"{nearby(path)}: is not a file")
            data = file.read(_TEXT_LIMIT + 1)
        if len(data) > _TEXT_LIMIT:
            raise UsageError(f"{nearby(path)}: has more than {_TEXT_LIMIT:,} bytes")
        return data.decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{nearby(path)}: cannot be read: {error}") from None


def _declared(path: Path) -> dict[str, str]:
    text = _text(path) or ""
    if "tool.labreport" not in text:
        return {}
    try:
        table = tomllib.loads(text).get("tool", {}).get("labreport", {})
    except tomllib.TOMLDecodeError as error:
        said, _, line = str(error).rstrip(")").partition(" (at line ")
        number = line.partition(",")[0]
        raise UsageError(
            f"{nearby(path)}{number and f':{number}'}: is not TOML: {said}; correct it"
        ) from None
    odd = [name for name, value in table.items() if name not in _MEMBERS or not isinstance(value, str)]
    if odd:
        has = f"{odd[0]} = {table[odd[0]]!r}"
        text = f"[tool.labreport] has {has}; allowed are {', '.join(_MEMBERS)}, each a text in quotes"
        raise UsageError(f"{_at(path, odd[0])}: {text}")
    return dict(table)


def _at(path: Path, key: str) -> str:
    """The line of the file that gives the key its value."""
    lines = enumerate((_text(path) or "").splitlines(), 1)
    found = (number for number, line in lines if line.partition("=")[0].strip(" '\"\t") == key)
    return f"{nearby(path)}:{next(found, 1)}"
