"""Notes each epoch that the real program trains; a test puts this folder first on PYTHONPATH.

Python imports a module of this name at its start, in the build and in its workers alike. Where
`REAL_EPOCHS` names a file, every epoch that begins adds a line to it: specification, seed, epoch.
The program itself is unchanged.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

_TRAINING = "exercise.training.run"


class _Noting(importlib.abc.Loader):
    """Loads a module as its own loader does, and wraps the one method that trains an epoch."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """As the module's own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code, then wrap."""
        self._loader.exec_module(module)
        run: Any = vars(module)["TrainingRun"]
        advance = run.advance

        def noted(self: Any) -> Any:
            from labreport.experiment import plain

            line = json.dumps([plain(self.network), self.seed, self.epoch + 1], sort_keys=True) + "\n"
            file = os.open(os.environ["REAL_EPOCHS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            os.write(file, line.encode())
            os.close(file)
            return advance(self)

        run.advance = noted


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module, by way of the finders behind it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's spec with a loader that notes."""
        if name != _TRAINING:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Noting(spec.loader)
        return spec


if os.environ.get("REAL_EPOCHS"):
    sys.meta_path.insert(0, _Finder())
