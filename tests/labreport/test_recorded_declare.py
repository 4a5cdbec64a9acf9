"""Declarations of recorded runs: where they are, what each is, and what an experiment in general rests on."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from program import Program
from recordings import declare, results, seeds
from standin_nodes import CATALOGUE, SLOW

from labreport.errors import UsageError
from labreport.experiment import Design, study
from labreport.recorded.raw import folders, sources
from labreport.results import Runs

HEADER = "program,level,input file,day,seconds,size,host\n"


def _table(folder: Path, rows: str, header: str = HEADER) -> None:
    (folder / "all.csv").write_text(header + rows)


def _error(folder: Path, call: str) -> str:
    with pytest.raises(UsageError) as caught:
        declare(folder, call)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value).removeprefix(f"{folder}/")


def test_two_rows_with_one_identity_are_an_error_that_names_both(tmp_path: Path) -> None:
    """By seed, by pair, by seed and block, and by the step of one run."""
    rows = "zlib,6,text,mon,1.5,10,a\nzlib,9,text,tue,2.5,9,a\nzlib,6,text,mon,1.6,10,a\n"
    _table(tmp_path, rows)
    found = _error(tmp_path, 'recorded_groups("all.csv", name=("program", "level"), pairs="day")')
    assert found.startswith(
        "all.csv:4: program and level is 'zlib 6', day is 'mon', as at all.csv:2; each run of an experiment "
        "needs its own: remove one, or name the columns"
    )
    call = 'recorded_groups("all.csv", name="program", seed="level", blocks="input file")'
    assert "all.csv:4: program is 'zlib', level is 6, input file is 'text', as at all.csv:2;" in _error(
        tmp_path, call
    )
    assert "all.csv:4: level is 6, as at all.csv:2; remove one, or name" in _error(
        tmp_path, 'recorded("all", "all.csv", step="level")'
    )


def test_each_row_is_a_run_where_no_column_numbers_steps_or_seeds(tmp_path: Path) -> None:
    """Also equal ones: none is dropped, and none has a partner."""
    _table(tmp_path, "zlib,6,text,mon,1.5,10,a\nC#,1,text,mon,1.5,10,a\nC#,1,text,mon,1.5,10,a\n")
    found = declare(tmp_path, 'recorded_groups("all.csv", name="program", metrics=("seconds",))')
    assert {name: len(results(one)) for name, one in found.items()} == {"C#": 2, "zlib": 1}
    assert {one.design for one in found.values()} == {Design("run", paired=False)}
    assert list(found["C#"].recorded.runs) == ["seconds 1.5", "seconds 1.5 (2)"]


def test_several_columns_name_experiments_and_settings_keep_them(tmp_path: Path) -> None:
    """With spaces in names and columns; two that would be called alike are an error."""
    _table(tmp_path, "zlib,6,text,mon,1.5,10,a\nzlib,10,text,mon,2.5,9,a\nxz -e,10,text,mon,9.5,8,a\n")
    found = declare(tmp_path, 'recorded_groups("all.csv", name=("program", "level"))')
    assert list(found) == ["xz -e 10", "zlib 6", "zlib 10"]
    assert found["zlib 10"].specification.settings == {"program": "zlib", "level": 10}
    _table(tmp_path, "a b,c,text,mon,1.5,10,a\na,b c,text,mon,2.5,9,a\n")
    assert (
        "all.csv:3: program, level together are 'a b c', as at all.csv:2, where they are 'a b', 'c'"
        in _error(tmp_path, 'recorded_groups("all.csv", name=("program", "level"))')
    )


def test_blocks_and_pairs_say_what_is_compared(tmp_path: Path) -> None:
    """By the name of their column; what is compared for each is said by the design."""
    rows = [f"zlib,6,{file},{day},1.5,10,a\n" for file in ("text", "code") for day in ("tue", "mon")]
    _table(tmp_path, "".join(rows))
    blocked = declare(tmp_path, 'recorded("zlib", "all.csv", blocks="input file")')
    assert blocked.design == Design("input file", blocks=((0, "code"), (1, "code"), (2, "text"), (3, "text")))
    both = declare(tmp_path, 'recorded("zlib", "all.csv", blocks="input file", pairs="day")')
    assert list(both.recorded.runs) == ["code, mon", "code, tue", "text, mon", "text, tue"]
    call = 'recorded("zlib", "all.csv", pairs="day", where={"input file": "text"})'
    paired = declare(tmp_path, call)
    assert paired.design == Design("day", blocks=((0, "mon"), (1, "tue")))
    assert declare(tmp_path, call.replace("pairs", "seed")).design == paired.design


def test_seeds_are_numbers_where_all_are_and_unique_in_an_experiment(tmp_path: Path) -> None:
    """A seed that occurs in two blocks numbers no run by itself, so that nothing read by seed is lost."""
    _table(tmp_path, "a,3,x,mon,1,1,h\na,3,y,mon,2,1,h\na,10,x,mon,3,1,h\n")
    found = declare(tmp_path, 'recorded("a", "all.csv", seed="level", blocks="input file")')
    assert seeds(found) == [0, 1, 2]
    found = declare(tmp_path, 'recorded("a", "all.csv", seed="level", where={"input file": "x"})')
    assert (seeds(found), found.design) == ([3, 10], Design("level"))


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    """Neither digests nor the runs that an answer sees, with and without steps."""
    rows = [f"p{n % 3},{n},text,mon,{n % 7}.5,10,a\n" for n in range(60)]
    steps = "epoch,loss\n", [f"{epoch},{1 / epoch}\n" for epoch in range(1, 30)]
    seen = []
    for _ in range(2):
        _table(tmp_path, "".join(rows))
        found = declare(tmp_path, 'recorded_groups("all.csv", name="program", metrics=("seconds",))')
        (tmp_path / "loss.csv").write_text(steps[0] + "".join(steps[1]))
        found["loss"] = declare(tmp_path, 'recorded("loss", "loss.csv")')
        seen.append([(dict(one.recorded.runs), results(one)) for one in found.values()])
        random.Random(5).shuffle(rows)
        random.Random(5).shuffle(steps[1])
    assert seen[0] == seen[1]


@pytest.mark.parametrize("cell", ["", "NA", "n/a", "NaN", "nan", "null", "inf"])
def test_a_run_without_a_number_is_a_failed_run(tmp_path: Path, cell: str) -> None:
    """It is counted by metric, and is not a number where an answer reads it; the others are there."""
    _table(tmp_path, f"zlib,6,text,mon,1.5,10,a\nzlib,6,text,tue,{cell},10,a\n")
    found = declare(tmp_path, 'recorded("zlib", "all.csv", pairs="day")')
    assert found.recorded.failed == {"seconds": ["tue"]}
    first, second = Runs(found, results(found)).values("seconds")
    assert (first, math.isfinite(second)) == (1.5, False)
    assert Runs(found, results(found)).values("size") == [10.0, 10.0]


def test_a_column_that_nobody_uses_does_no_harm(tmp_path: Path) -> None:
    """Whatever it holds; asking for it is an error with file, row and what is allowed."""
    rows = "zlib,6,text,mon,1.5,10,a\nzlib,6,text,tue,1.6,True,a\n"
    _table(tmp_path, rows)
    found = declare(tmp_path, 'recorded("zlib", "all.csv", pairs="day")')
    runs = Runs(found, results(found))
    assert runs.values("seconds") == [1.5, 1.6]
    for ask in (lambda: runs.values("size"), lambda: runs.at()[0].metrics["size"]):
        with pytest.raises(
            UsageError, match=r"^all\.csv:3: size is 'True'; a number is needed, .*: write 1 or 0"
        ):
            ask()
    assert "all.csv:3: size is 'True'" in _error(tmp_path, 'recorded("a", "all.csv", metrics=("size",))')
    with pytest.raises(
        UsageError, match="has no metric 'Seconds'; it has level, seconds; did you mean 'seconds'"
    ):
        runs.values("Seconds")


def test_what_runs_were_made_with_is_read_from_columns(tmp_path: Path) -> None:
    """A name that is not the machine's or the time's is that of a program with its version."""
    _table(tmp_path, "zlib,6,text,2024-05-06,1.5,10,web-03\n")
    call = 'recorded("zlib", "all.csv", made={"host": "host", "finished": "day", "zlib": "level"})'
    (run,) = results(declare(tmp_path, call))
    assert run.provenance == {"host": "web-03", "finished": "2024-05-06", "libraries": {"zlib": "6"}}


def test_an_edited_source_is_noticed(tmp_path: Path) -> None:
    """Also one that came or went after the others were read."""
    _table(tmp_path, "zlib,6,text,mon,1.5,10,a\n")
    found = declare(tmp_path, 'recorded("a", "*.csv")').recorded
    assert found.outdated() == ""
    _table(tmp_path, "zlib,6,text,mon,1.5,11,a\n")
    assert found.outdated() == "all.csv"
    (tmp_path / "all.csv").rename(tmp_path / "other.csv")
    assert found.outdated() in ("all.csv", "other.csv")


FILES = (
    "runs/a-2.csv",
    "runs/a-10.csv",
    "runs/b-x-1.csv",
    "runs/b-last.csv",
    "runs/c+1.csv",
    "runs/deep/er/a-3.csv",
)
MATCHES = {
    "runs/a-{seed}.csv": [("runs/a-2.csv", {"seed": "2"}), ("runs/a-10.csv", {"seed": "10"})],
    "runs/b-{seed}.csv": [],
    "runs/{name}-{seed}.csv": [
        ("runs/a-2.csv", {"name": "a", "seed": "2"}),
        ("runs/a-10.csv", {"name": "a", "seed": "10"}),
        ("runs/b-x-1.csv", {"name": "b-x", "seed": "1"}),
    ],
    "runs/[bc]*.csv": [("runs/b-last.csv", {}), ("runs/b-x-1.csv", {}), ("runs/c+1.csv", {})],
    "runs/?+1.csv": [("runs/c+1.csv", {})],
    "runs/**/a-3.csv": [("runs/deep/er/a-3.csv", {})],
    "{top}/{name}/er/a-{seed}.csv": [("runs/deep/er/a-3.csv", {"top": "runs", "name": "deep", "seed": "3"})],
    "../data/runs/c+1.csv": [("../data/runs/c+1.csv", {})],
    "../data/runs/a-2*": [("../data/runs/a-2.csv", {})],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with the files."""
    for name in FILES:
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "data"


