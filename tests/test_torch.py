"""The project in `examples/torch`, built where PyTorch is installed."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from wine import NOT_COPIED, ROOT, labreport

TORCH = ROOT / "examples" / "torch"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed; pip install torch")
def test_networks_that_are_prolonged_are_those_that_are_trained_at_once(tmp_path: Path) -> None:
    """In the same bits, with optimizer and generator; and the report has its answers and its charts."""
    prolonged, whole = tmp_path / "prolonged", tmp_path / "whole"
    for folder, epochs in ((prolonged, 2), (prolonged, 3), (whole, 3)):
        shutil.copytree(TORCH, folder, ignore=NOT_COPIED, dirs_exist_ok=True)
        text = (TORCH / "project.py").read_text(encoding="utf-8").replace("epochs=20", f"epochs={epochs}")
        text = text.replace("dropout=(0.0, 0.25, 0.5)", "dropout=(0.5,)")
        (folder / "project.py").write_text(text, encoding="utf-8")
        built = labreport(folder, "build", "--seeds", "1")
        assert built.returncode == 0, built.stderr
    assert trained(prolonged) == trained(whole)
    assert len(trained(whole)) == 5
    answers = json.loads((whole / "report" / "answers.json").read_text(encoding="utf-8"))["questions"]
    assert {slug: list(one["findings"]) for slug, one in answers.items()} == {
        "best": ["ranking"],
        "width": ["best"],
    }
    assert (whole / "report" / "report.html").read_text(encoding="utf-8").count('<svg role="img"') == 2


def trained(folder: Path) -> dict[str, object]:
    """The losses and the last metrics of each result."""
    files = sorted((folder / "report" / "results").glob("*.json"))
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}
    return {key: (one["records"], one["snapshots"]["3"]["metrics"]) for key, one in found.items()}


def test_the_example_stays_short() -> None:
    """At most 150 lines in all."""
    files = [path for path in TORCH.iterdir() if path.is_file()]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 150
