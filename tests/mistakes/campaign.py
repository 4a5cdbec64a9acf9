"""The campaign of mistakes: an author's, one at a time in small projects, and what `build` says of each.

A message is `good` that has file and line of the mistake, a word of it and what to do, and leaves the report as it
was; else it is `vague`. `silent` is a report that says something else without a word, `harmless` one that does not,
or that is of a value which is allowed. What is wrong in its meaning only (`x - y` for `y - x`) is not tried.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, get_type_hints

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import wine  # noqa: E402

import labreport  # noqa: E402
from labreport import authoring, recorded, stats  # noqa: E402

PROSE = """<p>See {{ ref("more-points") }}, {{ cite("buffon") }}, of {{ term("point") }}s.</p><dl><dt id="term-point">point</dt><dd>It is in a square.</dd></dl>
<ul>{% for name in answer.facts.order %}<li><code>{{ name }}</code>: {{ answer.quantities["stratified.mean"] | spread if loop.first else words.item }}</li>{% endfor %}</ul>
{% endblock %}
"""
BOOK = "@book{buffon,\n title={Needles},\n author={G. Buffon},\n publisher={Paris},\n year={1777}\n}\n"
TOML = '[project]\nname = "trial"\n\n[tool.labreport]\nproject = "project"\nsource = "."\n'
WRONG = ["None", "5", "-1", "0", "2.5", "'word'", "''", "()", "('a','b')", "{}", "True", "int", "len"]
QUICK = {"seeds=10": "seeds=3", "=50, random": "=5, random", "(10, 20, 40, 80, 120)": "(20, 80)"}
NOT_OWN = {"report", "__pycache__", "make_runs.py", ".gitignore"}
OUTCOMES = ("good", "vague", "harmless", "silent", "traceback", "lost")


class Mistake(NamedTuple):
    """The new `text` of a file (None: it is gone), the lines on which it is besides those that have what `was`
    there, words of which a message has one, whether that may be written, or Python's own words are enough."""

    file: str
    text: str | None
    where: range
    words: Sequence[str]
    was: str
    allowed: bool = False
    own: bool = False


# fmt: off
class Source(NamedTuple):
    """A text of a project."""

    file: str
    text: str
    random: Random

    def of(self, node: Any) -> slice:
        """Where a node is."""
        starts = [0, *(each.end() for each in re.finditer("\n", self.text))]
        return slice(starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset)

    def put(self, part: slice, new: str, *words: str, whole: bool = False, **more: Any) -> Mistake:
        """`new` in place of a part, which is in the smallest statement around that, or in the `whole` one."""
        first, last = (self.text.count("\n", 0, each) + 1 for each in (part.start, part.stop))
        nodes = ast.walk(ast.parse(self.text)) if self.file.endswith(".py") else ()
        spans = [(min(each.lineno for each in (n, *getattr(n, "decorator_list", ()))), n.end_lineno or 0) for n in nodes if isinstance(n, ast.stmt)]
        around = [range(min(first, a - 3 * whole), b + 2) for a, b in spans if a <= first and last <= b]
        where = (max if whole else min)(around or [range(first, last + 2)], key=len)
        text = self.text[: part.start] + new + self.text[part.stop :]
        was = self.text[part] if part.stop > part.start + 2 else "\n"  # which no line has
        words = words or (new.strip("\"'"), was, was.replace("_", "-"), *re.split(r"[./]", new)[:1])
        return Mistake(self.file, text, where, words, **{"was": was, **more})

    def miss(self, word: str) -> str:
        """A word with a letter left out, doubled, or in the place of the next one."""
        at = self.random.randrange(len(word) or 1)
        begin, one, rest = word[:at], word[at : at + 1], word[at + 1 :]
        tries = self.random.sample((begin + rest, begin + one * 2 + rest, begin + rest[:1] + one + rest[1:]), 3)
        return next((each for each in tries if each not in ("", word)), word + "x")



def text(pattern: str, new: str, *words: str, **more: Any) -> Callable[[Source], Mistake]:
    """Put `new` in place of the group of a pattern, in which `@` is what was there, `~` the same misspelt."""
    def made(s: Source) -> Mistake:
        found = s.random.choice([*re.finditer(pattern, s.text)])
        return s.put(slice(*found.span(1)), new.replace("~", s.miss(found[1])).replace("@", found[1]), *words, **more)
    return made