@pytest.mark.parametrize(("pattern", "expected"), MATCHES.items())
def test_a_pattern_finds_files_and_the_words_in_their_names(
    data: Path, pattern: str, expected: list[tuple[str, dict[str, str]]]
) -> None:
    """In natural order; where it finds nothing, the error says where it looked."""
    if not expected:
        with pytest.raises(UsageError, match="matches nothing"):
            sources(data, pattern)
        return
    assert [(found.name, found.fields) for found in sources(data, pattern)] == expected


def test_an_absolute_path_is_found(data: Path) -> None:
    """It keeps its spelling, with which the project's folder can be joined."""
    assert [found.name for found in sources(data, f"{data}/runs/c*.csv")] == [f"{data}/runs/c+1.csv"]


def test_a_misspelt_path_gets_a_suggestion(data: Path) -> None:
    """Of what is in the same folder."""
    with pytest.raises(UsageError, match=r"did you mean 'a-2\.csv'"):
        sources(data, "runs/a2.csv")


def test_folders_without_a_match_yet_are_watched(data: Path) -> None:
    """A file may appear there; and not in the folder of the project, where the report is written."""
    (data / "runs/empty").mkdir()
    assert folders(data, "runs/*/er/*.csv", ["runs/deep/er/a-3.csv"]) == (
        "runs",
        "runs/deep",
        "runs/deep/er",
        "runs/empty",
    )


