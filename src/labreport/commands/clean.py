"""Remove results that are no longer used, and say how much space that frees."""

from __future__ import annotations

import argparse
from pathlib import Path

from labreport.console.terminal import Terminal
from labreport.execute.session import open_session
from labreport.plan.stamp import remove_stamp
from labreport.store.lock import output_lock


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Carry out the command."""
    return clean(
        terminal,
        root,
        arguments.output,
        arguments.seeds,
        arguments.lock_timeout,
        arguments.dry_run,
    )


def clean(
    terminal: Terminal, root: Path, output: Path, seeds: int, lock_timeout: float, dry_run: bool
) -> int:
    """Keep what the catalogue asks for with any number of seeds; remove the rest."""
    with output_lock(output, lock_timeout, terminal.say):
        session = open_session(root, output, seeds)
        referred = {
            session.planner.key(node)[1] for node in session.graph.nodes.values() if node.kind == "result"
        }
        referred |= {
            record["key"]
            for name, record in session.ledger.nodes.items()
            if name.startswith("result/") and _wanted(name, session.graph.project_names())
        }
        unused = sorted(set(session.store.keys()) - referred)
        orphans = session.store.orphans()
        paths = [path for key in unused for path in session.store.paths(key)] + orphans
        freed = sum(path.lstat().st_size for path in paths if path.exists())
        if not dry_run:
            remove_stamp(output)
            for key in unused:
                session.store.remove(key)
            for path in orphans:
                path.unlink(missing_ok=True)
            for name in [
                name
                for name in session.ledger.nodes
                if name not in session.graph.nodes and not _wanted(name, session.graph.project_names())
            ]:
                del session.ledger.nodes[name]
            session.save()
    verb = "would free" if dry_run else "freed"
    terminal.say(f"{len(unused)} results that nothing refers to, {verb} {freed / 1e6:.1f} MB.")
    return 0


def _wanted(name: str, names: tuple[str, ...]) -> bool:
    """Whether a result's name, whatever its seed, is still in the catalogue."""
    experiment = name.removeprefix("result/").rpartition("#")[0]
    return experiment in names or experiment.partition("/")[0] in names
