"""What becomes of stored results: `clean` removes what cannot be used, `keep` says that some stay valid."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from labreport.console.plan import counted, work
from labreport.console.terminal import Terminal, shown
from labreport.errors import UsageError
from labreport.execute.session import Session, open_session
from labreport.fingerprint.canonical import digest
from labreport.locate import find_project
from labreport.nodes.content import ResultNode
from labreport.plan.ledger import KEPT, Decision, remove_stamp
from labreport.plan.nodes import Changed, Status, differences
from labreport.plan.planner import VERIFIED
from labreport.program import called, nearby
from labreport.store.files import QUARANTINE, remove, size
from labreport.store.output import output_lock, remove_strays


def clean(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """List, then remove: results that no experiment could use with any number of seeds, files of cached
    values that the project no longer has, array files that no result names, and quarantined files.

    Before a result is removed, whoever is at the terminal is asked.
    """
    place, output, dry_run = find_project(root), arguments.output, arguments.dry_run
    lock = output_lock(output, place, arguments.lock_timeout, terminal.say)
    with contextlib.nullcontext() if dry_run else lock:
        if not dry_run:
            remove_strays(output)
        session = open_session(place, output, repair=not dry_run)
        found = [*_results(session), *_cached(session), *_orphans(session)]
        sizes = [session.store.size(key) if key else sum(map(size, paths)) for _, paths, key in found]
        labelled = [(label, freed) for (label, *_), freed in zip(found, sizes, strict=True)]
        terminal.tell(removed=not dry_run, items=[{"what": one, "bytes": freed} for one, freed in labelled])
        verb = "would remove" if dry_run else "removes"
        for label, freed in labelled:
            terminal.say(f"{verb} {shown(label)}  {freed / 1e6:.1f} MB")
        results = sum(bool(key) for *_, key in found)
        lost = f"Only computing again brings {counted(results, 'result')} back. Remove all that is listed?"
        if results and not dry_run and not arguments.yes and not terminal.agreed(lost):
            terminal.say("Nothing was removed.")
            return 0
        if found and not dry_run:
            remove_stamp(output)
            for _, paths, _ in found:
                for path in paths:
                    remove(path)
            session.store.drop(key for _, _, key in found if key)
            for name in [name for name in session.ledger.nodes if _gone(session, name)]:
                del session.ledger.nodes[name]
            session.save()
        others = session.store.other_versions()
    for path in others:
        terminal.say(
            f"keeps {counted(len(list(path.glob('*.json'))), 'result')} of another version, {path.name}  "
            f"{size(path) / 1e6:.1f} MB; remove {shown(str(path))} if you will not use that version again"
        )
    if not found:
        terminal.say("Nothing to remove: the project can use every result that is stored.")
    elif dry_run:
        terminal.say(
            f"{len(found)} items; removing them would free {sum(sizes) / 1e6:.1f} MB. Nothing was changed."
        )
    else:
        terminal.say(f"{len(found)} items removed, {sum(sizes) / 1e6:.1f} MB freed.")
    return 0


Item = tuple[str, list[Path], str]
"""What is removed, in words; its files, in the order in which it is safe to remove them; a result's key."""


def _results(session: Session) -> list[Item]:
    """Trajectories that no experiment of the project can use, whatever the number of seeds.

    Each document says itself what it was made of; the ledger is not asked.
    """
    planner, store = session.planner, session.store
    wanted: dict[str, int | None] = {}
    for experiment in session.project.all_experiments:
        if experiment.recorded:
            continue
        made_of = digest(ResultNode(experiment, 0).ingredients(planner))
        caps = (wanted[made_of], experiment.seeds) if made_of in wanted else (experiment.seeds,)
        wanted[made_of] = None if None in caps else max(cap for cap in caps if cap is not None)
    items = []
    for key in [*store.keys()]:
        found = store.get(key)
        if found is None or key in planner.decisions.keys:
            continue
        made_of = digest({**found.ingredients, "seed": 0})
        cap = wanted.get(made_of, 0)
        if cap is None or found.seed < session.project.seed_range.start + cap:
            continue
        why = (
            "no experiment has its ingredients"
            if made_of not in wanted
            else "beyond the seeds of its experiment"
        )
        label = f"result {found.name}#{found.seed}, {found.epochs} epochs ({why})"
        items.append((label, store.paths(key), key))
    return items


def _cached(session: Session) -> list[Item]:
    """Cached answers, figures and sections that the project no longer has."""
    known = {session.cache.path(node.kind, node.slug) for node in session.graph.nodes.values()}
    known.add(session.cache.path(*VERIFIED))
    return [
        (f"cached {path.parent.name} {path.stem}", [path], "")
        for path in sorted(session.cache.directory.glob("*/*.json"))
        if path not in known and not path.parent.is_symlink()
    ]


