"""Which test files a change affects: a rule that can be followed by hand.

1. A test file that changed.
2. A test file that imports a changed module of `src` or of `tests`, itself or through modules of `tests`;
   who imports a package imports its rooms' surface, so a change below `labreport.page` counts for it.
3. A test file that is named like a changed module or its room: `tests/labreport/test_page_values.py` and
   `tests/test_watch.py` for `src/labreport/page/values.py` and `src/labreport/commands/watch.py`.
4. For anything else that changed, what `ELSEWHERE` says.

Tests that run the whole program are not affected by each change of the engine, or all of them would always
be: they are among the ordinary tests. `tests/test_rooms.py`, which reads all code, always runs.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ALWAYS = frozenset({"tests/test_rooms.py"})
ELSEWHERE = {
    "README.md": ("test_readme",),
    "CONTRIBUTING.md": ("test_readme",),
    "pyproject.toml": ("test_lock", "test_testing"),
    "requirements": ("test_lock",),
    "examples/torch/": ("test_wine",),
    "examples/wine/requirements": ("test_lock",),
    "tools/": ("test_lock", "test_setup", "test_testing"),
    "build.py": ("test_rooms", "test_setup", "test_stamp"),
    "docs/": ("test_readme",),
    "docs/decisions/libraries.md": ("test_lock",),
    "templates/": ("test_answers_prose", "test_exercise_bullets", "test_one_more"),
    "src/labreport/commands/stored.py": ("test_clean", "test_kept"),
    "src/labreport/frame/": ("test_frame", "test_page", "test_staleness_frame"),
    "tests/standin/": ("test_staleness", "test_commands"),
}
"""How a changed path begins, to the names of the test files that it affects."""


def changed_files(root: Path = ROOT) -> set[str]:
    """Paths that differ from where this branch left `main`, or are not committed yet."""
    base = _git(root, "merge-base", "HEAD", "main") or ["HEAD"]
    return {*_git(root, "diff", "--name-only", base[0]), *_git(root, "ls-files", "-o", "--exclude-standard")}


def affected(changed: Iterable[str], root: Path = ROOT) -> set[str]:
    """Test files, as paths below `root`, that these changes affect; none for no change."""
    changed = set(changed)
    if not changed:
        return set()
    modules = {module for path in changed if (module := _module(path))}
    words = {word for path in changed for word in _words(path)}
    named = {
        name
        for path in changed
        for start, names in ELSEWHERE.items()
        if path.startswith(start)
        for name in names
    }
    found = set(ALWAYS)
    for file in sorted((root / "tests").rglob("test_*.py")):
        path, stem = str(file.relative_to(root)), file.stem
        if (
            path in changed
            or stem in named
            or any(f"{stem}_".startswith(f"test_{word}_") for word in words)
            or any(_concerns(name, modules) for name in _reached(file, root / "tests"))
        ):
            found.add(path)
    return found


def _git(root: Path, *words: str) -> list[str]:
    run = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return run.stdout.splitlines() if run.returncode == 0 else []


def _module(path: str) -> str:
    """`labreport.page.sections` of `src/labreport/page/sections.py`; empty for what cannot be imported."""
    folder, _, rest = path.partition("/")
    if folder not in ("src", "tests", "tools") or not rest.endswith(".py"):
        return ""
    rest = path if folder == "tools" else rest
    return rest.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _words(path: str) -> Iterator[str]:
    """Names by which test files go for a module of `src`: `page`, `page_text` and `text`."""
    _, *parts = _module(path).split(".") if path.startswith("src/") else [""]
    for first in range(len(parts)):
        yield from ("_".join(parts[first:last]) for last in range(first + 1, len(parts) + 1))


def _concerns(imported: str, changed: set[str]) -> bool:
    """Whether a changed module is the imported one, or a part of the package that is imported."""
    package = imported.count(".") == 1  # a room; `labreport` as a whole says nothing
    return imported in changed or (package and any(name.startswith(f"{imported}.") for name in changed))


def _reached(file: Path, tests: Path) -> set[str]:
    """All that a test file imports, and that the modules of `tests` import which it imports."""
    found: set[str] = set()
    waiting = [file]
    while waiting:
        for name in _imports(waiting.pop()) - found:
            found.add(name)
            helper = tests.joinpath(*name.split(".")).with_suffix(".py")
            if helper.is_file():
                waiting.append(helper)
    return found


@cache
def _imports(file: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)
