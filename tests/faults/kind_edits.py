"""Files edited while a build runs, or under `watch`, at random moments, in a project of four small files.

A state of the project is five bits, one for each thing that can be edited; `clean` is what a build of that
state from nothing publishes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from faults.formats import documents
from faults.judge import Lost, end, require
from faults.world import Place, Ran, World, finish

State = tuple[int, ...]
KINDS = ("data", "code", "answer", "template", "catalogue")
FILES = {
    "numbers.txt": "7{data}\n",
    "fitting.py": """import time
from pathlib import Path

from labreport import Fit

DATA = Path(__file__).with_name("numbers.txt")


def fit(size, seed):
    time.sleep(0.03)
    return Fit(metrics={{"value": float(DATA.read_text()) + size.value * 1000 + 0.{code} + seed * 1e-6}})
""",
    "project.py": """from dataclasses import dataclass

from fitting import fit
from labreport import Answer, Experiment, Project, Quantity, question, section


@dataclass(frozen=True)
class Size:
    value: int


SIZES = [Experiment("first", Size({catalogue})), Experiment("second", Size(5))]


def measured(results, part):
    values = {{one.name: sum(results[one].values("value")) / part / 10**{answer} for one in SIZES}}
    return Answer({{name: Quantity(value, "m", name) for name, value in values.items()}})


@question("How large is the whole?", reads=SIZES, slug="whole")
def whole(results):
    return measured(results, 1)


@question("How large is half of it?", reads=SIZES, slug="half")
def half(results):
    return measured(results, 2)


project = Project(
    "Edited", fit=fit, seeds=1, data_files=("numbers.txt",), sections=(section("Sizes", whole, half),)
)
""",
    **{
        f"templates/questions/{name}.html": """{{% block headline %}}Way {template}{template}{template}:
{{{{ answer.quantities["first"] | number }}}}, {{{{ answer.quantities["second"] | number }}}}.{{% endblock %}}
{{% block body %}}<p>In metres.</p>{{% endblock %}}
"""
        for name in ("whole", "half")
    },
}
MOMENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "edited": (("after", "written"),),
    "replaced": (("after", "renamed"),),
    "undone": (("after", "written"), ("before", "written")),
    "undone with its time": (("after", "written"), ("before", "dated")),
    "with the time of before": (("after", "dated"),),
    "edited twice": (("later", "written"), ("after", "written")),
    "cut short at first": (("cut", "written"), ("after", "written")),
    "gone at first": (("gone", "written"), ("after", "renamed")),
}
"""What becomes of a file at moments of a build, and how it is written."""
BUILDS = 5
SECONDS = 2.0
"""What a build of the small project takes, before a trial knows better."""
QUIET_SECONDS = 60.0
"""When a page that does not show the last edit never will; how long it really takes is what a trial says."""
_NUMBER = re.compile(r'<data value="[^"]*" data-source="[^"]*"[^>]*>[^<]*|Way [A-Z]+')


@dataclass
class Small(Place):
    """The small project in a trial's folder."""

    @property
    def project(self) -> Path:
        """Its folder."""
        return self.folder / "project"

    @property
    def report(self) -> Path:
        """Its report is in it."""
        return self.project / "report"

    def command(self, *arguments: str) -> list[str]:
        """The command line of the stand-in's checkout, for this project."""
        jobs = [] if "status" in arguments else ["--jobs", "1"]
        return [*super().command(*arguments)[:-4], "--project", str(self.project), *jobs]

    def environment(self, **more: str) -> dict[str, str]:
        """As a user has it, who keeps compiled code."""
        return super().environment(**{"PYTHONDONTWRITEBYTECODE": "", **more})

    def be(self, state: State) -> None:
        """Write what differs from this state."""
        for name, text in texts(state).items():
            if not (self.project / name).exists() or (self.project / name).read_text() != text:
                write(self.project / name, text, "written")


def texts(state: State) -> dict[str, str]:
    """The files of a state."""
    values: dict[str, int | str] = dict(zip(KINDS, state, strict=True))
    values["template"] = "AB"[state[KINDS.index("template")]]
    return {name: text.format(**values) for name, text in FILES.items()}


