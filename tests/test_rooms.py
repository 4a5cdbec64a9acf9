"""Imports run one way only, and each heavy library is behind one room."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src"

LAYERS = """
labreport: sources display later program streams forkserver run
labreport: processes errors frame
labreport: locate authoring fingerprint charts pdf; exercise: mnist
labreport: experiment store; exercise: again
labreport: trajectory; exercise: networks
labreport: outline results; exercise: catalogue timing training
labreport: recorded stats; exercise: expressions recompute
labreport: project builders; exercise: measuring
labreport: grading; exercise: rubric
labreport: recheck; exercise: show_code part_one part_two part_three bonus_longer bonus_complex
labreport: loaded
labreport: page; exercise: bonus_digits set_up
labreport: plan audit exports; exercise: summary
labreport: console nodes; exercise: project
labreport: execute; exercise: verification
labreport: verification
labreport: commands
labreport: front
labreport: __main__
"""
"""A room may import rooms of the layers before its own, and none of its own layer."""


def _named(names: str) -> Iterator[str]:
    """`labreport: plan audit exports; exercise: summary` names `labreport.plan`, and two more."""
    for package, _, rooms in (part.strip().partition(": ") for part in names.split(";")):
        yield from (f"{package}.{room}" for room in rooms.split())


LAYER = {room: number for number, line in enumerate(LAYERS.split("\n")) for room in _named(line)}

LIBRARIES = {
    "tensorflow": "exercise.training",
    "keras": "exercise.timing exercise.training",
    "matplotlib": "labreport.charts",
    "seaborn": "labreport.charts",
    "jinja2": "labreport.page",
    "markupsafe": "labreport.page",
    "fontTools": "labreport.page labreport.pdf",
    "weasyprint": "labreport.pdf",
    "pikepdf": "labreport.pdf",
    "pypdfium2": "labreport.audit",
    "lxml": "labreport.audit",
    "rich": "labreport.console",
    "filelock": "labreport.store",
    "msgspec": "labreport.authoring labreport.grading labreport.page labreport.plan labreport.recheck "
    "labreport.stats labreport.store labreport.trajectory",
    "safetensors": "exercise.again labreport.store",
    "distributed": "labreport.execute",
    "pandas": "labreport.loaded",
    "pyarrow": "labreport.exports",
    "watchfiles": "labreport.commands",
    "quickjs": "labreport.recheck",
    "ziamath": "labreport.page",
    "pybtex": "labreport.page",
    "pygments": "labreport.page",
    "scipy": "labreport.stats",
    "numpy": "labreport.builders labreport.charts labreport.grading labreport.recorded labreport.stats "
    "labreport.store labreport.verification exercise.again exercise.bonus_complex exercise.bonus_digits "
    "exercise.measuring exercise.mnist exercise.networks exercise.part_two exercise.recompute "
    "exercise.timing exercise.training exercise.verification",
}
"""A library to the rooms that may import it."""

QUICK = ("msgspec",)
"""Libraries that load in a few milliseconds, which planning may use."""

LIGHT = tuple(
    _named(
        "labreport: commands.parser errors experiment fingerprint frame "
        "later builders outline authoring plan project recorded results run stats; "
        "exercise: bonus_complex bonus_digits bonus_longer catalogue expressions measuring networks "
        "part_one part_three part_two project rubric set_up summary"
    )
)
"""Rooms that a run with nothing to do loads."""


@cache
def _imports() -> tuple[tuple[str, str, str], ...]:
    """Every import in `src`, wherever it is: the room, what it imports, and where."""
    return tuple(
        (_room(path), name, f"{path.relative_to(SOURCE)}:{line}")
        for path in sorted(SOURCE.rglob("*.py"))
        for name, line in _imported(ast.parse(path.read_text(encoding="utf-8")))
    )


def _room(path: Path) -> str:
    """`labreport/stats/decide.py` is in `labreport.stats`; a package's own file in the package."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts[:2] if part != "__init__")


def _imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, "relative imports are not used here"
            for alias in node.names:
                whole = node.module in ("labreport", "exercise")
                yield (f"{node.module}.{alias.name}" if whole else node.module), node.lineno


def _rooms() -> set[str]:
    return {_room(path) for path in SOURCE.rglob("*.py")} - {"labreport", "exercise"}


def test_every_room_is_in_a_layer() -> None:
    """A new room says what it may import before it imports anything."""
    assert _rooms() == set(LAYER)


def test_a_room_imports_only_rooms_of_layers_before_its_own() -> None:
    """Of both packages, at the top of a file or inside a function; and the engine never the exercise."""
    broken = set()
    for room, name, where in _imports():
        other = ".".join(name.split(".")[:2])
        if room not in LAYER or other not in LAYER or room == other:
            continue
        if LAYER[other] >= LAYER[room] or (room.startswith("labreport") and other.startswith("exercise")):
            broken.add(f"{where} imports {name}")
    assert broken == set()


def test_each_library_is_imported_in_its_rooms_alone() -> None:
    """A library that is not in the table is imported nowhere."""
    found = [
        f"{where} imports {name}"
        for room, name, where in _imports()
        if (top := name.partition(".")[0]) not in {*sys.stdlib_module_names, "labreport", "exercise"}
        and room not in LIBRARIES.get(top, "").split()
    ]
    assert [] == found


def test_set_up_uses_the_standard_library_alone() -> None:
    """It runs where there is no library yet."""
    files = (SOURCE.parent / "tools").glob("*.py")
    names = {name for file in files for name, _ in _imported(ast.parse(file.read_text(encoding="utf-8")))}
    assert set() == {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {
        "labreport",
        "tools",
    }
    used = {".".join(name.split(".")[:2]) for name in names if name.startswith("labreport.")}
    assert used <= {
        "labreport.commands",
        *LIGHT,
        "labreport.console",
        "labreport.program",
    }


def test_a_light_room_loads_no_library() -> None:
    """Importing all of its modules, each room in a fresh process, leaves every library unloaded."""
    script = (
        "import importlib, os, pkgutil, sys\n"
        "rooms, libraries = (words.split() for words in sys.argv[1:])\n"
        "for name in rooms:\n"
        "    if os.fork():\n"
        "        os.wait()\n"
        "        continue\n"
        "    room = importlib.import_module(name)\n"
        "    for module in pkgutil.iter_modules(getattr(room, '__path__', ()), room.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "    print(name, *sorted(set(libraries) & set(sys.modules)), flush=True)\n"
        "    os._exit(0)\n"
    )
    command = [sys.executable, "-c", script, " ".join(LIGHT), " ".join(set(LIBRARIES) - set(QUICK))]
    run = subprocess.run(command, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True)
    assert run.stderr == ""
    assert run.stdout.split("\n") == [*LIGHT, ""]


ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.lint
@pytest.mark.parametrize(
    ("tool", "arguments"), [("ruff", ("check",)), ("ruff", ("format", "--check")), ("mypy", ())]
)
def test_the_tree_is_clean(tool: str, arguments: tuple[str, ...]) -> None:
    """What the tool has to say is the failure's text."""
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed; python build.py test installs it")
    command = [sys.executable, "-m", tool, *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_front_door_is_short() -> None:
    """`build.py` opens the door and does nothing else."""
    assert len((ROOT / "build.py").read_text().splitlines()) <= 60
