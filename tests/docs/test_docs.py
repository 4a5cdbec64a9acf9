"""Every code block of README and docs is run, built, rendered, or at least parsed.

A block whose fence names a file (```` ```python project.py ````) is written there; the blocks of one page are
one project, of which most are built as far as their sections: all but page and PDF.
"""

from __future__ import annotations

import ast
import inspect
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pandas
import pytest
import yaml
from build.conftest import make_light
from matplotlib import pyplot as plt

import labreport
from labreport.build import Request, open_report
from labreport.cli import main
from labreport.cli.parser import parse
from labreport.errors import LabReportError
from labreport.page import RenderedSection, render_file
from labreport.plan import Plan, StoredReport
from labreport.stats.formats import FILTERS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A code block: its language, the file or the purpose that its fence names, its text."""

    language: str
    name: str
    text: str


def blocks(page: str) -> list[Block]:
    """The code blocks of a page, in order."""
    return [Block(*fence.groups("")) for fence in FENCE.finditer((ROOT / page).read_text())]


def text_of(page: str, name: str) -> str:
    """The first block of a page that its fence calls so."""
    return next(block.text for block in blocks(page) if block.name == name)


def run(folder: Path, *words: str) -> str:
    """Carry out a command in a project; what it prints. Fails where the command does."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(words), str(folder))
    assert code == 0, out.getvalue() + err.getvalue()
    return out.getvalue()


@pytest.fixture(scope="module", autouse=True)
def light() -> Iterator[None]:
    """Runs are made by threads, and a stand-in for the PDF: `tests/build/test_kept.py` makes real ones."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_light(monkeypatch)
        yield


Written = Callable[[str, str, dict[str, str]], Path]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Write a page's project, with more files, and build it; its folder."""

    def write(page: str, builds: str, more: dict[str, str]) -> Path:
        folder = tmp_path_factory.mktemp(Path(page).stem)
        for name, text in {"project.py": text_of(page, "project.py"), **more}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        if (folder / "make_wells.py").is_file():
            subprocess.run([sys.executable, "make_wells.py"], cwd=folder, check=True)
        run(folder, *builds.split())
        return folder

    return write


@pytest.fixture(scope="module")
def wells(written: Written) -> Path:
    """The project of the CSV page, with the question that stands alone further down."""
    page = "docs/csv.md"
    project = text_of(page, "project.py")
    slope = next(block.text for block in blocks(page) if "def slope" in block.text)
    head, last = project.split("project = ")
    project = f"{head}{slope}\n\nproject = {last}".replace("(drug,)", "(drug, slope)")
    more = {name: text_of(page, name) for name in ("make_wells.py", "templates/questions/drug.md")}
    return written(page, "questions", {"project.py": project, **more})


@pytest.fixture(scope="module")
def tape(written: Written) -> Path:
    """The project of the page about experiments, built whole, with glossary and references."""
    names = ("templates/glossary.md", "templates/references.bib")
    return written("docs/experiments.md", "build", {name: text_of("docs/writing.md", name) for name in names})


def plan_of(folder: Path) -> Plan:
    """What is planned for a project that was built."""
    return open_report(Request(folder, folder / "report"))


def rendered(folder: Path, text: str) -> RenderedSection:
    """The first section of a project, with this text as the template of the question `closest`."""
    file = folder / "templates" / "questions" / "closest.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    plan = plan_of(folder)
    try:
        return plan.graph.sections[plan.project.all_sections[0].name].render(StoredReport(plan))
    finally:
        file.unlink()


def test_python_is_python() -> None:
    """Every Python block of every page can be parsed."""
    for page in PAGES:
        for block in blocks(str(page.relative_to(ROOT))):
            if block.language == "python":
                ast.parse(block.text)


