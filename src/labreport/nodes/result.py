"""A result: what one experiment asks of one trained trajectory, or runs that were made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.errors import OutdatedCode
from labreport.experiment import Experiment
from labreport.fingerprint.canonical import digest_members
from labreport.plan.ledger import Record
from labreport.plan.nodes import Forced, Missing, NeverMade, Node, Reason, SharesForced, State, Status, Unkept
from labreport.plan.planner import Planner


class ResultNode(Node):
    """A wish: so many epochs, with these snapshots, of the trajectory that specification and seed identify.

    Experiments with one specification are wishes about the same trajectory, under one key.
    """

    kind = "result"

    def __init__(
        self, experiment: Experiment, seed: int, work: str = "training", repeated: str = "seed"
    ) -> None:
        super().__init__(f"{experiment.name}#{seed}")
        self.work, self.repeated = work, repeated
        self.experiment = experiment
        self.seed = seed

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """All that decides the trajectory."""
        return {"seed": self.seed, **planner.fingerprints.result(self.experiment)[0]}

    def key(self, planner: Planner, made_of: Mapping[str, Any]) -> str:
        """As of every node, or that of a result which it was decided to keep."""
        texts = planner.fingerprints.result(self.experiment)[1]
        wanted = digest_members({"seed": str(self.seed), **texts})
        return planner.standing_in(wanted, self, self.experiment)

    def status(self, planner: Planner) -> Status:
        """Stale where the trajectory does not reach what the experiment asks for, or is damaged."""
        made_of, key = planner.key(self)
        planner.check_shared(key, self.experiment)
        output, wrong = planner.look_up(key, self.experiment)
        record = planner.ledger.nodes.get(self.name)
        reasons: list[Reason] = []
        if forced := planner.forced_keys.get(key):
            reasons.append(
                Forced() if planner.is_forced(self) else SharesForced(forced.removeprefix("result/"))
            )
        if wrong is not None:
            reasons.append(wrong)
        elif not output and record is None:
            reasons.append(NeverMade())
        elif not output and record is not None and record.key == key:
            reasons.append(Missing(f"its stored result {key[:12]}"))
        elif not output and record is not None:
            found = planner.differences(record.ingredients, made_of)
            reasons.extend(found or [Unkept()])
        if reasons:
            return Status(self, State.STALE, tuple(reasons), made_of, key)
        if record is None or (record.key, record.output, record.ingredients) != (key, output, made_of):
            planner.ledger.nodes[self.name] = Record(made_of, key, output, {})
        return Status(self, State.FRESH, (), made_of, key, output)


class RecordingNode(Node):
    """The runs of a recorded experiment: they are there, and nothing has to be made of them."""

    kind = "recording"

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(experiment.name)
        self.experiment = experiment

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The digests of its runs."""
        return planner.fingerprints.recorded(self.experiment)

    def key(self, planner: Planner, made_of: Mapping[str, Any]) -> str:
        """The digest of them all, whatever their order in the source."""
        return str(made_of["runs"])

    def status(self, planner: Planner) -> Status:
        """Fresh. Raises `OutdatedCode` where a source was edited after it was read."""
        table = self.experiment.recorded
        if table is not None and (name := table.outdated()):
            raise OutdatedCode(f"{name} was edited after it was read; run again")
        made_of, key = planner.key(self)
        return Status(self, State.FRESH, (), made_of, key, key)