def test_an_experiment_with_files_of_its_own_rests_on_them(program: Program) -> None:
    """On those in place of the project's data files; the other experiments stay with the project's."""
    data = program.folder / "src/exercise/data"
    other, more = data / "other.txt", data / "more.txt"
    for path in (other, more):
        path.write_text("1\n")
    program.edit("src/exercise/project.py", '("data/target.txt",)', '("data/target.txt", "data/more.txt")')
    program.edit(CATALOGUE, SLOW, SLOW + ', files=("data/other.txt", "data/target.txt"), libraries=()')
    assert program.run("beta").code == 0
    more.write_text("2\n")
    plan = program.plan()
    assert (plan["result/alpha#0"], plan["result/beta#0"]) == ("stale", "fresh")
    other.write_text("2\n")
    assert program.plan()["result/beta#0"] == "stale"
    assert "data/other.txt changed" in program.run("why", "beta").out
    other.unlink()
    assert "other.txt: not a file" in program.run("status").err


def test_a_study_of_recorded_runs_is_refused(tmp_path: Path) -> None:
    """Its cells would all be the same runs."""
    (tmp_path / "a.csv").write_text("epoch,loss\n1,2\n")
    found = declare(tmp_path, 'recorded("a", "a.csv")')
    with pytest.raises(UsageError, match="the runs of 'a' are recorded and cannot be varied"):
        study("sources", found, source=("a.csv", "b.csv"))