REMEDY = re.compile(r"(?i)did you mean|there (is|are) |allowed|write|add |remove|delete|correct|give |rename|exchange|leave|must|need|takes?|return |install|move |use |instead|name |only|closed|outside|it has|no second|Perhaps|unmatched|does not match|expected|put |say |repeated|indent|declare|follows|restore|save|more than once|ends nothing|has no <?.?/|has no {|unterminated|missing before|list |twice")


def argument(s: Source, left_out: bool) -> Mistake:
    """Another value for an argument of something of the engine's, or none."""
    rooms = [(name, getattr(room, name)) for room in (stats, recorded, labreport) for name in dir(room)]
    known = {name: each for name, each in rooms if getattr(each, "__module__", "").startswith("labreport.")}
    nodes = [node for node in ast.walk(ast.parse(s.text)) if isinstance(node, ast.Call)]
    call: Any = s.random.choice([node for node in nodes if getattr(node.func, "id", "") in known and (node.args or node.keywords)])
    gone, new, called, hint = s.random.choice([*call.args, *call.keywords]), s.random.choice(WRONG), call.func.id, Any
    function, named = known[called], inspect.signature(known[called]).parameters
    name = getattr(gone, "arg", None) or [*named][min(call.args.index(gone), len(named) - 1)]
    with suppress(NameError):
        hint = get_type_hints(vars(function)["__init__"] if isinstance(function, type) else function).get(name, Any)
    if not left_out:
        words, allowed = (name, called, new.strip("'"), type(eval(new)).__name__, "nothing"), authoring.fits(eval(new), hint)
        return s.put(s.of(getattr(gone, "value", gone)), new, *words, allowed=allowed)
    rest = ", ".join(s.text[s.of(each)] for each in (*call.args, *call.keywords) if each is not gone)
    optional = name not in named or (name != "reads" and named[name].default is not inspect.Parameter.empty)
    was = re.findall(r"\w+", s.text[s.of(gone)])[-1:] or [name]
    return s.put(s.of(call), f"{called}({rest})", name, called, *was, was=was[-1], allowed=optional)


def whole(new: str | None, s: Source) -> Mistake:
    """Another text for a file, or none; data and prose that were not named need not be there."""
    return Mistake(s.file, new, range(3), (Path(s.file).stem, "project"), Path(s.file).stem, new is None and s.file.endswith((".html", ".csv")))