def _orphans(session: Session) -> list[Item]:
    """Array files that no result names, and quarantined files."""
    arrays = [(f"arrays that no result names, {path.name}", [path], "") for path in session.store.orphans()]
    damaged = sorted((session.output / QUARANTINE).glob("*"))
    return [*arrays, *((f"damaged file {path.name}", [path], "") for path in damaged)]


def _gone(session: Session, name: str) -> bool:
    """Whether the ledger remembers a node that the project does not have, with any number of seeds."""
    experiments = {experiment.name for experiment in session.project.all_experiments}
    kind, _, slug = name.partition("/")
    return slug.rpartition("#")[0] not in experiments if kind == "result" else name not in session.graph.nodes


LISTED = 20
"""Changes that a decision lists; more are counted."""


def keep(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Write the decision; nothing else is changed, so no lock is needed, and a build may be at work."""
    session = open_session(
        find_project(root), arguments.output, arguments.seeds, repair=False, published=True, looks=True
    )
    decisions = session.planner.decisions
    if arguments.undo:
        _undo(arguments.words, session, terminal)
        return 0
    if not arguments.because:
        raise UsageError(
            f"keep needs --because and a reason, for who reads the report; see {called()} keep --help."
        )
    made = [_decision(word, arguments.because, session, terminal) for word in arguments.words]
    decisions.write([*decisions.all, *made])
    kept = [name for one in made for name in one.results]
    terminal.tell(kept=kept)
    terminal.result(
        f"Kept {work(session.planner.status(f'result/{name}') for name in kept)} of "
        f"{', '.join(arguments.words)}. "
        f"Commit {shown(nearby(decisions.path))}; the next build says so in the report."
    )
    return 0


def _decision(word: str, because: str, session: Session, terminal: Terminal) -> Decision:
    """About all results that a word names and that the edit has made stale. Raises `UsageError`."""
    results, lost, changed = {}, list[Status](), dict[str, None]()
    decided = session.planner.decisions.after
    for status in map(session.planner.status, session.graph.resolve(word)):
        node = status.node
        if not isinstance(node, ResultNode):
            raise UsageError(
                f"keep: {word!r} is not an experiment; name an experiment or a study, whose results are kept"
            )
        if status.fresh:
            continue
        record = session.ledger.nodes.get(node.name)
        if record is None or not session.planner.look_up(record.key, node.experiment)[0]:
            lost.append(status)
            continue
        _check_same(node, record.ingredients, status)
        before = digest(record.ingredients)  # which it was decided to keep, or that of which it is the key
        stays = before in decided and before != status.key
        results[node.slug] = (before if stays else record.key, status.key)
        found = session.planner.differences(record.ingredients, status.ingredients)
        changed |= dict.fromkeys(str(replace(one, place="")) for one in found)
    if not results:
        names = ", ".join(status.node.slug for status in lost[:3])
        what = f"of {names} no results of the code before are stored" if lost else "it is fresh"
        raise UsageError(f"keep: there is nothing to keep of {word!r}: {what}")
    if lost:
        terminal.warn(f"{work(lost)} of {word} will be made: none of the code before is stored")
    lines = [*changed][:LISTED]
    lines += [f"and {len(changed) - LISTED} more"] if len(changed) > LISTED else []
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Decision(word, because, _author(session.place.root), at, lines, results)


def _check_same(node: ResultNode, before: dict[str, object], status: Status) -> None:
    """Raise `UsageError` where a value of the specification is another: then it is another experiment."""
    old, new = before.get("specification"), status.ingredients.get("specification")
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    old, new = (
        {name: values[name] for name in values if name in old and name in new} for values in (old, new)
    )
    found = [*differences(old, new, {})]
    if "exclusive" in before.keys() ^ status.ingredients.keys():
        found.append(Changed("exclusive"))
    if found:
        text = f"keep: {node.slug} is another experiment than before: {found[0]}"
        raise UsageError(f"{text}; only results whose code, libraries or data were edited can be kept")


def _undo(words: Iterable[str], session: Session, terminal: Terminal) -> None:
    """Take back the last decision about each name. Raises `UsageError` where there is none."""
    decisions = session.planner.decisions
    left = [*decisions.all]
    for word in words:
        own = [one for one in left if one.name == word]
        if not own:
            names = ", ".join(dict.fromkeys(one.name for one in left)) or "nothing"
            raise UsageError(f"keep: no decision is about {word!r}; {KEPT} keeps {names}")
        left.remove(own[-1])
        stay = f"{counted(len(own) - 1, 'earlier decision')} about it {'stays' if len(own) == 2 else 'stay'}"
        rest = f"; {stay}" if len(own) > 1 else ""
        terminal.result(f"Taken back, {own[-1]}{rest}.")
    decisions.write(left)
    terminal.tell(kept=[name for one in left for name in one.results])


def _author(folder: Path) -> str:
    """Who decides: as git knows them, else the name of the login."""
    try:
        command = ["git", "-C", str(folder), "config", "user.name"]
        name = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        name = ""
    try:
        return name or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
