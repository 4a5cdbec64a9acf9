"""The specification of a recorded run: where it is written, and what of it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labreport.recorded.raw import Options


@dataclass(frozen=True)
class Recording:
    """`source` is a path below the folder of the module `package`, and `label` the run's name in it, empty
    where it holds only one; of an experiment with several runs, `source` is the pattern that finds them.

    `metrics` are pairs of a name in the report and the name in the source (None: all, as they are called
    there). `parameters` are pairs of a setting and its value, a number or a text.
    """

    source: str
    package: str
    label: str = ""
    fields: tuple[str, ...] = ()
    metrics: tuple[tuple[str, str], ...] | None = None
    step: str = ""
    parameters: tuple[tuple[str, Any], ...] = ()

    @property
    def options(self) -> Options:
        """What a reader has to know."""
        chosen = None if self.metrics is None else tuple(source for _, source in self.metrics)
        return Options(self.fields, chosen, self.step)

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters by name."""
        return dict(self.parameters)
