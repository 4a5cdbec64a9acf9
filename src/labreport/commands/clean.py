"""Remove what the project as it is now cannot use, and say how much that frees."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from labreport.console.plan import counted
from labreport.console.terminal import Terminal, shown
from labreport.execute.session import Session, open_session
from labreport.fingerprint.canonical import digest
from labreport.locate import find_project
from labreport.nodes.result import ResultNode
from labreport.plan.ledger import remove_stamp
from labreport.plan.planner import VERIFIED
from labreport.store.files import QUARANTINE, remove, size
from labreport.store.output import output_lock, remove_strays


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
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
        found = [*_results(session), *_cached(session), *_orphans(session), *_quarantined(session)]
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
    return [(f"arrays that no result names, {path.name}", [path], "") for path in session.store.orphans()]


def _quarantined(session: Session) -> list[Item]:
    folder = session.output / QUARANTINE
    return (
        [(f"damaged file {path.name}", [path], "") for path in sorted(folder.iterdir())]
        if folder.is_dir()
        else []
    )


def _gone(session: Session, name: str) -> bool:
    """Whether the ledger remembers a node that the project does not have, with any number of seeds."""
    experiments = {experiment.name for experiment in session.project.all_experiments}
    kind, _, slug = name.partition("/")
    return slug.rpartition("#")[0] not in experiments if kind == "result" else name not in session.graph.nodes
