"""Imports run one way only, and each heavy library is behind one room."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"

MAY_IMPORT = {
    "labreport.suggest": "",
    "labreport.sources": "",
    "labreport.later": "",
    "labreport.program": "",
    "labreport.streams": "",
    "labreport.front": "command program sources streams",
    "labreport.__main__": "front",
    "labreport.locate": "errors program",
    "labreport.processes": "sources streams",
    "labreport.warm": "",
    "labreport.errors": "suggest",
    "labreport.run": "",
    "labreport.texts": "",
    "labreport.nonfinite": "",
    "labreport.authoring": "errors suggest",
    "labreport.required": "experiment",
    "labreport.outline": "errors experiment authoring required texts",
    "labreport.installed": "",
    "labreport.frame": "",
    "labreport.experiment": "authoring errors fingerprint suggest texts",
    "labreport.fingerprint": "errors sources",
    "labreport.results": "errors experiment nonfinite suggest trajectory",
    "labreport.recorded": "errors experiment fingerprint processes results store suggest texts",
    "labreport.rubric": "errors",
    "labreport.project": "authoring experiment outline rubric stats",
    "labreport.checks": "",
    "labreport.store": "errors fingerprint",
    "labreport.trajectory": "errors fingerprint nonfinite store",
    "labreport.plan": "errors experiment fingerprint frame installed nonfinite outline page "
    "authoring program project store trajectory",
    "labreport.console": "plan program",
    "labreport.guard": "console errors",
    "labreport.stats": "errors experiment later authoring results suggest texts",
    "labreport.charts": "errors frame",
    "labreport.recheck": "errors frame grading stats",
    "labreport.page": "errors frame outline project recheck stats suggest texts",
    "labreport.pdf": "errors frame processes",
    "labreport.audit": "errors frame page stats suggest texts",
    "labreport.builders": "charts errors experiment later results stats",
    "labreport.nodes": "audit charts errors experiment fingerprint locate outline page pdf authoring "
    "plan program project results stats store suggest texts "
    "trajectory",
    "labreport.execute": "audit console errors experiment fingerprint frame locate nodes nonfinite "
    "outline page pdf authoring plan processes project run sources stats store "
    "trajectory",
    "labreport.grading": "errors rubric stats suggest",
    "labreport.loaded": "errors fingerprint recheck results stats store suggest trajectory",
    "labreport.exports": "errors fingerprint loaded pdf stats store",
    "labreport.verification": "audit checks console errors execute fingerprint nodes plan recheck stats "
    "store trajectory",
    "labreport.commands": "checks console errors execute exports fingerprint frame grading guard loaded "
    "locate nodes page plan processes program recheck store suggest texts verification warm",
    "labreport.command": "commands console errors guard processes program streams",
    "exercise.networks": "labreport.authoring labreport.experiment",
    "exercise.catalogue": "networks labreport.experiment",
    "exercise.expressions": "catalogue labreport.experiment",
    "exercise.mnist": "labreport.errors",
    "exercise.timing": "mnist networks labreport.errors labreport.run",
    "exercise.training": "mnist networks labreport.errors labreport.run",
    "exercise.measuring": "catalogue mnist networks labreport.charts labreport.errors "
    "labreport.experiment labreport.later labreport.outline labreport.results "
    "labreport.stats",
    "exercise.set_up": "catalogue expressions measuring networks part_two show_code "
    "labreport.builders labreport.charts labreport.experiment labreport.outline "
    "labreport.required labreport.results labreport.stats",
    "exercise.summary": "bonus_complex bonus_digits bonus_longer catalogue measuring part_one "
    "part_three part_two set_up labreport.charts labreport.outline "
    "labreport.required labreport.results labreport.stats",
    "exercise.part_one": "catalogue expressions measuring labreport.outline labreport.required "
    "labreport.results labreport.stats",
    "exercise.part_two": "catalogue expressions measuring networks labreport.charts "
    "labreport.experiment labreport.later labreport.outline labreport.required "
    "labreport.results labreport.stats",
    "exercise.part_three": "catalogue expressions measuring labreport.outline labreport.required "
    "labreport.results labreport.stats",
    "exercise.bonus_digits": "catalogue expressions measuring mnist networks part_three labreport.charts "
    "labreport.later labreport.outline labreport.required labreport.results "
    "labreport.stats",
    "exercise.bonus_longer": "catalogue expressions measuring labreport.charts labreport.outline "
    "labreport.required labreport.results labreport.stats",
    "exercise.bonus_complex": "catalogue expressions measuring networks labreport.charts labreport.later "
    "labreport.outline labreport.required labreport.results labreport.stats",
    "exercise.rubric": "labreport.rubric",
    "exercise.project": "bonus_complex bonus_digits bonus_longer catalogue part_one part_three "
    "part_two rubric set_up summary labreport.project",
    "exercise.recompute": "catalogue mnist networks",
    "exercise.show_code": "catalogue networks labreport.experiment",
    "exercise.again": "mnist labreport.checks",
    "exercise.verification": "again catalogue mnist networks project show_code training labreport.checks "
    "labreport.errors labreport.nodes labreport.outline labreport.results "
    "labreport.stats labreport.trajectory",
}
"""A room to the rooms that it may import; those of its own package without the package's name."""

