"""`check`: every number and judgement of answers.json computed again by the page's script."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import quickjs
from every_operation import document
from perturbed import changed as perturbed
from scipy import stats
from wine import labreport

from labreport.frame import FOLDER
from labreport.recheck import Malformed, changed, count, digests, evaluate, load, schema, source, validate
from labreport.stats.operations import listed

jsonschema = pytest.importorskip(
    "jsonschema", reason="jsonschema is not installed; python build.py test installs it"
)
SEED = 20260801
CLOSE = 1e-9
"""The script and SciPy agree within this, relative to the number."""
Plain = dict[str, Any]


def found(one: Plain) -> list[str]:
    """All that differs, in the lines that `check` prints."""
    return [str(each) for each in (*evaluate(one).differences, *changed(one))]


def signed(one: Plain) -> list[str]:
    """All that differs once the digests are made to fit: what the data themselves contradict."""
    one["digests"] = digests(one)
    assert not list(changed(one))
    return found(one)


def part(*slugs: str) -> Plain:
    """A document of these questions only, which is computed again sooner than the whole one."""
    one = document()
    one["questions"] = {slug: one["questions"][slug] for slug in slugs}
    one["digests"] = digests(one)
    return one


def quantities(one: Plain) -> Iterator[tuple[str, Plain]]:
    """Every quantity with its address."""
    for slug, question in one["questions"].items():
        for name, quantity in question["quantities"].items():
            yield f"{slug}#{name}", quantity


def findings(one: Plain) -> Iterator[tuple[str, Plain]]:
    """Every finding with its address."""
    for slug, question in one["questions"].items():
        for name, finding in question["findings"].items():
            yield f"{slug}#findings.{name}", finding


def test_every_operation_and_kind_of_finding_is_written_and_agrees() -> None:
    """An operation that is added to the registry is in the report of this test, which has no false alarm."""
    one = document()
    written = {each["derivation"]["operation"] for _, each in quantities(one) if each["derivation"]}
    written |= {each["derivation"]["operation"] for _, each in findings(one) if each["derivation"]}
    assert written == set(listed())
    assert {each["kind"] for _, each in findings(one)} == {
        "difference", "ranking", "count", "extremes", "trend", "exact",
    }  # fmt: skip
    validate(one)
    checked = evaluate(one)
    assert [*map(str, checked.differences), *changed(one)] == []
    assert checked.numbers > 1_500
    assert checked.findings == len(list(findings(one))) < sum(len(each["parts"]) for _, each in findings(one))


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 5))])
def test_no_other_data_raise_a_false_alarm(seed: int) -> None:
    """Whatever the values are by which operations and findings are computed."""
    one = document(seed)
    validate(one)
    assert found(one) == []


@pytest.mark.parametrize("count", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_any_number_that_is_changed_is_named(count: int) -> None:
    """Whichever it is: a value by seed, a count, an interval, a margin, an epoch, a declared number."""
    print(f"seed {SEED}")
    missed, tried = [], 0
    for seed in range(SEED, SEED + count // 20):
        other, made = perturbed(document(), 20, seed)
        lines = found(other)
        tried += len(made)
        missed += [one for one in made if not any(line.startswith(one.place) for line in lines)]
    assert tried == count
    assert missed == []


def test_every_computed_number_is_covered_without_digests() -> None:
    """Value, spread, number of units and both ends of the interval, of each operation."""
    one, places = document(), []
    for address, quantity in quantities(one):
        for field in ("value", "spread", "n", "low", "high"):
            inside = quantity["interval"] if field in ("low", "high") else quantity
            if quantity["derivation"] is None or inside is None or inside[field] is None:
                continue
            inside[field] += 1 if field == "n" else 0.01 * max(abs(inside[field]), 1)
            places.append(f"{address}, {'interval.' if field in ('low', 'high') else ''}{field}:")
    lines = signed(one)
    assert len(places) > 500
    assert [place for place in places if not any(line.startswith(place) for line in lines)] == []


def test_every_judgement_is_covered_without_digests() -> None:
    """Its word and its sign, of each finding and of each comparison inside it."""
    one, places = document(), []
    for address, finding in findings(one):
        parts = {f"'{part['quantity']}', ": part["judgement"] for part in finding["parts"]}
        for place, judgement in {"": finding["judgement"], **parts}.items():
            for field, others in (("word", ("clear", "unclear")), ("sign", (1, -1))):
                judgement[field] = others[judgement[field] == others[0]]
                places.append(f"{address}, {place}judgement.{field}:")
    lines = signed(one)
    assert len(places) > 200
    assert [place for place in places if not any(line.startswith(place) for line in lines)] == []


def _finding(one: Plain, address: str) -> Any:
    return dict(findings(one))[address]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda d: d["measures"]["loss"].__setitem__("better", "higher"), "#findings.ranking, judgement."),
        (lambda d: d["measures"]["accuracy"].__setitem__("margin", 9.0), "minus small.margin'"),
        (lambda d: d["measures"]["seconds"].__setitem__("margin", 1.5), "blocks#findings.ranking"),
        (
            lambda d: d["questions"]["seeds"]["quantities"]["above.threshold"].__setitem__("value", 1.0),
            "seeds#findings.above, 'above.threshold'",
        ),
        (
            lambda d: d["questions"]["seeds"]["quantities"]["wide.runs"].__setitem__("value", 50),
            "seeds#findings.ranking, 'wide.runs'",
        ),
        (
            lambda d: d["questions"]["seeds"]["quantities"]["wide minus small.units"].__setitem__("value", 9),
            "seeds#findings.ranking, 'wide minus small.units'",
        ),
        (
            lambda d: d["questions"]["items of 5"]["quantities"]["wide.epochs"].__setitem__("value", 50),
            "items of 5#findings.ranking, 'wide.epochs'",
        ),
        (
            lambda d: [
                part["judgement"].__setitem__("among", 1)
                for part in _finding(d, "seeds#findings.ranking")["parts"]
            ],
            "seeds#findings.ranking, 'wide minus small', number of comparisons",
        ),
        (
            lambda d: _finding(d, "seeds#findings.ranking")["parts"].pop(),
            "seeds#findings.ranking, number of parts",
        ),
        (
            lambda d: _finding(d, "exact#findings.longer")["derivation"]["data"]["of"].append(
                {"operator": "<", "left": 2, "right": 1}
            ),
            "exact#findings.longer, judgement.sign",
        ),
    ],
)  # fmt: skip
def test_a_change_with_a_fitting_digest_contradicts_what_follows(
    change: Callable[[Plain], Any], names: str
) -> None:
    """Digests are only for what nothing else depends on; a forged one hides no datum that matters."""
    one = part("seeds", "items of 5", "blocks", "exact")
    change(one)
    lines = signed(one)
    assert any(names in line for line in lines), lines[:10]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda d: d["questions"].pop("seeds"), "seeds#wide.mean: the file says nothing"),
        (
            lambda d: d["questions"]["seeds"]["quantities"]["wide.mean"]["interval"].__setitem__("kind", "?"),
            "seeds#wide.mean: the file says other data",
        ),
        (lambda d: _finding(d, "seeds#findings.pair").__setitem__("says", "?"), "seeds#findings.pair: "),
    ],
)
def test_what_nothing_else_gives_is_under_a_digest(change: Callable[[Plain], Any], names: str) -> None:
    """A question that is left out, the words of an interval and of a finding."""
    one = part("seeds", "exact")
    change(one)
    assert any(line.startswith(names) for line in found(one)), found(one)[:5]


def test_the_counts_of_what_the_file_holds_show_what_is_left_out() -> None:
    """Questions, findings and numbers: a file with new digests and fewer of them says so."""
    one = part("seeds", "exact")
    whole = count(one, evaluate(one).numbers)
    assert whole.computed + whole.data < whole.computed + whole.data + whole.others
    del one["questions"]["seeds"]["findings"]["ranking"]
    assert count(one, 0).findings == whole.findings - 1


def _checked(folder: Path, one: Any, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "answers.json").write_text(json.dumps(one), encoding="utf-8")
    return labreport(folder, "check", "answers.json", *words)


def test_the_command_needs_the_file_only(tmp_path: Path) -> None:
    """In a folder that is not a project, without results; the exit code is 0."""
    one = part("seeds")
    run = _checked(tmp_path, one, "--verbose")
    assert run.returncode == 0, run.stderr
    assert "computed again" in run.stdout
    assert ": 0 differ." in run.stdout
    assert f"The file holds {count(one, 0).holds}." in run.stdout


def test_the_command_names_what_differs(tmp_path: Path) -> None:
    """One line for each, and exit code 1."""
    one = part("seeds")
    one["questions"]["seeds"]["quantities"]["wide.mean"]["interval"]["low"] = 0.5
    run = _checked(tmp_path, one)
    assert run.returncode == 1
    assert "seeds#wide.mean, interval.low: the file says 0.5; its data give " in run.stdout


def test_what_the_file_names_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    """A control character in a name is made visible."""
    one = part("seeds")
    inside = one["questions"]["seeds"]["quantities"]
    inside["\x1b[31mred"] = {**inside["wide.mean"], "value": 9.0}
    run = _checked(tmp_path, one)
    assert run.returncode == 1
    assert "[31mred, value" in run.stdout
    assert "\x1b" not in run.stdout


@pytest.mark.parametrize(
    ("one", "says"),
    [
        ([], "is not an answers.json; it has no key 'schema'"),
        ({"schema": 2}, "has version 2 of the file's form; version 3 can be checked"),
        ({"schema": 3}, "the file: Object missing required field"),
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path: Path, one: Any, says: str) -> None:
    """Exit code 2, with what is wrong."""
    run = _checked(tmp_path, one)
    assert run.returncode == 2
    assert says in run.stderr
    assert len(run.stderr.splitlines()) == 1


def _mean(one: Plain) -> Any:
    return one["questions"]["seeds"]["quantities"]["wide.mean"]


@pytest.mark.parametrize(
    "change",
    [
        lambda mean: mean["derivation"].__setitem__("operation", "constructor"),
        lambda mean: mean["derivation"]["data"].__setitem__("values", "many"),
        lambda mean: mean["derivation"]["data"].__setitem__("values", [[True]]),
        lambda mean: mean["derivation"]["data"].__setitem__("more", 1),
        lambda mean: mean.pop("spread"),
        lambda mean: mean.__setitem__("colour", "red"),
        lambda mean: mean.__setitem__("value", "0.9"),
    ],
)
def test_what_has_another_form_is_refused_with_its_place(
    tmp_path: Path, change: Callable[[Any], Any]
) -> None:
    """An unknown operation, a text for a list, a field too many or too few."""
    one = part("seeds")
    change(_mean(one))
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(one), encoding="utf-8")
    with pytest.raises(Malformed, match=r"answers\.json: seeds#wide\.mean: "):
        load(path)


@pytest.mark.parametrize("name", ["nothing", "__proto__", "constructor"])
def test_a_reference_to_nothing_is_refused_with_its_place(name: str) -> None:
    """Also one to what every object of JavaScript has."""
    one = part("seeds")
    _mean(one)["derivation"] = {
        "operation": "arithmetic",
        "data": {"operator": "sum", "of": [{"quantity": name}]},
    }
    with pytest.raises(Malformed, match=r"seeds#wide\.mean cannot be computed again: there is no quantity"):
        evaluate(one)


@pytest.mark.parametrize(
    ("name", "limit", "says"),
    [("SECONDS", 0.0, "within 0.0 s"), ("MEMORY", 2 << 20, "within 2 MB of memory")],
)
def test_a_file_that_needs_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, limit: float, says: str
) -> None:
    """Limits of time and memory end what the script would do."""
    monkeypatch.setattr(f"labreport.recheck.{name}", limit)
    with pytest.raises(Malformed, match=says):
        evaluate(document())


def test_huge_counts_cost_no_time() -> None:
    """Twenty digits in a table of counts: no step is repeated as often as something counts."""
    one = part("seeds")
    table = {name: [10**19] for name in ("both", "only_first", "only_second", "neither")}
    table["items_by_sum"] = [10**19, 10**19, 10**19]
    _mean(one)["derivation"] = {"operation": "crossed", "data": {"table": table}}
    assert evaluate(one).differences


def test_the_schema_is_that_of_what_is_written() -> None:
    """Made from the types by which a file is read, with the data of every operation."""
    form = schema()
    jsonschema.Draft202012Validator.check_schema(form)
    written = jsonschema.Draft202012Validator(form)
    written.validate(document())
    written.validate(part("seeds"))
    for change in (
        lambda d: d.__setitem__("schema", 2),
        lambda d: d.__setitem__("questions", {}),
        lambda d: _mean(d).__setitem__("colour", "red"),
        lambda d: _mean(d)["derivation"]["data"].__setitem__("values", "many"),
    ):
        one = part("seeds")
        change(one)  # type: ignore[no-untyped-call]
        with pytest.raises(jsonschema.ValidationError):
            written.validate(one)


PANEL = """
(text) => {
  const { document, lines } = JSON.parse(text);
  const evidence = new Evidence.Document(document);
  const named = [...evidence.items()].filter(({ address }) => evidence.item(address)?.content.derivation);
  return JSON.stringify(named.filter(({ kind }) => kind === "quantity").map(({ slug, address, content }) => {
    const { derivation, unit } = content;
    const rows = NumberWords.rows(derivation.data, unit, ({ quantity }) => [quantity ?? "in full"]);
    const name = address.slice(slug.length + 1);
    return [address, NumberWords.python(slug, name, derivation, lines[derivation.operation]), rows];
  }));
}
"""


def _panels(one: Plain) -> Any:
    context = quickjs.Context()
    context.eval(source() + (FOLDER / "script" / "numbers-described.js").read_text(encoding="utf-8"))
    lines = {name: each.python for name, each in listed().items()}
    return json.loads(context.eval(PANEL)(json.dumps({"document": one, "lines": lines})))


def test_the_lines_of_python_in_a_panel_give_the_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They run as they are, beside answers.json, with NumPy and SciPy only."""
    one = document()
    monkeypatch.chdir(tmp_path)
    known, tried, there = dict(quantities(one)), set(), ""
    for address, lines, _ in _panels(one):
        if (slug := address.partition("#")[0]) != there:
            there = slug
            (tmp_path / "answers.json").write_text(json.dumps(part(slug)), encoding="utf-8")
        quantity = known[address]
        whole = quantity["value"] is not None
        interval = quantity["interval"]
        without = quantity["derivation"]["operation"] in ("arithmetic", "condition")
        if not whole or (interval is None and not without):
            continue
        space: Plain = {}
        exec(lines, space)
        capsys.readouterr()
        ends = (None, None) if interval is None else (interval["low"], interval["high"])
        for name, value in zip(("value", "low", "high"), (quantity["value"], *ends), strict=True):
            assert space[name] == (None if value is None else pytest.approx(value, rel=1e-7)), (address, name)
        tried.add(quantity["derivation"]["operation"])
    assert tried == set(listed())