KINDS: dict[str, tuple[str, Sequence[Callable[[Source], Mistake]]]] = {
    "names in Python": (".py", (text(r"\n[^\"\n]*(?<![\w\".])([A-Za-z_]\w{2,})(?=[(,\[)])", "~"), text(r"\w\.([a-z_]{4,})", "~"))),
    "keywords": (".py", (text(r"[(,] ?\s*([a-z_]{4,})=(?!=)", "~"),)),
    "imports": (".py", (text(r"\n    (\w{4,}),(?=\n)", "~"), text(r"\n(?:from|import) ([\w.]+)", "~"))),
    "names of things": (".py", (text(r"(?:reads|figures|answers|facts|experiments)=(\w+|\([^()]*\))(?=[,)\n])", '"nowhere"', "nowhere"), text(r"(?:Measure\(|Model\(|Method\(|better=|metrics=\(|blocks=|parameters=\(|name=\(|{name}-{)\"?(\w{3,})", "~"), text(r"made={[^}]*: \"(\w+)\"", "~"), text(r"recorded_groups\(\s*\"([^\"]+)\"", "~"), text(r"metrics={.*\"(\w+)\"", "~"))),
    "wrong values": (".py", (*[partial(argument, left_out=False)] * 4, text(r"(?:Model|Method)\((\"\w+\")", "5"), text(r"(?:points|rows)=\((\d+)", "'many'", "many"))),
    "left out": (".py", (partial(argument, left_out=True),)),
    "doubled, too many": (".py", (text(r"[(,] ?\s*(\w+=[\w\".]+)(?=[,)])", "@, @", "argument"), text(r"[(,] ?(?=\w+=)()", "'too', 5, 'many', ", "too", "many", "positional", "multiple", "is 5"))),
    "punctuation": (".py", (text(r"([()\[\]:,=\"])", "", ""), text(r"\n( +)\w", " @", "indent"), text(r"\n( {4})\w", "", ""))),
    "exceptions": (".py", [text(r"\ndef \w+\(.*\).*:\n(?:    \"\"\".*\"\"\"\n)?()", f"    {one}\n", *re.findall(r"[a-z_]{3,}|\d", f"{one} division range"), own=True) for one in ["1/0", "{}['key']", "int('seven')", "[][3]", "None.member", "exit(3)", "open('absent.txt')", "undefined_name"]]),
    "wrong returns": (".py", [text(r"\n    (return [^\n]*)\n", new, "return", "nothing", "must", "indent", whole=True) for new in ("return", "return 5", 'return "text"', "return {}", "pass", "@, 1", "return [1]")]),
    "twins": (".py", (text(r"Experiment\(\"(?!tree|random\b)(\w+)\"", "tree", "tree"), text(r"Experiment\(\"(strat\w+)\"", "random", "random"), text(r"section\(\"\w+\", (\w+)", "@, @"), text(r"\((section\(\"\w+\", [^()]*\)), section", "@, @", "section", "question"), text(r"\ndef (data|more|smallest|longer)\(", "best"))),
    "circles, order": (".py", (text(r"\n\n\n()", "print(project)\n", "project"), text(r"\n\n(from|import) (?!__future__)", "from project import fit\n@", "fit"))),
    "units": (".py", [text(r"unit=(\"\w*%?\")", new) for new in ('"%"', '"percent"', '"fraction"', '"points"', "5")]),
    "cells": (".csv", (*(text(r"\n(?:[^,\n]*,)*(\d+\.\d+)(?=[,\n])", new, *words, allowed=not new) for new, *words in (("oops",), ('"0,5"',), ("",), ('"open', "quote"))), text(r"\n[^\n]*(,[^,\n]*)(?=\n)", "", "values"), text(r"\n[^\n]*()(?=\n)", ",1", "values"), text(r"\n([^,\n]+)", ""))),
    "columns, rows": (".csv", (text(r"\A(?:[^,\n]*,)*([^,\n]+)", "~"), text(r"\A([^,\n]+),", "@,@"), text(r"\n(.*\n)", "@@", "remove", allowed=True), partial(whole, ""), partial(whole, "epoch,loss\n"), partial(whole, "\0\1"), text(r"\A(.*\n)", "", "column"))),
    "names in templates": (".html", (text(r"{{ (\w+)", "~"), text(r"\| (\w+)", "~"), text(r"\[\"([\w.]+)\"\]", "~"), text(r"(?:finding|figure|ref|cite|term)\(?[ (]?\"([\w.-]+)\"", "~"), text(r"\.(facts|quantities|order|uneven|settings)", "~"))),
    "tags": (".html", (text(r"{% (\w+)", "~"), text(r"{% (?:when|block|call|for) (\w+)", "~"), text(r"({% end\w+ %})", "", "has no", "end", "tag", was="{% "), text(r"({% (?:if|for|block|call|finding|when)[^%]*%})", "", "", was="{% "))),
    "brackets, elements": (".html", (text(r"( }}| %}|{{ |{% )", "", ""), text(r"(</\w+>)", "", "has no", "ends", was="<"), text(r"</?(\w{2,})>", "~"), text(r"\"[^\"]*(\")", "", ""))),
    "put into prose": (".html", (text(r"[a-z]\.()[ <\n]", " {{ nothing_here }}", "nothing_here"), text(r"[a-z]\.()[ <\n]", " It has 7 legs.", "7"), text(r"runs\"\] \| number }}()", " seeds", "seeds"), text(r"mean\"\] \| spread[^}]*}}()", " decimals", "decimals"))),
    "pyproject.toml": (".toml", (text(r"\n(project|source)", "~"), text(r"\n(?:project|source) = (\".*\")\n", '"nowhere"'), text(r"\n(?:project|source) = (.*)", "5"), text(r"([\"\]=])", "", ""))),
    "files": ("", (partial(whole, None),)),
}
# fmt: on


def tried(plan: tuple[Path, str, Mistake]) -> tuple[str, str]:
    """Make a mistake in a copy of its project and build that; the outcome in a word, and what was said."""
    with TemporaryDirectory() as scratch:
        base, _, mistake = plan
        path = (project := Path(shutil.copytree(base, Path(scratch, base.name)))) / mistake.file
        path.unlink() if mistake.text is None else path.write_text(mistake.text, encoding="utf-8")
        return judged(mistake, wine.labreport(project, "build", "--jobs", "1"), project, base)


