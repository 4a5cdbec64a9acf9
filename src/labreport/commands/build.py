"""Make what is stale; and only look: at what a build would make, why, what one changed, the code it runs.

`serve` is a build for `watch`, in a process that has engine and project loaded before it is asked to.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import textwrap
import webbrowser
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from labreport.commands.parser import unknown_command_or_name
from labreport.console.plan import (
    FEW,
    about,
    list_changes,
    report,
    show_causes,
    show_failure,
    show_plan,
    work,
)
from labreport.console.plan import why as first_reason
from labreport.console.progress import TimeLeft
from labreport.console.terminal import Terminal, cut, guarded, shown
from labreport.errors import LabReportError, OutdatedCode, UnknownName, UsageError
from labreport.execute.pace import foresee
from labreport.execute.session import (
    Request,
    Session,
    load_project,
    not_installed,
    open_session,
    other_seeds,
    titles,
    unused,
)
from labreport.execute.training import trainings
from labreport.locate import Place, find_project
from labreport.nodes.document import LIMIT
from labreport.nodes.workshop import function
from labreport.plan.nodes import State, Status, Upstream
from labreport.processes import begin_child, cores, safe_spawn
from labreport.program import say_as
from labreport.store.files import Damaged, read_regular

MARKS = {State.FRESH: ("fresh", "green"), State.STALE: ("stale", "red"), State.PENDING: ("waits", "yellow")}


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Build, or say what a build would do."""
    force = None if "" in (arguments.force or ()) else tuple(arguments.force or ())
    try:
        if arguments.dry_run:
            return dry_run(arguments, root, force, terminal)
        request = Request(
            place=find_project(root),
            output=arguments.output,
            seeds=arguments.seeds,
            jobs=arguments.jobs,
            targets=tuple(arguments.words),
            force=force,
            scheduler=arguments.scheduler or "",
            lock_timeout=arguments.lock_timeout,
            adopt=arguments.adopt,
            verbose=arguments.verbose,
            arguments=f"--seeds {arguments.seeds}" if arguments.seeds else "",
        )
        code = carry_out(request, terminal)
    except UnknownName as error:
        if error.word in arguments.words:
            raise unknown_command_or_name(error.word, error.names) from None
        raise
    if arguments.open and code == 0:
        found = report(arguments.output)
        if found is not None and not webbrowser.open(found.resolve().as_uri()):
            terminal.warn(f"nothing here opens {found}; open it yourself")
    return code


def carry_out(request: Request, terminal: Terminal) -> int:
    """Build, and say what became of the report where that fails; the exit code.

    Raises `UsageError`; nothing was begun then. And `OutdatedCode`, where something was edited meanwhile.
    """
    from labreport.execute.build import build  # what a dry run has no use for takes long to load

    try:
        return build(request, terminal)
    except (UsageError, OutdatedCode):
        raise
    except LabReportError as error:
        terminal.failure(error)
        show_failure(terminal, request.output, 1 + len(error.more))
        return error.exit_code


def _look(
    arguments: argparse.Namespace, root: Path, terminal: Terminal, force: tuple[str, ...] | None = ()
) -> Session:
    """The project as it is, also without a library that it names, which is said."""
    place, output = find_project(root), arguments.output
    session = open_session(place, output, arguments.seeds, force, repair=False, looks=True)
    if missing := not_installed(session.project):
        terminal.warn(missing)
    return session


