"""README, CONTRIBUTING and `docs/` against the program: commands, options, files, numbers, names."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

import pytest
from conftest import GROUPS
from wine import labreport

import labreport as engine
from exercise.catalogue import EXPERIMENTS, SMALL, WIDE
from exercise.project import PROJECT
from labreport import charts, stats
from labreport.commands.parser import COMMANDS, parse
from labreport.commands.parser import OPTIONS as TAKEN
from labreport.execute.session import open_session
from labreport.execute.training import trainings
from labreport.locate import find_project
from tools import COMMANDS as OWN
from tools.requirements import supported_pythons

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BENCHMARKS = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
COMMAND_LINES = [
    line.partition(" #")[0].strip() for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()
]
OPTIONS = sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)))
OF_TESTS = ("--slow", "--browser", "--faults", "--lint", "--affected")


@pytest.fixture(autouse=True)
def _of_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own commands are known, as behind its front door."""
    for name, declared in OWN.items():
        monkeypatch.setitem(COMMANDS, name, declared)


def test_every_command_in_the_readme_exists_and_every_command_is_in_it() -> None:
    """It calls the front door with arguments that the program takes, and names that there are."""
    sections = {section.slug for section in PROJECT.outline.sections}
    experiments = {experiment.name for experiment in EXPERIMENTS}
    for line in COMMAND_LINES:
        program, script, *arguments = shlex.split(line)
        assert ("python", "build.py") == (program, script)
        command = parse(arguments)
        if command.name == "build":
            assert set(command.arguments.words) <= sections
            assert set(command.arguments.force or []) <= experiments | {""}
        if command.name == "show-code":
            assert command.arguments.word in experiments
    shown = {shlex.split(line)[2] for line in COMMAND_LINES if len(shlex.split(line)) > 2}
    assert {"build"} == set(COMMANDS) - shown


def test_the_readme_shows_no_option_that_is_not_taken() -> None:
    """All of them are in `--help`."""
    assert set(OPTIONS) <= {*TAKEN, "--help", *OF_TESTS}


def test_the_readme_stays_short() -> None:
    """Whatever is added takes the place of something."""
    assert len(README) <= 10_100


def test_every_name_of_code_in_the_docs_exists() -> None:
    """Modules of the engine and of the exercise, and what is looked for in them."""
    lost, text = [], "".join(path.read_text(encoding="utf-8") for path in DOCS)
    for name in re.findall(r"`((?:labreport|exercise)(?:\.\w+)+)", text):
        module, members = name, list[str]()
        while find(module) is None:
            module, _, member = module.rpartition(".")
            members.insert(0, member)
        found: object = importlib.import_module(module) if members else module
        for member in members:
            found = getattr(found, member, None)
        if found is None:
            lost.append(name)
    assert lost == []


def find(module: str) -> object:
    """Where a module is, or None."""
    try:
        return find_spec(module)
    except ModuleNotFoundError:  # the name before it is not that of a package
        return None


def test_the_benchmarks_name_the_work_of_a_build_as_it_is(tmp_path: Path) -> None:
    """How much a cold build makes is counted, and how long the largest network is trained."""
    session = open_session(find_project(ROOT), tmp_path / "report", None, repair=False)
    plan = session.planner.plan()
    kinds = Counter(found.node.kind for found in plan.statuses)
    work = len(trainings(session, plan.stale("result")).tasks)
    said = f"{work} trainings, {kinds['answer']} answers, {kinds['figure']} figures, `wide` for {WIDE.epochs}"
    assert f"{said} epochs" in BENCHMARKS


def test_the_first_build_of_the_readme_names_its_work_as_it_is(tmp_path: Path) -> None:
    """The lines that it prints for the example with wines."""
    ran = labreport(ROOT / "examples" / "wine", "build", "--dry-run", "--output", str(tmp_path / "report"))
    (work,) = re.findall("^never made: (.*);$", README, re.MULTILINE)
    assert f"never made: {work}" in " ".join(ran.stdout.split())
    assert f"Done in 7.7 s: {work.replace(', then', ',')}." in README


def test_the_readme_has_two_commands_to_begin_with() -> None:
    """A first block of exactly the two."""
    assert ["python build.py", "python build.py test"] == COMMAND_LINES[:2]
    assert next(text for kind, text in BLOCKS if kind == "sh").count("\n") == 2


def test_every_file_that_the_readme_links_to_exists() -> None:
    """Pictures among them; there is no link to the network."""
    assert [] == [path for path in re.findall(r"\]\(([^)#]+)\)", README) if not (ROOT / path).exists()]


def test_the_line_to_edit_stands_in_the_catalogue() -> None:
    """The README shows it as it is."""
    (line,) = (text for kind, text in BLOCKS if kind == "python")
    assert line in (ROOT / "src" / "exercise" / "catalogue.py").read_text(encoding="utf-8")
    (width,) = SMALL.specification.hidden_layers
    assert f"40 nodes instead of {width}" in " ".join(README.split())


def test_the_readme_names_the_pythons_and_the_seeds() -> None:
    """As the project and the command line have them."""
    first, *_, last = supported_pythons()
    assert f"Python {first} to {last}" in README
    words = {3: "three", 5: "five", 10: "ten"}
    assert f"instead of {words[len(PROJECT.seed_range)]}; only new ones" in README


def test_no_measurement_is_left_out() -> None:
    """Every place for a measured figure has been filled in."""
    assert "<!-- measured" not in README


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^(python build\.py[^#\n]*)", CONTRIBUTING, flags=re.MULTILINE)
PATHS = re.findall(r"`((?:src|tests|templates|docs)/[^`]*)`|\]\(([^)#]+)\)", CONTRIBUTING)


def test_each_group_of_tests_has_its_command() -> None:
    """And `--affected`; no other option is shown."""
    options = {word for line in SHOWN for word in shlex.split(line) if word.startswith("--")}
    assert {"--affected", *(f"--{name}" for name in GROUPS)} == options


def test_every_path_leads_somewhere() -> None:
    """Patterns match at least one file."""
    assert [] == [one or other for one, other in PATHS if not any(ROOT.glob(one or other))]


def test_the_pages_can_be_built_and_have_every_public_name(tmp_path: Path) -> None:
    """A link that leads nowhere is an error; a name without a docstring is left out, and found missing."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "docs", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    from sphinx.util.inventory import InventoryFile

    inventory = InventoryFile.loads((tmp_path / "objects.inv").read_bytes(), uri="").data
    kinds = ("py:class", "py:data", "py:function")
    listed = [resolve_name(name) for kind in kinds for name in inventory[kind]]
    public = {module: getattr(module, "__all__", dir(module)) for module in (engine, charts, stats)}
    names = [(module, name) for module in public for name in public[module]]
    missing = [name for module, name in names if not any(getattr(module, name) is one for one in listed)]
    assert [] == missing