def test_the_csv_page_builds_and_its_claims_hold(wells: Path) -> None:
    """The twenty lines, the claims, the number of one's own."""
    made = plan_of(wells).cache.entry("section", "questions")
    assert made
    assert [claim["holds"] for claim in made.value["claims"]] == [True, True]
    names = run(wells, "names", "drug")
    assert '{% claim difference["HT29"].unclear("0.1") %}' in names
    assert "% per µM" in run(wells, "names", "slope")


def test_the_trial_and_the_speeds_of_the_csv_page_build(tmp_path: Path) -> None:
    """Two arms with visits and events, and two versions on hosts, as the page has them."""
    code = [
        block.text for block in blocks("docs/csv.md") if re.search("(TRIAL|BASELINE|LATENCY) = ", block.text)
    ]
    names = "Measure, Project, difference, figure, forest, mean, quantile, question, section, summary, table"
    sections = 'section("Two tables", baseline, pressure, events, speed, figures=(weeks,), name="questions")'
    last = f'project = Project("Two tables", ({sections},))'
    text = "\n".join([f"from labreport import {names}", *code, last])
    (tmp_path / "project.py").write_text(text)
    patients = pandas.DataFrame(
        {"patient": range(40), "arm": ["drug", "placebo"] * 20, "sex": [*"ffmm"] * 10}
    )
    visits = patients.merge(pandas.DataFrame({"week": [0, 12]}), how="cross").eval(
        """
        age = 40 + patient
        sbp = 150 - patient % 7 - 2 * week * (arm == 'drug')
        event = week == 12 and patient % 3 == 0
        """
    )
    visits.to_csv(tmp_path / "trial.csv", index=False)
    columns = ["host", "rate", "version", "repetition"]
    requests = pandas.DataFrame(product(range(6), (100, 400), ("1.9", "1.10"), (1, 2)), columns=columns)
    requests = requests.eval("latency = 10 + host + repetition + host / 9 * (version == '1.9')")
    requests.to_csv(tmp_path / "requests.csv", index=False)
    run(tmp_path, "questions")
    assert "share.drug" in run(tmp_path, "names", "events")
    assert "a table, 5 rows: Arm; drug; placebo" in run(tmp_path, "names", "baseline")
    assert "{% claim speed.every." in run(tmp_path, "names", "speed")


def test_the_csv_of_the_readme_is_the_beginning_of_that_page(wells: Path, written: Written) -> None:
    """What the README shows gives a report at once."""
    project = next(block.text for block in blocks("README.md") if block.language == "python")
    folder = written(
        "docs/csv.md", "questions", {"project.py": project, "wells.csv": (wells / "wells.csv").read_text()}
    )
    assert "HCT116" in run(folder, "names", "drug")


def test_the_page_about_epochs_builds(written: Written) -> None:
    """Momentum helps in the first epochs, and both go on learning."""
    folder = written("docs/epochs.md", "questions", {})
    answer = StoredReport(plan_of(folder)).answers()
    assert answer.momentum.ranking.wins("heavy").holds
    assert answer.longer.change.less("plain").holds


@pytest.mark.parametrize(
    "text",
    [block.text for block in blocks("docs/writing.md") if block.name == "templates/questions/closest.md"],
)
def test_texts_of_the_page_about_writing_can_be_rendered(tape: Path, text: str) -> None:
    """Each is a template of the question `closest`, and what it claims holds."""
    made = rendered(tape, text)
    assert not [claim for claim in made.claims if claim.fails]
    assert "\U000f0000" not in made.html


def test_the_page_about_mistakes_says_what_is_said(tape: Path) -> None:
    """The table of mistakes at the end of that page."""
    table = (ROOT / "docs/writing.md").read_text().rpartition("| you wrote |")[2].replace("\\|", "¦")
    rows = re.findall(r"^\| `(.+?)` \| (.+) \|$", table, re.MULTILINE)
    assert len(rows) > 4
    for mistake, message in rows:
        end = "x{% endclaim %}" if "{% claim" in mistake else ""
        with pytest.raises(LabReportError) as raised:
            rendered(tape, f"{mistake}{end}\n".replace("¦", "|"))
        assert message.replace("¦", "|") in str(raised.value)
        assert re.match(r".*closest\.md:1: ", str(raised.value))