def status(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Whether all is fresh, then what is not; 1 when anything is stale."""
    session = _look(arguments, root, terminal)
    plan = session.planner.plan()
    stale = plan.stale()
    _tell(terminal, session, plan.statuses, arguments.seeds)
    headline = f"Stale: {work(stale)}." if stale else f"All is fresh: {work(plan.statuses)}."
    for line in textwrap.wrap(headline, terminal.width, subsequent_indent="  "):
        terminal.result(terminal.paint(line, "yellow" if stale else "green"))
    if arguments.verbose:
        for group in _by_experiment(plan.statuses):
            _line(terminal, group)
    else:
        show_causes(terminal.result, terminal.width, stale)
    for one in session.planner.kept_by_decision(session.graph.of_kind("result")):
        kept = work(session.planner.status(f"result/{name}") for name in one["results"])
        said = f"{kept} of {one['name']} kept by {one['by']} on {one['at'][:10]}: {one['because']}"
        terminal.result(shown(said))
    return 1 if stale else 0


def dry_run(
    arguments: argparse.Namespace, root: Path, force: tuple[str, ...] | None, terminal: Terminal
) -> int:
    """What a build would make, and why."""
    session = _look(arguments, root, terminal, force)
    names = [name for word in arguments.words for name in session.graph.resolve(word)] or None
    plan = session.planner.plan(names)
    _tell(terminal, session, plan.statuses, arguments.seeds)
    from labreport.execute.build import check_templates_of

    for line in [*unused(session), *(check_templates_of(session) if plan.stale("section") else ())]:
        terminal.warn(line)
    if not plan.stale():
        terminal.say("Nothing to do.")
        return 0
    show_plan(terminal, plan, arguments.verbose)
    time = TimeLeft()
    foresee(session, plan, trainings(session, plan.stale("result")).tasks, time, cores())
    if (seconds := time.seconds()) is not None:
        terminal.say(f"This would take {'about ' * (seconds >= FEW)}{about(seconds)}.")
    return 0


def _tell(terminal: Terminal, session: Session, statuses: Sequence[Status], asked: int | None) -> None:
    for line in other_seeds(session, asked):
        terminal.warn(line)
    nodes = [
        {
            "name": found.name,
            "kind": found.node.kind,
            "state": str(found.state),
            "reasons": [str(reason) for reason in found.reasons],
        }
        for found in statuses
    ]
    results = [found.node for found in statuses if found.node.kind == "result"]
    kept = [{**one, "results": [*one["results"]]} for one in session.planner.kept_by_decision(results)]
    terminal.tell(fresh=all(found.fresh for found in statuses), nodes=nodes, kept=kept)


def _by_experiment(statuses: Iterable[Status]) -> list[list[Status]]:
    """Results of one experiment that are in the same state together; everything else by itself."""
    groups: dict[tuple[str, str, str], list[Status]] = {}
    for found in statuses:
        slug = found.node.slug.rpartition("#")[0] if found.node.kind == "result" else found.node.slug
        groups.setdefault((found.node.kind, slug, f"{found.state} {first_reason(found)}"), []).append(found)
    return list(groups.values())


def _label(group: list[Status]) -> str:
    """The name of a group, for results with its seeds: `result/wide#0–4`."""
    node = group[0].node
    if node.kind != "result":
        return node.label if node.kind == "document" else node.name
    seeds = [int(found.node.slug.rpartition("#")[2]) for found in group]
    run = (
        f"{seeds[0]}–{seeds[-1]}"
        if len(seeds) > 1 and seeds == list(range(seeds[0], seeds[-1] + 1))
        else ",".join(map(str, seeds))
    )
    return f"{node.name.rpartition('#')[0]}#{run}"


def _line(terminal: Terminal, group: list[Status]) -> None:
    word, colour = MARKS[group[0].state]
    label = shown(_label(group))
    reason = cut(first_reason(group[0]), max(terminal.width - 9 - max(len(label), 34), 12))
    terminal.result(f"{terminal.paint(word, colour)}  {label:34}  {terminal.paint(reason, 'dim')}".rstrip())


def why(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Print the whole chain from a name down to what changed; 1 when what was named is stale."""
    session = _look(arguments, root, terminal)
    try:
        names = session.graph.resolve(arguments.word)
    except UnknownName:
        names = (_numbered(arguments.word, session),)
        if names[0] not in session.graph.nodes:
            raise
    statuses = [session.planner.status(name) for name in names]
    chain = dict.fromkeys(names)
    for name in (queue := [*names]):  # what it reads comes behind it
        read = (one.name for one in session.planner.status(name).reasons if isinstance(one, Upstream))
        queue += (new := dict.fromkeys(one for one in read if one not in chain))
        chain |= new
    _tell(terminal, session, [*map(session.planner.status, chain)], arguments.seeds)
    seen: set[str] = set()
    for group in _by_experiment(statuses):
        _explain(terminal, session, group, 0, seen)
    return 1 if any(found.state is not State.FRESH for found in statuses) else 0


def _numbered(word: str, session: Session) -> str:
    """The name of what the report numbers so, a question as `2.2` or a figure as `Figure 3`; else empty."""
    if question := re.fullmatch(r"(?i)(?:question )?([1-9][0-9]*\.[1-9][0-9]*)", word):
        numbered = titles(session.project.outline).items()
        return next((f"answer/{slug}" for slug, text in numbered if text.startswith(f"{question[1]} ")), "")
    figure = re.fullmatch(r"(?i)(?:figure|fig\.?)[ -]?([1-9][0-9]*)", word)
    page = session.output / "report.html"
    if figure is None or not page.is_file():
        return ""
    found = re.findall(r'<figure id="figure-([^"]+)"', page.read_text(encoding="utf-8", errors="replace"))
    return f"figure/{found[int(figure[1]) - 1]}" if int(figure[1]) <= len(found) else ""


def _explain(terminal: Terminal, session: Session, group: list[Status], depth: int, seen: set[str]) -> None:
    indent = "  " * depth
    word, colour = MARKS[group[0].state]
    label = _label(group)
    if label in seen:
        terminal.result(f"{indent}{shown(label)}: {terminal.paint(word, colour)}, as above")
        return
    seen.add(label)
    first = group[0]
    terminal.result(f"{indent}{terminal.paint(shown(label), 'bold')}: {terminal.paint(word, colour)}")
    if first.state is State.FRESH:
        for one, _ in (decided := session.planner.decided.get(first.name, ())):
            for line in (str(one), *one.changed):
                terminal.result(f"{indent}  {shown(line)}")
        if not decided:
            terminal.result(f"{indent}  nothing that it is made from has changed")
        return
    own = [reason for reason in first.reasons if not isinstance(reason, Upstream)]
    for reason in own:
        terminal.result(f"{indent}  {shown(str(reason))}")
    upstream = {reason.name for found in group for reason in found.reasons if isinstance(reason, Upstream)}
    ordered = [session.planner.status(name) for name in session.graph.nodes if name in upstream]
    for below in _by_experiment(ordered):
        _explain(terminal, session, below, depth + 1, seen)


def changes(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """List everything that the last rebuild changed in the answers, question by question."""
    session = open_session(find_project(root), arguments.output, repair=False, looks=True)
    changed = session.ledger.changed
    terminal.tell(changed=[one.plain() for one in changed])
    list_changes(terminal, changed, titles(session.project.outline))
    if not changed:
        terminal.result("No rebuild has changed an answer.")
    return 0


def show_code(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Print an experiment as the code that a reader would type."""
    project = load_project(find_project(root))
    experiments = {experiment.name: experiment for experiment in project.all_experiments}
    if arguments.word not in experiments:
        raise UnknownName(project.words.run, arguments.word, experiments)
    if not project.show_code:
        raise UsageError("this project cannot show code; set show_code in its Project to a function.")
    terminal.result(function(project.show_code, "project.show_code")(experiments[arguments.word]))
    return 0


MODULES = ("audit", "builders", "charts", "execute.build", "page", "pdf", "stats")

IDLE_SECONDS = 0.5
"""Without an edit for so long, there is time to make the fonts that the next one needs."""


class Telling(Terminal):
    """A terminal whose errors are sent, too."""

    def __init__(self, send: Callable[..., None]) -> None:
        super().__init__()
        self._send = send

    def error(self, text: str) -> None:
        """Show and send."""
        super().error(text)
        self._send(error=text)


def serve(connection: Connection, words: Sequence[str]) -> None:
    """Load what a build needs, wait for the word `build`, do so, and send what happens.

    That is `phase`, `error` and `done`, and `outdated` where code was edited after it was loaded here, and
    nothing was made. The word `wanted` asks for the keys of the results that are to be made. `words` are the
    folders of project and report, the numbers of seeds and jobs, 0 for none, and how messages name program
    and folders.
    """
    begin_child()
    say_as(words[4])
    place, output = find_project(Path(words[0])), Path(words[1])
    seeds, jobs = int(words[2]) or None, int(words[3])

    def send(**event: Any) -> None:
        with suppress(OSError):  # nobody listens any more
            connection.send(event)

    def wait() -> Any:
        with suppress(OSError, EOFError):
            return connection.recv()

    place.importable()
    _load(place, output, seeds)
    if not connection.poll(IDLE_SECONDS):
        _prepare_fonts(output)
    while (word := wait()) == "wanted":
        with suppress(Exception):  # where code cannot be loaded, nobody knows
            send(wanted=_wanted(place, output, seeds))
    if not word:
        return
    request = Request(
        place,
        output,
        seeds=seeds,
        jobs=jobs,
        arguments=f"--seeds {seeds}" if seeds else "",
        watched=True,
        told=lambda phase, keys=(): send(phase=phase, keys=sorted(keys)),
    )
    terminal = Telling(send)

    def build() -> int:
        try:
            return carry_out(request, terminal)
        except OutdatedCode:
            send(outdated=True)
            return 1

    with safe_spawn():
        send(done=guarded(build, terminal))


def _wanted(place: Place, output: Path, seeds: int | None) -> list[str]:
    session = open_session(place, output, seeds, repair=False)
    return sorted({status.key for status in session.planner.plan().stale("result")})


def _prepare_fonts(output: Path) -> None:
    """Where `watch` keeps them, only the first process has anything to make."""
    from labreport.page import prepare_fonts

    with suppress(OSError, ValueError, LabReportError, Damaged):  # the build says what it is
        prepare_fonts(read_regular(output / "report.html", LIMIT).decode())


def _load(place: Place, output: Path, seeds: int | None) -> None:
    """Import engine and project, as far as that works."""
    for name in MODULES:
        importlib.import_module(f"labreport.{name}")
    with suppress(Exception):  # the author's code may raise anything; the build meets it as well, and says so
        session = open_session(place, output, seeds, repair=False)
        outline = session.project.outline
        for name in (*(one.answer for one in outline.questions), *(one.draw for one in outline.figures)):
            function(name, "")
    sys.stdout.flush()
