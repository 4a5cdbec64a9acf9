"""`docs/training-in-epochs.md`: its project is built, interrupted and prolonged as the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from wine import ROOT, labreport

from labreport import load, loaded
from labreport.errors import StoreError
from labreport.store.files import find_strays

PAGE = (ROOT / "docs" / "training-in-epochs.md").read_text(encoding="utf-8")
(PROJECT,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_project_of_the_page_continues_in_the_same_bits(tmp_path: Path) -> None:
    """Prolonged from 30 epochs to 40, it is what 40 epochs from the beginning give."""
    longer = PROJECT.replace("epochs=30, snapshots=(10, 30)", "epochs=40, snapshots=(10, 40)")
    prolonged = built(tmp_path / "prolonged", PROJECT, longer)
    whole = built(tmp_path / "whole", longer)
    assert prolonged == whole
    assert len(prolonged) == 10


def test_a_state_that_forgets_something_is_named_with_its_line(tmp_path: Path) -> None:
    """Momentum that begins again where a run continues would be another run."""
    forgetful = PROJECT.replace('"step": self.step}', '"step": 0 * self.step}')
    assert forgetful != PROJECT
    (tmp_path / "project.py").write_text(forgetful, encoding="utf-8")
    ran = labreport(tmp_path, "build")
    line = forgetful.splitlines().index("    def state(self):") + 1
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: experiment 'heavy' seed 0: its epoch 2 gives another 'weights' when")
    assert f"what the optimiser keeps (project.py:{line})" in ran.stderr


BALLAST = "self.step = np.zeros(8) if state is None"
LARGE = (
    PROJECT
    .replace(f"        {BALLAST}", f"        {BALLAST.replace('step', 'large').replace('8', '2_000_000')}"
             f" else state['large'].copy()\n        {BALLAST}")
    .replace("self.epoch += 1", "self.epoch += 1\n        self.large += self.epoch")
    .replace('"step": self.step}', '"step": self.step, "large": self.large}')
    .replace("seeds=5", "seeds=1")
)  # fmt: skip


def test_a_large_state_is_written_by_its_run_and_read_array_by_array(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Snapshots are of their epoch, whatever the run changes later; nothing is left over or set aside."""
    longer = LARGE.replace("epochs=30, snapshots=(10, 30)", "epochs=40, snapshots=(10, 40)")
    assert built(tmp_path / "prolonged", LARGE, longer) == built(tmp_path / "whole", longer)
    folders = [tmp_path / name / "report" for name in ("prolonged", "whole")]
    stored = [{path.name for path in (folder / "results").glob("*.safetensors")} for folder in folders]
    assert stored[0] > stored[1]  # the same bytes, and what was kept at epoch 30
    assert [find_strays(folder / "results") for folder in folders] == [[], []]
    assert not (folders[0] / "quarantine").exists()
    assert labreport(tmp_path / "prolonged", "status").returncode == 0
    (run,) = load(folders[0]).runs["plain"]
    assert {run.at(epoch).arrays["state.large"][-1] for epoch in (10, 40)} == {55, 820}
    monkeypatch.setattr(loaded, "ARRAY_LIMIT", 15_999_999)
    (run,) = load(folders[0]).runs["plain"]
    assert run.at(40).arrays["state.weights"].shape == (8,)
    with pytest.raises(StoreError, match=r"'state.large' of .* has 16,000,000 bytes; at most 15,999,999"):
        run.at(40).arrays["state.large"]


def built(folder: Path, *projects: str) -> dict[str, Any]:
    """The losses and the metrics of each result after these projects were built, one after the other."""
    folder.mkdir()
    for project in projects:
        (folder / "project.py").write_text(project, encoding="utf-8")
        labreport(folder, "build")
    found = {}
    for path in sorted((folder / "report" / "results").glob("*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        losses = [record["loss"] for record in result["records"]]
        found[path.stem] = (losses, result["snapshots"]["40"]["metrics"])
    return found
