"""The one place that decides what is stale: the plan, `status`, `why` and the build all ask it."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.errors import UsageError
from labreport.experiment import Experiment, Study
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.files import Digests
from labreport.placed import at
from labreport.plan.fingerprints import FUNCTION, Fingerprints
from labreport.plan.graph import Graph
from labreport.plan.ledger import Ledger, Record
from labreport.plan.nodes import Node, Plan, State, Status
from labreport.plan.reasons import Altered, Changed, Forced, Missing, NeverMade, Reason, Upstream, differences
from labreport.plan.verified import Verification
from labreport.plan.views import Views

if TYPE_CHECKING:
    from labreport.store.cache import Cache
    from labreport.trajectory import Store


class Planner:
    """Says of every node whether it is fresh. Asked again after something was made, it looks again.

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
        self.verification = Verification(cache)
        self.fingerprints = Fingerprints(graph.project, root, digests, ledger)
        self.views = Views(store, digests, ledger)
        self._cache = cache
        self._forced = set(forced)
        self._keys: dict[str, tuple[dict[str, Any], str]] = {}
        self._specifications: dict[str, Experiment] = {}
        self._statuses: dict[str, Status] = {}
        self._needs: dict[str, tuple[str, frozenset[str]]] = {}

    def plan(self, names: Iterable[str] | None = None) -> Plan:
        """The nodes `names` and all that they read (default: everything), each with its verdict."""
        nodes = self.graph.nodes.values() if names is None else self.graph.closure(names)
        return Plan(tuple(self.status(node.name) for node in nodes))

    def status(self, name: str) -> Status:
        """The verdict on one node."""
        if name not in self._statuses:
            self._statuses[name] = self.graph.nodes[name].status(self)
        return self._statuses[name]

    def made(self, status: Status, files: dict[str, str], output: str) -> None:
        """Note that a node was made: its files' digests by path, and the digest of what it put out.

        What reads it must be asked for again, after `forget`, or not have been asked for before.
        """
        self.ledger.nodes[status.name] = Record(dict(status.ingredients), status.key, output, files)
        self._forced.discard(status.name)
        self._statuses[status.name] = replace(status, state=State.FRESH, reasons=(), output=output)

    def forget(self) -> None:
        """Look at everything again, after something was made or stored."""
        self._statuses.clear()
        self._needs.clear()
        self.views.forget()

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

    def kept(self) -> dict[str, Any]:
        """Under which keys all results are kept, one per seed, and how many epochs they have; of recorded
        ones how many runs there are, from which files, each with its SHA-256."""
        kept: dict[str, Any] = {}
        for experiment in self.graph.project.all_experiments:
            table = experiment.recorded
            keys = [] if table else self.keys(experiment)
            kept[experiment.name] = {"epochs": experiment.epochs, "keys": keys}
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
            reasons.extend(self._output_reasons(record))
            unknown = {*(f"results {need}" for need in node.needs), *node.reads, "verification"}
            before, after = (
                {name: value for name, value in found.items() if not waiting or name not in unknown}
                for found in (record.ingredients, made_of)
            )
            reasons.extend(map(_about, differences(before, after, self.ledger.groups)))
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

    def _output_reasons(self, record: Record) -> list[Reason]:
        """Whether the files that a node was kept in are there, as they were written."""
        found = {path: (self.digests(self.output / path), written) for path, written in record.files.items()}
        return [
            Missing(path) if now is None else Altered(path)
            for path, (now, written) in found.items()
            if now != written
        ]

    def _recognise(self, node: Node, made_of: dict[str, Any], key: str) -> Record | None:
        """A record for something that the cache holds but the ledger forgot."""
        found = self._cache.peek(node.kind, node.slug)
        path = self._cache.path(node.kind, node.slug)
        written = self.digests(path) if found is not None and found[0] == key else None
        if found is None or written is None:
            return None
        record = Record(made_of, key, found[1], {str(path.relative_to(self.output)): written})
        self.ledger.nodes[node.name] = record
        return record


def _about(reason: Changed) -> Changed:
    """With the experiment or study that the changed definition declares, if it does."""
    module, _, name = reason.what.removeprefix(FUNCTION).partition(":")
    value = vars(sys.modules[module]).get(name) if module in sys.modules else None
    return replace(reason, about=value.name) if isinstance(value, (Experiment, Study)) else reason