def write(path: Path, text: str, how: str) -> None:
    """Write a file as an editor may: in place, by a new one, or with the times that it had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    times = path.stat() if how == "dated" and path.exists() else None
    if how == "renamed":
        path.with_name(".new").write_text(text)
        os.replace(path.with_name(".new"), path)
    else:
        path.write_text(text)
    if times is not None:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def start(place: Place, state: State) -> Small:
    """The project in a state, with its report."""
    found = Small(place.world, place.folder)
    shutil.copytree(clean(place.world, state).parent, found.project)
    return found


def clean(world: World, state: State) -> Path:
    """A report that was built from nothing, of a state; made once, and not changed."""
    kept = world.folder / "clean" / "".join(map(str, state))
    if not kept.exists():
        place = Small(world, Path(f"{kept}.{os.urandom(4).hex()}"))
        place.be(state)
        ran = place.run()
        assert ran.code == 0, f"{ran} {state}"
        os.rename(place.folder, kept)
    return kept / "project" / "report"


def another(state: State, random: Random, kind: str = "") -> State:
    """A state that differs in one thing."""
    at = KINDS.index(kind or random.choice(KINDS))
    return (*state[:at], 1 - state[at], *state[at + 1 :])


def edited(place: Place, random: Random, index: int) -> str:
    """Five builds, each with an edit at a random moment of it; then two that are left alone."""
    shown = now = before = tuple(random.randrange(2) for _ in KINDS)
    small = start(place, now)
    said, seconds = [], SECONDS
    for turn in range(BUILDS):
        way = [*MOMENTS][(index * BUILDS + turn) % len(MOMENTS)]
        before = random.choice((another(now, random), another(now, random), now, before))
        small.be(before)
        process, began = small.popen(small.command(), small.environment()), time.monotonic()
        now, allowed, moments = strike(small, before, way, random, random.uniform(0, seconds))
        moments += ["which had ended"] * (process.poll() is not None)
        ran = finish(process)
        seconds = time.monotonic() - began
        said.append(f"{way}, {', '.join(moments)}: exit {ran.code}")
        try:
            shown = judge_build(small, ran, [*allowed, *([shown] if ran.code else ())], now)
        except Lost as lost:
            raise Lost(f"{'; '.join(said)}: {lost}") from None
    for state in random.choice(([now, before], [before, now])):
        small.be(state)
        ran = small.run()
        require(ran.code == 0, f"{said}: a build that is left alone works: {ran.code} {ran.err[-500:]}")
        judge_build(small, ran, [state], state)
    require(not small.orphans(), f"no process is left: {small.orphans()}")
    left = [path.name for path in small.report.rglob(".tmp-*")]
    require(not left, f"no file is left: {left}")
    return "; ".join(said)


def strike(
    small: Small, before: State, way: str, random: Random, moment: float
) -> tuple[State, list[State], list[str]]:
    """Edit while a build runs: the state in the end, all that it may be of, and when which was written."""
    kind = random.choice(KINDS)
    states = {"before": before, "after": another(before, random, kind), "later": another(before, random)}
    began, said, now = time.monotonic(), [], before
    for what, how in MOMENTS[way]:
        time.sleep(max(0.0, began + moment - time.monotonic()))
        said.append(f"{kind} {what} at {time.monotonic() - began:.2f} s")
        moment += random.uniform(0, random.choice((0.1, SECONDS / 2)))
        now = states.get(what, now)
        for name, text in texts(states.get(what, states["after"])).items():
            path = small.project / name
            if path.exists() and path.read_text() == text:
                continue
            if what == "gone":
                path.unlink()
            else:
                write(path, text[: len(text) // 2] if what == "cut" else text, how)
    return now, [*states.values()][: 3 if "later" in dict(MOMENTS[way]) else 2], said


def judge_build(small: Small, ran: Ran, allowed: Sequence[State], now: State) -> State:
    """The state that is published: one that is allowed, and `status` knows whether it is the one of now."""
    require("Traceback" not in ran.err + ran.out, f"no traceback: {ran.err[-1500:]}")
    require(ran.code in (0, 1, 2), f"exit code 0, 1 or 2: {ran.code} {ran.err[-500:]}")
    lines = ran.err.strip().splitlines()
    require(
        len(set(lines)) == len(lines) <= 2 and (lines or not ran.code), f"one line for each: {ran.err[-800:]}"
    )
    found = documents(small.report)
    if ran.code and "report.pdf" not in found:  # the page is without its PDF until the next build
        published = [one for one in allowed if without_paper(clean(small.world, one)) == found]
    else:
        published = [one for one in allowed if documents(clean(small.world, one)) == found]
    require(published, f"what is published is of one of {allowed}: {ran.code} {ran.out} {ran.err}")
    status, true = small.run("status"), found == documents(clean(small.world, now))
    require(status.code in (0, 1), f"status works: {status.code} {status.err[-300:]}")
    require(true or status.code, f"status says fresh, of {published}, where the files are of {now}")
    require(ran.code or not true or not status.code, f"status says stale, of {now}: {status.out[-500:]}")
    return published[0]


def without_paper(report: Path) -> dict[str, bytes]:
    """The documents but the PDF."""
    return {name: content for name, content in documents(report).items() if name != "report.pdf"}


BROKEN = {
    "code": ("fitting.py", "    time.sleep", "    while True: pass\n    time.sleep"),
    "catalogue": ("project.py", "SIZES =", "while True: pass\nSIZES ="),
    "answer": ("project.py", "    values =", "    while True: pass\n    values ="),
    "syntax": ("fitting.py", "def fit", "def (fit"),
    "template": ("templates/questions/whole.html", "endblock", "endblok"),
    "data": ("numbers.txt", "7", "seven"),
}
"""Edits of which each is repaired by the next one: endless loops and mistakes."""


def watched(place: Place, random: Random, index: int) -> str:
    """Four sequences of edits under one `watch`, 0 to 3 s apart; after each the page shows the last."""
    state = tuple(random.randrange(2) for _ in KINDS)
    small = start(place, state)
    temporary = place.folder / "temporary"
    temporary.mkdir()
    process = small.popen(small.command("watch"), small.environment(TMPDIR=str(temporary)))
    assert process.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
    require(found, "watch says its address")
    assert found is not None
    took: list[float] = []
    try:
        for turn in range(4):
            said: list[str] = []
            for following in sequence(small, state, random, said):
                small.be(state := following)
            edited, quiet = time.time(), time.monotonic()
            while not shows(found[0], clean(place.world, state)):
                late = time.monotonic() - quiet
                require(late < QUIET_SECONDS, f"turn {turn}: the page shows {state} at all after {said}")
                time.sleep(0.02)
            # Not when it was looked at: what it must show is built from nothing meanwhile
            page = small.project / "report" / "report.html"
            took.append(max(0.0, page.stat().st_mtime - edited))
        os.killpg(process.pid, signal.SIGINT)
        ran = finish(process)
        require(ran.code == 130 and "Traceback" not in ran.err, f"ends well: {ran.code} {ran.err[-800:]}")
        require(not small.orphans(), f"no process is left: {small.orphans()}")
        require(not os.listdir(temporary), f"no file is left: {os.listdir(temporary)}")
    finally:
        end(small)
    ran = small.run()
    require(ran.code == 0, f"a build works: {ran.err[-500:]}")
    judge_build(small, ran, [state], state)
    return f"shown after {', '.join(f'{one:.2f}' for one in took)} s"


def sequence(small: Small, state: State, random: Random, said: list[str]) -> Iterator[State]:
    """Two to five states, with a mistake now and then before one, and the time until it is made."""
    for _ in range(random.randint(2, 5)):
        if random.random() < 0.3:
            name, old, new = BROKEN[broken := random.choice([*BROKEN])]
            said.append(broken)
            path = small.project / name
            path.write_text(path.read_text().replace(old, new, 1))
            time.sleep(random.uniform(0, 3))
        time.sleep(random.choice((0.0, random.uniform(0, 0.3), random.uniform(0, 3))))
        state = another(state, random)
        said.append("".join(map(str, state)))
        yield state


def shows(address: str, report: Path) -> bool:
    """Whether the page in the browser has the numbers and words of a report, and no error over it."""
    try:
        page = urllib.request.urlopen(address, timeout=5).read().decode()
        news = json.loads(urllib.request.urlopen(f"{address}version", timeout=5).read())
    except (urllib.error.HTTPError, OSError):
        return False
    true = (report / "report.html").read_text()
    return not news["problems"] and _NUMBER.findall(page) == _NUMBER.findall(true)