def test_a_panel_says_of_a_count_that_findings_give_it() -> None:
    """And that nothing else gives a number only where that is so."""
    context = quickjs.Context()
    folder = FOLDER / "script"
    context.eval(
        source() + "".join((folder / f"numbers-{name}.js").read_text() for name in ("described", "panel"))
    )
    one = document()
    asked = """(text, names) => { const evidence = new Evidence.Document(JSON.parse(text));
        const panel = new NumberPanel.Panel(evidence);
        return JSON.stringify(JSON.parse(names).map((name) => panel.again(evidence.item(name)).text)); }"""
    ends = ("units", "margin", "among", "runs")
    beside = [
        f"{slug}#{name}"
        for slug, question in one["questions"].items()
        for name in [name for name in question["quantities"] if name.rpartition(".")[2] in ends][:2]
    ]
    names = [*beside, "stated#wide minus small"]
    *given, stated = json.loads(context.eval(asked)(json.dumps(one), json.dumps(names)))
    assert len(given) > 10
    assert set(given) == {"Computed again from the data of a finding, in this browser: the same."}
    assert stated == "Nothing else in the report gives this number: it cannot be computed again."


def test_a_panel_shows_all_data_and_nothing_that_was_not_done() -> None:
    """Every number of the data that is not null is in a row, and nothing that is null."""
    for address, _, rows in _panels(document()):
        labels = [label for label, _ in rows]
        assert labels, address
        text = json.dumps(rows)
        assert "null" not in text, (address, rows)
        assert "undefined" not in text, (address, rows)
        assert "object Object" not in text, (address, rows)


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
    context.eval(source())
    given = json.loads(context.eval(POINTS)(json.dumps([[name, given] for name, given, _ in wanted])))
    assert len(wanted) >= 200
    assert [
        (name, given, value, now)
        for (name, given, value), now in zip(wanted, given, strict=True)
        if abs(now - value) > CLOSE * abs(value) + 1e-300
    ] == []
