"""The one place that decides what is stale: the plan, `status`, `why` and the build all ask it."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.authoring import at
from labreport.errors import StoreError, UsageError
from labreport.experiment import Experiment, Study
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.files import Digests
from labreport.plan.fingerprints import FUNCTION, Fingerprints
from labreport.plan.ledger import Decisions, Ledger, Record, View, Way, in_groups
from labreport.plan.nodes import (
    Altered,
    Changed,
    Extended,
    Forced,
    Graph,
    Missing,
    NeverMade,
    Node,
    Plan,
    Reason,
    State,
    Status,
    Upstream,
    differences,
)
from labreport.trajectory import Trajectory, spelled
from labreport.trajectory.store import StoredArrays

if TYPE_CHECKING:
    from labreport.store.sealed import Cache, Cached
    from labreport.trajectory.store import Store

VERIFIED = ("verification", "report")
"""Where the cache has what `verify` found, under a key of all answers that it was about."""


class Planner:
    """Says of every node whether it is fresh. Asked again after something was made, it looks again.

    It writes no file: what it learns is kept in the `ledger` and the `digests`, which a build saves.
    `forced` holds names of nodes to make whatever their state, until they have been made.
    """

    def __init__(
        self,
        graph: Graph,
        root: Path,
        output: Path,
        store: Store,
        cache: Cache,
        ledger: Ledger,
        digests: Digests,
        forced: Iterable[str] = (),
    ) -> None:
        self.graph = graph
        self.root = root
        self.output = output
        self.ledger = ledger
        self.digests = digests
        self.fingerprints = Fingerprints(graph.project, root, digests, ledger)
        self.decisions = Decisions(root, digests)
        self.decided: dict[str, Way] = {}
        """The decisions by which a result is kept, by the name of its node."""
        self._store = store
        self._cache = cache
        self._forced = set(forced)
        self._keys: dict[str, tuple[dict[str, Any], str]] = {}
        self._specifications: dict[str, Experiment] = {}
        self._statuses: dict[str, Status] = {}
        self._needs: dict[str, tuple[str, frozenset[str]]] = {}
        self._trajectories: dict[str, Trajectory | None] = {}

    def plan(self, names: Iterable[str] | None = None) -> Plan:
        """The nodes `names` and all that they read (default: everything), each with its verdict."""
        nodes = self.graph.nodes.values() if names is None else self.graph.closure(names)
        return Plan(tuple(self.status(node.name) for node in nodes))

    def status(self, name: str) -> Status:
        """The verdict on one node."""
        if name not in self._statuses:
            self._statuses[name] = self.graph.nodes[name].status(self)
        return self._statuses[name]

    def made(self, status: Status, path: Path, output: str = "") -> None:
        """Note that a node was made: the file that it is kept in, and the digest of what it put out, which is
        that of the file unless another is given. Raises `StoreError` where the file cannot be read back.

        What reads it must be asked for again, after `forget`, or not have been asked for before.
        """
        self.digests.forget([path])
        written = self.digests(path)
        if written is None:
            raise StoreError(f"{path}: written, but cannot be read back; check the disk")
        files, output = {str(path.relative_to(self.output)): written}, output or written
        self.ledger.nodes[status.name] = Record(dict(status.ingredients), status.key, output, files)
        self._forced.discard(status.name)
        self._statuses[status.name] = replace(status, state=State.FRESH, reasons=(), output=output)

    def forget(self) -> None:
        """Look at everything again, after something was made or stored."""
        self._statuses.clear()
        self._needs.clear()
        self._trajectories.clear()

    def stored(self, keys: Collection[str]) -> None:
        """Note that trajectories were stored, so that they are not forced again."""
        results = [node for node in self.graph.of_kind("result") if node.name in self._forced]
        self._forced -= {node.name for node in results if self.key(node)[1] in keys}
        self.__dict__.pop("forced_keys", None)

    def is_forced(self, node: Node) -> bool:
        """Whether the user named it, and it has not been made since."""
        return node.name in self._forced

    @cached_property
    def forced_keys(self) -> dict[str, str]:
        """The keys of trajectories that are forced, each with the result that was named for it."""
        results = [node for node in self.graph.of_kind("result") if node.name in self._forced]
        return {self.key(node)[1]: node.name for node in results}

    def key(self, node: Node) -> tuple[dict[str, Any], str]:
        """The ingredients of a result, and the key under which its trajectory is stored."""
        if node.name not in self._keys:
            made_of = node.ingredients(self)
            self._keys[node.name] = (made_of, node.key(self, made_of))
        return self._keys[node.name]

    def standing_in(self, wanted: str, node: Node, experiment: Experiment) -> str:
        """The key under which a result is: the `wanted` one, or that of one that it was decided to keep.

        That counts where it is complete, and what is stored under the `wanted` one is not.
        """
        self.decided.pop(node.name, None)
        known = () if self.is_forced(node) else self.decisions.before(wanted)
        for key, way in known:
            if self.look_up(wanted, experiment)[0]:
                break
            if self.look_up(key, experiment)[0]:
                self.decided[node.name] = way
                return key
        return wanted

    def kept_by_decision(self, results: Iterable[Node]) -> list[dict[str, Any]]:
        """The decisions by which some of these results are kept, as plain values."""
        ways = ((node.slug, self.decided.get(node.name, ())) for node in results if self.key(node))
        return in_groups(ways) if self.decisions.all else []

    def check_shared(self, key: str, experiment: Experiment) -> None:
        """Raise `UsageError` where another experiment has this key, and not an equal specification."""
        first = self._specifications.setdefault(key, experiment)
        one, other = first.specification, experiment.specification
        if first is experiment or one is other or (type(one) is type(other) and one == other):
            return
        if type(one) is not type(other) or vars(type(one)).get("__eq__") is not None:
            text = f"experiments {first.name!r} and {experiment.name!r} have one key, but specifications that"
            text = f"{text} are not equal; give the dataclass a field that tells them apart"
            raise UsageError(at(experiment.place, text))

    def keys(self, experiment: Experiment) -> list[str]:
        """The keys of an experiment's results, in order of seed."""
        return [self.key(node)[1] for node in self.graph.results_of(experiment.name)]

    def look_up(self, key: str, experiment: Experiment) -> tuple[str, Altered | Extended | None]:
        """The digest of what is stored under `key`, for as far as `experiment` goes.

        It is empty where not all of that is there; with it is what is wrong with what is there.
        Its own epochs and snapshots are under one digest, so that continuing from 50 epochs to 100 changes
        nothing for whoever reads the first 50.

        What an unchanged document says comes from the ledger, without reading it.
        """
        name, store = f"{key}.json", self._store
        document = store.digest(name, self.digests)
        if document is None:
            if os.path.lexists(store.folder / name):
                store.get(key)  # not a file of ours: set aside
            return "", None
        label = f"{key}:{experiment.epochs}:{','.join(map(str, experiment.snapshots))}"
        view = self.ledger.views.get(label)
        if view is None or view.document != document:
            if key not in self._trajectories:
                self._trajectories[key] = store.get(key)
            trajectory = self._trajectories[key]
            if trajectory is None:
                return "", Altered(name)
            missing = trajectory.missing(experiment.epochs, experiment.snapshots)
            if missing:
                return "", Extended(trajectory.epochs, missing[0])
            view = self.ledger.views[label] = _view(document, trajectory, experiment)
        for name, written in view.arrays.items():
            if store.digest(name, self.digests) != written:
                return "", Altered(name)
        return view.digest, None

    def leftovers(self) -> list[Path]:
        """Array files that a killed run has left beside the documents that the ledger does not know yet."""
        return self._store.orphans(filter(None, self._trajectories.values()))

    def kept(self) -> dict[str, Any]:
        """Under which keys all results are kept, one per seed, and how many epochs they have; of recorded
        ones how many runs there are, from which files, each with its SHA-256."""
        kept: dict[str, Any] = {}
        for experiment in self.graph.project.all_experiments:
            table = experiment.recorded
            keys = [] if table else self.keys(experiment)
            kept[experiment.name] = {"epochs": experiment.epochs, "keys": keys}
            if decided := self.kept_by_decision(self.graph.results_of(experiment.name)):
                kept[experiment.name]["decided"] = decided
            if table:
                files = {name: self.digests(table.folder / name) for name in table.files}
                recorded = {"runs": len(table.runs), "files": files, "failed": dict(table.failed)}
                kept[experiment.name]["recorded"] = recorded
        return kept

    @property
    def recorded(self) -> dict[str, Any]:
        """Of each recorded experiment, what `kept` says of it."""
        return {name: one["recorded"] for name, one in self.kept().items() if "recorded" in one}

    @cached_property
    def digest_of_kept(self) -> str:
        """The digest of `kept`."""
        return digest(self.kept())

    def verified(self, node: Node) -> Cached | None:
        """What `verify` found last; None where that was about other answers than those `node` reads."""
        self.digests(self._cache.path(*VERIFIED))  # on which a fresh report rests
        found = self._cache.get(*VERIFIED)
        return found if found is not None and found.key == self._answers(node) else None

    def keep_verified(self, node: Node, found: Any) -> None:
        """Keep what `verify` found (plain JSON values) of the answers that `node` reads."""
        self._cache.put(*VERIFIED, self._answers(node), found)

    def _answers(self, node: Node) -> str:
        return digest({name: self.put_out(name) for name in node.reads if name.startswith("answer/")})

    def results(self, needs: Iterable[str]) -> dict[str, Any]:
        """As ingredients: one digest for all that is read of each need, so that they stay few, and how they
        are declared."""
        needs = tuple(needs)
        outputs = {f"results {need}": self._need(need)[0] for need in needs}
        data = sorted({name for need in needs for name in self._need(need)[1]})
        found = self.fingerprints
        return outputs | found.declared(needs) | found.data(data)

    def _need(self, need: str) -> tuple[str, frozenset[str]]:
        """The digest of all that is read of a need, and the data files that its results rest on."""
        if need not in self._needs:
            outputs = [self.put_out(node.name) for node in self.graph.results_of(need)]
            data: set[str] = set()
            for one in self.graph.cells(need):
                data.update(one.recorded.arrays if one.recorded else self.fingerprints.training(one)["data"])
            # Recorded runs are one group, whose members a reason can name
            whole = outputs[0] if self.graph.cells(need)[0].recorded else digest(outputs)
            self._needs[need] = (whole, frozenset(data))
        return self._needs[need]

    def outputs(self, node: Node) -> dict[str, Any]:
        """As ingredients: digests of what the other nodes put out that `node` reads."""
        return {name: self.put_out(name) for name in node.reads if not name.startswith("result/")}

    def put_out(self, name: str) -> str:
        """The digest of what a node put out; empty while it is not fresh."""
        return self.status(name).output

    def judge(self, node: Node) -> Status:
        """The verdict on a node that is made from others: fresh where nothing is different."""
        waiting = [status for status in map(self.status, node.reads) if not status.fresh]
        made_of = node.ingredients(self)
        key = node.key(self, made_of)
        record = self.ledger.nodes.get(node.name)
        if record is None and node.cached:
            record = self._recognise(node, made_of, key)
        reasons: list[Reason] = [Forced()] if self.is_forced(node) else []
        if record is None:
            reasons.append(NeverMade())
        else:
            for path, written in record.files.items():
                if (now := self.digests(self.output / path)) != written:
                    reasons.append(Missing(path) if now is None else Altered(path))
            unknown = {*(f"results {need}" for need in node.needs), *node.reads, "verification"}
            before, after = (
                {name: value for name, value in found.items() if not waiting or name not in unknown}
                for found in (record.ingredients, made_of)
            )
            reasons.extend(self.differences(before, after))
        state = State.STALE if reasons else State.FRESH
        if waiting:
            reasons.extend(Upstream(status.name) for status in waiting)
            state = State.STALE if state is State.STALE else State.PENDING
        elif record is not None and not reasons and record.key != key:
            # Equal names and values, yet another key: only an ingredient's place differs
            reasons.append(Changed("its ingredients"))
            state = State.STALE
        output = record.output if record is not None and state is State.FRESH else ""
        return Status(node, state, tuple(reasons), made_of, key, output)

    def differences(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
        """How two sets of ingredients differ; of definitions, where, and which experiment they declare."""
        found = differences(before, after, self.ledger.groups)
        return [_about(self.fingerprints.located(reason)) for reason in found]

    def _recognise(self, node: Node, made_of: dict[str, Any], key: str) -> Record | None:
        """A record for something that the cache holds but the ledger forgot."""
        found = self._cache.get(node.kind, node.slug)
        path = self._cache.path(node.kind, node.slug)
        written = self.digests(path) if found is not None and found.key == key else None
        if found is None or written is None:
            return None
        record = Record(made_of, key, found.digest, {str(path.relative_to(self.output)): written})
        self.ledger.nodes[node.name] = record
        return record


def _view(document: str, trajectory: Trajectory, experiment: Experiment) -> View:
    """What `experiment` reads of a trajectory, whose document has this digest."""
    part = trajectory.cut(experiment.epochs)
    kept = {epoch: part.snapshots[epoch] for epoch in experiment.snapshots}
    files = [kept_at.arrays for kept_at in kept.values()]
    arrays = {stored.name: stored.file.sha256 for stored in files if isinstance(stored, StoredArrays)}
    seen = {
        "records": list(part.records),
        "snapshots": {str(epoch): snapshot.metrics for epoch, snapshot in kept.items()},
        "arrays": arrays,
        "segments": list(part.segments),
    }
    return View(document, digest(spelled(seen)), arrays)


def _about(reason: Changed) -> Changed:
    """With the experiment or study that the changed definition declares, if it does."""
    module, _, name = reason.what.removeprefix(FUNCTION).partition(":")
    value = vars(sys.modules[module]).get(name) if module in sys.modules else None
    return replace(reason, about=value.name) if isinstance(value, (Experiment, Study)) else reason