def judged(mistake: Mistake, ran: Any, project: Path, base: Path) -> tuple[str, str]:
    """What the messages of a build are worth, and these."""
    lines = [line for line in ran.stderr.splitlines() if line.startswith(("error: ", "note: "))]
    said, errors = "\n    ".join(lines), [line for line in lines if line.startswith("error")]
    same = report(project) == report(base)
    if "Traceback" in ran.stderr + ran.stdout or ran.returncode not in (0, 1, 2):
        return "traceback", ran.stderr[-400:]
    if ran.returncode and (not same or not errors):
        return "lost", said
    good = 0 < len(errors or lines) < 4
    for line in errors or lines:
        here = False
        for file, number in re.findall(r"([^\s:(]+\.\w+)(?::(\d+))?", line):
            there = "".join(_lines(project / file)[int(number) - 1 : int(number)]) if number else file
            here |= (
                file == mistake.file and (not number or int(number) in mistake.where)
            ) or mistake.was in there
        good &= here and any(word.lower() in line.lower() for word in mistake.words)
        good &= mistake.own or bool(REMEDY.search(line))
    if ran.returncode == 0 and not good:
        return "harmless" if same or mistake.allowed else "silent", said
    return "good" if good else "vague", said


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8", "replace").splitlines() if path.is_file() else []


def report(project: Path) -> list[str]:
    """What a reader sees: all words of the page, without keys, times and what is for programs."""
    page = "\n".join(_lines(project / "report" / "report.html"))
    shown = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r"\b[0-9a-f]{8,}\b|[0-9.]+ (?:s|min|MB)\b", "", shown).split()


def bases(folder: Path, only: str) -> list[Path]:
    """The projects, each with its report."""
    for name in ("wine", "runs", "benchmark"):
        shutil.copytree(ROOT / "examples" / name, folder / name, ignore=wine.NOT_COPIED)
        (folder / name / "pyproject.toml").write_text(TOML)
    wine.labreport(folder, "new", "new")
    (folder / "new" / "templates" / "references.bib").write_text(BOOK)
    prose, project = folder / "new/templates/questions/closer.html", folder / "wine" / "project.py"
    prose.write_text(prose.read_text().rpartition("{% endblock %}")[0] + PROSE)
    for old, new in QUICK.items():
        project.write_text(project.read_text().replace(old, new))
    found = [each for each in sorted(folder.iterdir()) if only in each.name]
    assert not any(wine.labreport(each, "build", "--jobs", "1").returncode for each in found)
    return found


def draw(random: Random, projects: Sequence[Path]) -> tuple[Path, str, Mistake]:
    """A project, a kind of mistake and a mistake; each kind is as likely as the others."""
    while True:
        project, (kind, (ending, ways)) = random.choice(projects), random.choice([*KINDS.items()])
        files = [each for each in sorted(project.rglob(f"*{ending}")) if not NOT_OWN & {*each.parts}]
        with suppress(IndexError, AttributeError):  # no such place
            path = random.choice([each for each in files if each.is_file()])
            mistake = random.choice(ways)(Source(str(path.relative_to(project)), path.read_text(), random))
            if mistake.text != path.read_text():
                return project, kind, mistake


def main(words: Sequence[str]) -> int:
    """Try so many mistakes, print those that are not named well, and the outcomes of each kind."""
    parser = argparse.ArgumentParser()
    for name, usual in {"count": 500, "seed": 2027, "jobs": 2, "only": "", "shown": 0}.items():
        parser.add_argument(f"--{name}", type=type(usual), default=usual)
    chosen = parser.parse_args(words)
    random, tally = Random(chosen.seed), {kind: Counter[str]() for kind in KINDS}
    with TemporaryDirectory() as scratch, ThreadPoolExecutor(chosen.jobs) as pool:
        projects = bases(Path(scratch), chosen.only)
        plan = [draw(random, projects) for _ in range(chosen.count)]
        for (project, kind, mistake), (outcome, said) in zip(plan, pool.map(tried, plan), strict=True):
            tally[kind][outcome] += 1
            if chosen.shown or outcome not in ("good", "harmless"):
                old, new = _lines(project / mistake.file), (mistake.text or "").splitlines()
                edit = "; ".join(f"{n}: {one.strip()}" for n, one in enumerate(new, 1) if one not in old)
                print(
                    f"{outcome}, {kind}: {project.name}/{mistake.file}: {edit:.150}\n    {said}", flush=True
                )
    tally["all"] = sum(tally.values(), Counter())
    for kind, found in tally.items():
        print(f"{kind:20}" + "".join(f"{found[name]:5} {name}" for name in OUTCOMES))
    wrong = (tally["all"].total() - tally["all"]["harmless"]) or 1
    print(f"good: {tally['all']['good'] / wrong:.1%} of {wrong}")
    return int(any(tally["all"][name] for name in OUTCOMES[3:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
