"""The one place that decides what is stale: the plan, `status`, `why` and the build all ask it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.experiment import Experiment
from labreport.fingerprint.canonical import digest
from labreport.fingerprint.files import Digests
from labreport.plan.graph import Graph
from labreport.plan.ingredients import Ingredients
from labreport.plan.ledger import Ledger, Record
from labreport.plan.nodes import Node, Plan, State, Status
from labreport.plan.reasons import (
    Altered,
    Changed,
    Extended,
    Forced,
    Missing,
    NeverMade,
    Reason,
    SharesForced,
    Upstream,
    differences,
)
from labreport.plan.verified import Verification
from labreport.plan.views import Views

if TYPE_CHECKING:
    from labreport.store.cache import Cache
    from labreport.trajectory import Store


class Planner:
    """Says of every node whether it is fresh. Asked again after something was made, it looks anew.

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
        self.output = output
        self.ledger = ledger
        self.digests = digests
        self.verification = Verification(cache)
        self.ingredients = Ingredients(graph, root, digests, ledger, self.verification)
        self._cache = cache
        self._views = Views(store, digests, ledger)
        self._forced = set(forced)
        self._statuses: dict[str, Status] = {}

    def plan(self, names: Iterable[str] | None = None) -> Plan:
        """The nodes `names` and all that they read (default: everything), each with its verdict."""
        nodes = self.graph.nodes.values() if names is None else self.graph.closure(names)
        return Plan(tuple(self.status(node.name) for node in nodes))

    def status(self, name: str) -> Status:
        """The verdict on one node."""
        if name not in self._statuses:
            node = self.graph.nodes[name]
            self._statuses[name] = self._of_result(node) if node.kind == "result" else self._of_made(node)
        return self._statuses[name]

    def made(self, status: Status, files: dict[str, str], output: str) -> None:
        """Note that a node was made: its files' digests by path, and the digest of what it put out.

        What reads it must be asked for anew, after `forget`, or not have been asked for before.
        """
        self.ledger.nodes[status.name] = Record(dict(status.ingredients), status.key, output, files)
        self._forced.discard(status.name)
        self._statuses[status.name] = replace(status, state=State.FRESH, reasons=(), output=output)

    def forget(self) -> None:
        """Look at everything anew, after something was made or stored."""
        self._statuses.clear()
        self._views.forget()

    def stored(self, key: str) -> None:
        """Note that a trajectory was stored, so that it is not forced again."""
        self._forced = {
            name
            for name in self._forced
            if self.graph.nodes[name].kind != "result" or self.key(self.graph.nodes[name])[1] != key
        }

    def key(self, node: Node) -> tuple[dict[str, Any], str]:
        """The ingredients and the store key of a result."""
        return self.ingredients.key(node)

    def put_out(self, name: str) -> str:
        """The digest of what a node put out; empty while it is not fresh."""
        return self.status(name).output

    def _of_result(self, node: Node) -> Status:
        experiment = node.value
        assert isinstance(experiment, Experiment)
        made_of, key = self.key(node)
        view = self._views.of(key, experiment)
        record = self.ledger.nodes.get(node.name)
        reasons: list[Reason] = []
        forced = self._forced_keys().get(key)
        if forced is not None:
            reasons.append(Forced() if node.name in self._forced else SharesForced(forced))
        if view.damaged:
            reasons.append(Altered(view.damaged))
        elif view.missing:
            reasons.append(
                Extended(view.epochs, view.missing)
                if view.epochs
                else self._why_untrained(record, made_of, key)
            )
        if reasons:
            return Status(node, State.STALE, _flatten(reasons), made_of, key)
        if record is None or record.key != key or record.output != view.digest:
            self.ledger.nodes[node.name] = Record(made_of, key, view.digest, {})
        return Status(node, State.FRESH, (), made_of, key, view.digest)

    def _forced_keys(self) -> dict[str, str]:
        """The keys of trajectories that are forced, each with the result that was named for it."""
        return {
            self.key(node)[1]: node.name
            for node in map(self.graph.nodes.__getitem__, sorted(self._forced))
            if node.kind == "result"
        }

    def _why_untrained(self, record: Record | None, made_of: dict[str, Any], key: str) -> Any:
        if record is None:
            return NeverMade()
        if record.key == key:
            return Missing(f"its stored result {key[:12]}")
        return differences(record.ingredients, made_of, self.ledger.groups)

    def _of_made(self, node: Node) -> Status:
        upstream = [self.status(name) for name in node.reads]
        waiting = [status for status in upstream if status.state is not State.FRESH]
        outputs = {status.name: status.output for status in upstream}
        made_of = self.ingredients.of(node, lambda name: outputs[name])
        key = digest(made_of)
        record = self.ledger.nodes.get(node.name)
        if record is None and node.kind != "document":
            record = self._recognise(node, made_of, key)
        reasons: list[Reason] = []
        if node.name in self._forced:
            reasons.append(Forced())
        if record is None:
            reasons.append(NeverMade())
        else:
            reasons.extend(self._output_reasons(node, record))
            unknown = (
                {f"results {need}" for need in _needs(node)} | {*node.reads, "verification"}
                if waiting
                else set()
            )
            changes = differences(
                {name: value for name, value in record.ingredients.items() if name not in unknown},
                {name: value for name, value in made_of.items() if name not in unknown},
                self.ledger.groups,
            )
            reasons.extend(changes)
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

    def _output_reasons(self, node: Node, record: Record) -> list[Reason]:
        """Whether the files that a node was kept in are there, as they were written."""
        reasons: list[Reason] = []
        for path, written in record.files.items():
            found = self.digests(self.output / path)
            if found is None:
                reasons.append(Missing(path))
            elif found != written:
                reasons.append(Altered(path))
        return reasons

    def _recognise(self, node: Node, made_of: dict[str, Any], key: str) -> Record | None:
        """A record for something that the cache holds but the ledger forgot."""
        found = self._cache.peek(node.kind, node.slug)
        if found is None or found[0] != key:
            return None
        path = self._cache.path(node.kind, node.slug)
        written = self.digests(path)
        if written is None:
            return None
        name = str(path.relative_to(self.output))
        record = Record(made_of, key, found[1], {name: written})
        self.ledger.nodes[node.name] = record
        return record


def _needs(node: Node) -> tuple[str, ...]:
    needs: tuple[str, ...] = getattr(node.value, "needs", ())
    return needs


def _flatten(reasons: list[Any]) -> tuple[Reason, ...]:
    flat: list[Reason] = []
    for reason in reasons:
        flat.extend(reason if isinstance(reason, tuple) else (reason,))
    return tuple(flat)
