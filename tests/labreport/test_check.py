"""`check`: every number and verdict of answers.json computed again, from that file only."""

from __future__ import annotations

import ast
import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graded import reference
from perturbed import changes

import labreport.checking
from labreport.checking.digests import digests
from labreport.checking.evaluate import changed, evaluate
from labreport.checking.problem import Malformed

CODE = Path(labreport.checking.__file__).parent
SEED = 20260801
Plain = dict[str, Any]


@pytest.mark.parametrize("seeds", [1, 2, 5])
def test_the_answers_of_the_exercise_agree_with_their_own_data(seeds: int) -> None:
    """Every interval, p-value and verdict, with one seed, with two and with five."""
    document = reference(seeds)
    found = evaluate(document)
    assert [str(each) for each in found.differences] == []
    assert [str(each) for each in changed(document)] == []
    assert found.numbers > 2_000
    assert found.verdicts > 200


def test_any_number_that_is_changed_is_named() -> None:
    """Whichever it is: a value by seed, a count, an interval, a p-value, a margin, a declared number."""
    print(f"seed {SEED}")
    document = reference()
    for one in changes(document, 12, SEED):
        found = [*evaluate(one.document).differences, *changed(one.document)]
        named = [each for each in found if each.place.startswith(one.place)]
        assert named, f"{one.place} {one.field}: {one.before} became {one.after}; found {found}"


def _without_digests(change: Callable[[Plain], None]) -> list[str]:
    """What recomputation finds after a change whose digests were made to fit."""
    document = copy.deepcopy(reference())
    change(document)
    document["digests"] = digests(document)
    assert not list(changed(document))
    return [str(each) for each in evaluate(document).differences]


def _quantity(document: Plain, slug: str, name: str) -> Any:
    return document["questions"][slug]["quantities"][name]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (
            lambda d: _quantity(d, "part-one.wide.accuracy", "test_loss")["derivation"]["values"].__setitem__(
                2, 9.0
            ),
            "part-one.wide.accuracy#test_loss, value",
        ),
        (
            lambda d: d["families"]["part one"]["members"][0]["estimate"]["only_first"].__setitem__(1, 999),
            "family 'part one', member 1",
        ),
        (
            lambda d: d["families"]["part one"]["members"][0].__setitem__("margin", 0.004),
            "family 'part one', member 1",
        ),
        (lambda d: d["rules"].__setitem__("alpha", 0.04), "claims."),
        (
            lambda d: d["questions"]["part-one.comparison"]["claims"]["wide-better"].__setitem__(
                "verdict", "supported"
            ),
            "part-one.comparison#claims.wide-better, verdict",
        ),
    ],
)
def test_a_change_with_a_fitting_digest_contradicts_what_follows(
    change: Callable[[Plain], None], names: str
) -> None:
    """Digests are only for what nothing else depends on; a forged one hides no datum that matters."""
    found = _without_digests(change)
    assert any(names in each for each in found), found


def test_it_shares_no_code_with_what_made_the_numbers() -> None:
    """Nothing is imported from the claims, and of all libraries only NumPy, for one generator."""
    imported: set[str] = set()
    for file in CODE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
    others = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {name for name in others if not name.startswith("labreport.checking.")} == {
        "labreport.errors",
        "labreport.grading.strict",
        "numpy",
    }


def _checked(folder: Path, document: Plain, *words: str) -> subprocess.CompletedProcess[str]:
    file = folder / "answers.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    command = [sys.executable, "-m", "labreport", "check", str(file), *words]
    environment = {**os.environ, "PYTHONPATH": str(CODE.parents[1])}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


def test_the_command_needs_the_file_only(tmp_path: Path) -> None:
    """In a folder that is not a project, without results; the exit code is 0."""
    run = _checked(tmp_path, reference(), "--verbose")
    assert run.returncode == 0, run.stderr
    assert "computed again" in run.stdout
    assert ": 0 differ." in run.stdout


def test_the_command_names_what_differs(tmp_path: Path) -> None:
    """One line for each, and exit code 1."""
    document = reference()
    _quantity(document, "part-one.comparison", "difference")["interval"]["low"] = 0.5
    run = _checked(tmp_path, document)
    assert run.returncode == 1
    assert "part-one.comparison#difference, interval.low: the file says 0.5; its data give " in run.stdout


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "is not an answers.json; it has no key 'schema'"),
        ({"schema": 1}, "has version 1 of the file's form; version 2 can be checked"),
        ({"schema": 2}, "has no object 'rules'"),
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path: Path, document: Any, says: str) -> None:
    """Exit code 2, with what is wrong."""
    run = _checked(tmp_path, document)
    assert run.returncode == 2
    assert says in run.stderr
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["families"].pop("part one"),
        lambda d: _quantity(d, "part-one.comparison", "difference")["derivation"].__setitem__("member", 10),
        lambda d: _quantity(d, "part-one.wide.accuracy", "test_loss")["derivation"].__setitem__(
            "operation", "guess"
        ),
        lambda d: _quantity(d, "part-one.wide.accuracy", "test_loss")["derivation"].__setitem__(
            "values", "many"
        ),
    ],
)
def test_data_that_make_no_sense_are_refused_with_their_place(change: Callable[[Plain], Any]) -> None:
    """A family or a member of one that is missing, an unknown operation, a text for a list."""
    document = copy.deepcopy(reference())
    change(document)
    with pytest.raises(Malformed, match=r"part-one\.(wide\.accuracy#test_loss|comparison)"):
        evaluate(document)
