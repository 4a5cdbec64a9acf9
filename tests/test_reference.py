"""The pages of `docs/` and the reference of names, built as CONTRIBUTING.md says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name

from sphinx.util.inventory import InventoryFile

import labreport
from labreport import charts, stats

ROOT = Path(__file__).resolve().parents[1]


def test_the_pages_can_be_built_and_have_every_public_name(tmp_path: Path) -> None:
    """A link that leads nowhere is an error; a name without a docstring is left out, and found missing."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "docs", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    inventory = InventoryFile.loads((tmp_path / "objects.inv").read_bytes(), uri="").data
    kinds = ("py:class", "py:data", "py:function")
    listed = [resolve_name(name) for kind in kinds for name in inventory[kind]]
    public = {module: getattr(module, "__all__", dir(module)) for module in (labreport, charts, stats)}
    names = [(module, name) for module in public for name in public[module]]
    missing = [name for module, name in names if not any(getattr(module, name) is one for one in listed)]
    assert [] == missing