LIBRARIES = {
    "tensorflow": "exercise.training",
    "keras": "exercise.timing exercise.training",
    "matplotlib": "labreport.charts",
    "seaborn": "labreport.charts",
    "pandas": "labreport.loaded",
    "jinja2": "labreport.page",
    "markupsafe": "labreport.page",
    "fontTools": "labreport.page",
    "weasyprint": "labreport.pdf",
    "pikepdf": "labreport.pdf",
    "pypdfium2": "labreport.audit",
    "rich": "labreport.console",
    "filelock": "labreport.store",
    "msgspec": "labreport.authoring labreport.grading labreport.page labreport.plan labreport.recheck "
    "labreport.stats labreport.store labreport.trajectory",
    "safetensors": "exercise.again labreport.store",
    "distributed": "labreport.execute",
    "watchfiles": "labreport.commands",
    "quickjs": "labreport.recheck",
    "scipy": "labreport.stats exercise.bonus_complex",
    "numpy": "labreport.builders labreport.charts labreport.grading labreport.recorded labreport.stats "
    "labreport.store labreport.verification exercise.again exercise.bonus_complex exercise.bonus_digits "
    "exercise.measuring exercise.mnist exercise.networks exercise.part_two exercise.recompute "
    "exercise.timing exercise.training exercise.verification",
}
"""A library to the rooms that may import it."""

QUICK = ("msgspec",)
"""Libraries that load in a few milliseconds, which planning may use."""

LIGHT = (
    "labreport.command",
    "labreport.commands.declared",
    "labreport.commands.parser",
    "labreport.errors",
    "labreport.experiment",
    "labreport.fingerprint",
    "labreport.frame",
    "labreport.installed",
    "labreport.later",
    "labreport.builders",
    "labreport.outline",
    "labreport.authoring",
    "labreport.plan",
    "labreport.project",
    "labreport.recorded",
    "labreport.required",
    "labreport.results",
    "labreport.rubric",
    "labreport.run",
    "labreport.stats",
    "exercise.bonus_complex",
    "exercise.bonus_digits",
    "exercise.bonus_longer",
    "exercise.catalogue",
    "exercise.expressions",
    "exercise.measuring",
    "exercise.networks",
    "exercise.part_one",
    "exercise.part_three",
    "exercise.part_two",
    "exercise.project",
    "exercise.rubric",
    "exercise.set_up",
    "exercise.summary",
)


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


def _allowed(room: str) -> set[str]:
    package = room.partition(".")[0]
    names = MAY_IMPORT.get(room, "").split()
    return {room, *(name if "." in name else f"{package}.{name}" for name in names)}


def _rooms() -> set[str]:
    return {_room(path) for path in SOURCE.rglob("*.py")} - {"labreport", "exercise"}


def test_every_room_is_in_the_table() -> None:
    """A new room says what it may import before it imports anything."""
    assert _rooms() == set(MAY_IMPORT)


def test_the_table_has_no_cycle_and_the_engine_does_not_know_the_exercise() -> None:
    """What may be imported, from room to room, never comes back."""
    graph = {room: _allowed(room) - {room} for room in MAY_IMPORT}
    assert set(graphlib.TopologicalSorter(graph).static_order()) == set(MAY_IMPORT)
    engine = {room for room in graph if room.startswith("labreport")}
    assert set().union(*(graph[room] for room in engine)) <= engine


def test_a_room_imports_only_what_the_table_allows() -> None:
    """Rooms of both packages import down the table, at the top of a file or inside a function."""
    broken = {
        f"{where} imports {name}"
        for room, name, where in _imports()
        if room in MAY_IMPORT
        and name.partition(".")[0] in ("labreport", "exercise")
        and ".".join(name.split(".")[:2]) not in _allowed(room)
    }
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
        "labreport.suggest",
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
