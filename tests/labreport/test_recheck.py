"""`check`: every number and verdict of answers.json computed again, from that file only."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import quickjs
from graded import reference
from perturbed import changes
from scipy import stats

from labreport.recheck import script
from labreport.recheck.digests import changed, digests
from labreport.recheck.document import Malformed
from labreport.recheck.script import evaluate

SOURCE = Path(script.__file__).parents[2]
SEED = 20260801
CLOSE = 1e-9
"""The script and SciPy agree within this, relative to the number."""
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
            lambda d: _quantity(d, "part-one.wide.time", "total")["derivation"]["values"].__setitem__(2, 9.0),
            "part-one.wide.time#total, value",
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


def _checked(folder: Path, document: Plain, *words: str) -> subprocess.CompletedProcess[str]:
    file = folder / "answers.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    command = [sys.executable, "-m", "labreport", "check", str(file), *words]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


def test_the_command_needs_the_file_only(tmp_path: Path) -> None:
    """In a folder that is not a project, without results; the exit code is 0."""
    run = _checked(tmp_path, reference(), "--verbose")
    assert run.returncode == 0, run.stderr
    assert "computed again" in run.stdout
    assert ": 0 differ" in run.stdout
    assert "The file holds 29 questions, 119 claims and 12,112 numbers." in run.stdout


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
        lambda d: _quantity(d, "part-one.wide.time", "total")["derivation"].__setitem__("operation", "guess"),
        lambda d: _quantity(d, "part-one.wide.time", "total")["derivation"].__setitem__("values", "many"),
        lambda d: _quantity(d, "part-one.wide.time", "total")["derivation"].__setitem__(
            "operation", "constructor"
        ),
        lambda d: _quantity(d, "part-one.wide.time", "total").pop("spread"),
        lambda d: _quantity(d, "part-one.wide.time", "total").__setitem__(
            "derivation", {"operation": "sum", "of": [{"quantity": "__proto__"}]}
        ),
    ],
)
def test_data_that_make_no_sense_are_refused_with_their_place(change: Callable[[Plain], Any]) -> None:
    """A family or a member of one that is missing, an unknown operation, a text for a list."""
    document = copy.deepcopy(reference())
    change(document)
    with pytest.raises(Malformed, match=r"part-one\.(wide\.time#total|comparison)"):
        evaluate(document)


HUGE = {"operation": "Fisher", "table": [[1, 10**15], [10**15, 10**15]]}


@pytest.mark.parametrize(
    ("name", "limit", "says"),
    [("SECONDS", 0.2, "within 0.2 s"), ("MEMORY", 2 << 20, "within 2 MB of memory")],
)
def test_a_file_that_never_ends_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, limit: float, says: str
) -> None:
    """Counts over which the script would loop for years, or data that need more memory than there is."""
    document = copy.deepcopy(reference())
    if name == "SECONDS":
        _quantity(document, "part-one.wide.time", "total")["derivation"] = HUGE
    monkeypatch.setattr(script, name, limit)
    with pytest.raises(Malformed, match=says):
        evaluate(document)


def test_what_the_file_names_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    """A control character in a name is made visible."""
    document = reference()
    quantities = document["questions"]["part-one.wide.time"]["quantities"]
    quantities["\x1b[31mred"] = {**quantities["total"], "value": 1.0}
    run = _checked(tmp_path, document)
    assert run.returncode == 1
    assert "[31mred, value" in run.stdout
    assert "\x1b" not in run.stdout


POINTS = """
(text) => JSON.stringify(JSON.parse(text).map(
  ([name, given]) => Distributions[name](...given.map((each) => each ?? Infinity))
))
"""


def points() -> Iterator[tuple[str, list[float | None], float]]:
    """A function of the script, its arguments (None for infinity), and its value by SciPy."""
    freedoms = (1, 2, 4, 7.3, 29, 400, 12_345.6, None)
    for df in freedoms:
        student: Any = stats.norm() if df is None else stats.t(df)
        for t in (0, 0.01, 0.5, 1, 2.2, 5, 11, 40):
            yield "studentTail", [t, df], 2 * student.sf(t)
        for alpha in (0.5, 0.05, 0.01, 1e-4, 1e-9):
            yield "studentQuantile", [alpha, df], student.isf(alpha / 2)
    for df in filter(None, freedoms):
        for value in (0.01, 1, 3.3, 10, 50, 400):
            yield "chiSquareTail", [value, df], stats.chi2.sf(value, df)
    for z in (-6, -2, -0.3, 0, 0.1, 1, 3, 8, 25):
        yield "normalTail", [z], stats.norm.sf(z)
    for a, b in ((1, 1), (2, 9), (30, 4), (250, 300), (0.5, 0.5)):
        for x in (0.001, 0.1, 0.5, 0.9, 0.9999):
            yield "betaCdf", [x, a, b], stats.beta.cdf(x, a, b)
        for share in (0.001, 0.025, 0.5, 0.975):
            yield "betaQuantile", [share, a, b], stats.beta.ppf(share, a, b)


def test_the_distributions_of_the_script_are_those_of_scipy() -> None:
    """Tails and quantiles, near and far, with few and many degrees of freedom."""
    wanted = list(points())
    context = quickjs.Context()
    context.eval(script.source())
    found = json.loads(context.eval(POINTS)(json.dumps([[name, given] for name, given, _ in wanted])))
    assert len(wanted) >= 200
    assert [
        (name, given, value, now)
        for (name, given, value), now in zip(wanted, found, strict=True)
        if abs(now - value) > CLOSE * abs(value) + 1e-300
    ] == []