@pytest.mark.parametrize("purpose", ["read", "prompt"])
def test_python_of_the_page_about_results_runs(
    tape: Path, wells: Path, monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    """`load`, and a chart of it; the prompt."""
    monkeypatch.chdir({"read": tape, "prompt": wells}[purpose])
    exec(text_of("docs/results.md", purpose), {})
    plt.close("all")  # seaborn would draw on what is open


@pytest.mark.parametrize(
    ("name", "shown"),
    [("paper.tex", "The mean is worse."), ("paper.qmd", "The mean is worse.\n\n| Name | Error, mm |")],
)
def test_papers_of_the_page_about_results_are_filled(tape: Path, name: str, shown: str) -> None:
    """Their claims are asked, and tables are written as the file needs them."""
    (tape / name).write_text(text_of("docs/results.md", name))
    text, claims = render_file(tape / name, StoredReport(plan_of(tape)).answers().members)
    assert shown in text
    assert [claim.holds for claim in claims] == [True]


def test_the_export_of_the_page_about_results_can_be_used(tape: Path) -> None:
    """By the command of LaTeX that it names."""
    run(tape, "export", "latex")
    assert "labreport@" in (tape / "report/exports/latex/numbers.tex").read_text()


def test_every_file_of_the_page_about_ci_works(tape: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its YAML can be read, its commands run in the order in which they stand, its test passes."""
    page = {block.name: block.text for block in blocks("docs/ci.md")}
    steps = yaml.safe_load(page[".github/workflows/report.yml"])["jobs"]["report"]["steps"]
    commands = [step["run"] for step in steps if step.get("run", "").startswith("labreport")]
    job = yaml.safe_load(page[".gitlab-ci.yml"])["report"]
    assert job["script"] == [command.partition(" >>")[0] for command in commands]
    hook = yaml.safe_load(page[".pre-commit-config.yaml"])["repos"][0]["hooks"][0]
    assert hook["entry"] in commands
    printed = [run(tape, *command.split()[1:]) for command in job["script"]]
    assert printed[1] == "No answer says anything else.\n"
    monkeypatch.setattr(subprocess, "run", lambda words, check: run(tape, *words[1:]))
    names: dict[str, Callable[[], None]] = {}
    exec(page["test_report.py"], names)
    names["test_the_claims_of_the_report_hold"]()


def test_the_problem_matcher_of_that_page_reads_what_check_prints() -> None:
    """File, line and message of the example in it."""
    tasks = json.loads(text_of("docs/ci.md", ".vscode/tasks.json"))
    pattern = tasks["tasks"][0]["problemMatcher"]["pattern"]
    printed = next(block.text for block in blocks("docs/ci.md") if block.language == "console")
    problem = re.search(pattern["regexp"], printed, re.MULTILINE)
    assert problem
    parts = problem.group(pattern["file"], pattern["line"], pattern["message"])
    assert parts[:2] == ("templates/questions/drug.md", "3")
    assert parts[2].startswith("new: does not hold")


REFERENCE = re.findall(r"^- \*\*`((\w+).*?)`\*\*", (ROOT / "docs/reference.md").read_text(), re.MULTILINE)
"""The signatures of the page, `name(argument: type = default) -> type`, each with its name."""
FILLED_IN = {"calls", "terms", "module", "folder", "source"}
"""Fields of experiments, measures and projects that no author writes."""
MADE_BY_EACH_CALL = {"metrics", "arrays", "source"}
"""Arguments of which the default is no value."""


def defaults_of(function: Callable[..., Any], hidden: set[str]) -> dict[str, Any]:
    """The defaults of a function's arguments by name; whatever is made by each call is the same."""
    defaults: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in hidden:
            defaults[name] = ... if name in MADE_BY_EACH_CALL else parameter.default
    return defaults


def test_the_reference_has_every_name() -> None:
    """All of `labreport.__all__`."""
    assert sorted(name for _, name in REFERENCE) == labreport.__all__


@pytest.mark.parametrize(("text", "name"), REFERENCE, ids=[name for _, name in REFERENCE])
def test_the_reference_has_every_argument_with_its_type_and_default(text: str, name: str) -> None:
    """As the code has them."""
    names = {**vars(labreport.project), "Source": labreport.Source}
    exec(f"from __future__ import annotations\ndef {text}: ...", names)
    documented = names[name]
    hidden = FILLED_IN if name in ("Experiment", "Measure", "Project") else set()
    assert defaults_of(documented, set()) == defaults_of(getattr(labreport, name), hidden)
    arguments = inspect.signature(documented).parameters.values()
    assert all(argument.annotation is not argument.empty for argument in arguments)


def test_the_readme_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command of the parser; every option that a page names is one."""
    readme = (ROOT / "README.md").read_text()
    commands = parse([]).commands
    assert [name for name in commands if f"`{name}" not in readme] == []
    for words in ([], *([name] for name in commands)):
        with pytest.raises(SystemExit):
            parse([*words, "--help"])
    options = {"--browser", "--slow", "--upgrade", *re.findall(r"--[a-z-]+", capsys.readouterr().out)}
    for page in PAGES:
        named = re.findall(r"`(?:labreport |python build.py )?[^`\n]*?(--[a-z-]+)", page.read_text())
        others = re.compile(r"--(host|port|nthreads|nworkers|hostfile|check|wait)")
        assert not [name for name in named if name not in options and not others.match(name)], page.name


def test_the_page_about_writing_lists_every_filter() -> None:
    """Each form of a quantity has a row."""
    page = (ROOT / "docs/writing.md").read_text()
    assert [name for name in FILTERS if f"\\| {name}" not in page] == []


def test_links_lead_somewhere() -> None:
    """Each relative link of each page is a file."""
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_files_that_contributing_names_are_there() -> None:
    """By their paths, or the ends of them."""
    named = re.findall(r"`([\w./]+/|[\w./]+\.(?:py|html|md|txt))`", (ROOT / "CONTRIBUTING.md").read_text())
    for name in {*named} - {"tests/ROOM/"}:
        beside = [ROOT / name, *ROOT.glob(f"[!.]*/**/{name}")]
        assert any(path.exists() for path in beside), name


def test_the_functions_on_the_way_of_a_build_are_there() -> None:
    """Each by its name."""
    way = (ROOT / "CONTRIBUTING.md").read_text().partition("## From a command")[2].partition("\n## ")[0]
    code = "".join(path.read_text() for path in (ROOT / "src/labreport").rglob("*.py"))
    names = set(re.findall(r"`(\w+)`", way))
    assert names - set(re.findall(r"(?m)^ *(?:def|class) (\w+)", code)) == set()
    assert len(names) > 20


def test_imports_run_down_the_list_of_rooms() -> None:
    """Those of functions too; but for types, and where a number of a JSON file becomes a quantity."""
    table = (ROOT / "CONTRIBUTING.md").read_text().partition("| room | has |")[2].partition("\n\n")[0]
    first_cells = re.findall(r"(?m)^\|([^|]*)\|", table)
    rooms = re.findall(r"`(\w+)(?:/|\.py)`", "".join(first_cells))
    upward = set()
    for path in (ROOT / "src/labreport").rglob("*.py"):
        name = path.relative_to(ROOT / "src/labreport")
        room = name.parts[0].removesuffix(".py")
        without_types = re.sub(r"(?m)^if TYPE_CHECKING:\n(?:(?: .*)?\n)+", "", path.read_text())
        for imported in re.findall(r"(?m)^ *(?:from|import) labreport(?:\.| import )(\w+)", without_types):
            if {room, imported} <= set(rooms) and rooms.index(imported) < rooms.index(room):
                upward.add(f"{name}: {imported}")
    assert upward == {"project/values.py: stats"}
