"""The ledger is checked as every file is: damaged, it is set aside and the build continues without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labreport.plan.ledger import Ledger, Record, View
from labreport.store.files import Quarantine
from labreport.store.sealed import seal


def filled() -> Ledger:
    """One item of everything."""
    return Ledger(
        nodes={"result/alpha#0": Record({"seed": 0, "code": "c" * 64}, "k" * 64, "o", {"cache/a.json": "d"})},
        groups={"c" * 64: {"function a": "1"}},
        files={"src/a.py": (1, 2, 3, 4, "digest")},
        modules={"src/a.py": ("digest", {"definitions": {"f": ["digest", ["g"]]}, "imports": {}})},
        views={f"{'k' * 64}:4:2": View("document", "digest", {"a.safetensors": "digest"})},
        numbers={"answer": {"accuracy": "0.5"}},
        seeds=5,
        definitions={"1": ("function", "ab12 ")},
    )


def test_a_ledger_reads_back(tmp_path: Path) -> None:
    """All of it, without a notice; a missing one is an empty one."""
    quarantine = Quarantine(tmp_path)
    assert Ledger.load(tmp_path / "ledger.json", quarantine) == Ledger()
    filled().save(tmp_path / "ledger.json")
    found = Ledger.load(tmp_path / "ledger.json", quarantine)
    assert msgspec.structs.replace(found, checksum="") == filled()
    assert quarantine.notices == []


def test_what_nothing_uses_any_more_is_not_kept(tmp_path: Path) -> None:
    """Groups, views and lines of code that was edited since: a ledger does not grow with every edit."""
    ledger = filled()
    ledger.nodes["result/alpha#0"] = Record({"code": "n" * 64}, "n" * 64, "o", {})
    ledger.save(tmp_path / "ledger.json")
    found = Ledger.load(tmp_path / "ledger.json", Quarantine(tmp_path))
    assert (found.groups, found.views, found.definitions) == ({}, {}, {})


def test_a_path_that_json_cannot_hold_is_left_out(tmp_path: Path) -> None:
    """Its file is only read again, as one that is new."""
    ledger = filled()
    ledger.files["/odd\udcff/a.py"] = (1, 2, 3, 4, "digest")
    ledger.modules["/odd\udcff/a.py"] = ("digest", {})
    ledger.save(tmp_path / "ledger.json")
    found = Ledger.load(tmp_path / "ledger.json", Quarantine(tmp_path))
    assert (list(found.files), list(found.modules)) == (["src/a.py"], ["src/a.py"])


Edit = Callable[[dict[str, Any]], object]
NODE = "result/alpha#0"
EDITS: dict[str, Edit] = {
    "nodes renamed": lambda plain: plain.update(node=plain.pop("nodes")),
    "key renamed": lambda plain: plain["nodes"][NODE].update(kex=plain["nodes"][NODE].pop("key")),
    "a node less": lambda plain: plain["nodes"][NODE].pop("files"),
    "nodes a list": lambda plain: plain.update(nodes=[]),
    "a node a text": lambda plain: plain["nodes"].update(other="text"),
    "ingredients a list": lambda plain: plain["nodes"][NODE].update(ingredients=[1]),
    "files of numbers": lambda plain: plain["nodes"][NODE].update(files={"a": 1}),
    "groups of lists": lambda plain: plain.update(groups={"a": []}),
    "a stamp too short": lambda plain: plain.update(files={"a": [1, 2, 3, "x"]}),
    "a stamp of texts": lambda plain: plain.update(files={"a": ["1", "2", "3", "4", "x"]}),
    "a stamp of fractions": lambda plain: plain.update(files={"a": [1.5, 2, 3, 4, "x"]}),
    "modules of texts": lambda plain: plain.update(modules={"a": "text"}),
    "a summary of texts": lambda plain: plain.update(modules={"a": ["digest", "text"]}),
    "a summary of lists": lambda plain: plain.update(modules={"a": ["digest", {"definitions": {"f": []}}]}),
    "views of views": lambda plain: plain.update(views={"a": {"digest": {}}}),
    "numbers of numbers": lambda plain: plain.update(numbers={"a": {"b": 1}}),
    "seeds a text": lambda plain: plain.update(seeds="5"),
    "seeds null": lambda plain: plain.update(seeds=None),
    "another format": lambda plain: plain.update(format="labreport book 1"),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("signed", [True, False])
def test_a_ledger_of_another_shape_is_set_aside(edit: str, signed: bool, tmp_path: Path) -> None:
    """Whether or not its checksum agrees: one line, an empty ledger, and the next one is saved."""
    path = tmp_path / "ledger.json"
    filled().save(path)
    plain = json.loads(path.read_bytes())
    EDITS[edit](plain)
    data = json.dumps(plain).encode()
    del plain["checksum"]
    path.write_bytes(seal(plain) if signed else data)
    quarantine = Quarantine(tmp_path)
    assert Ledger.load(path, quarantine) == Ledger()
    (notice,) = quarantine.notices
    assert "ledger.json" in notice
    assert "\n" not in notice
    filled().save(path)
    assert Ledger.load(path, quarantine).nodes == filled().nodes


def test_a_ledger_of_another_version_is_replaced_without_a_word(tmp_path: Path) -> None:
    """It is whole, and decides nothing by itself."""
    path = tmp_path / "ledger.json"
    filled().save(path)
    plain = {**json.loads(path.read_bytes()), "format": "labreport ledger 1"}
    del plain["checksum"]
    path.write_bytes(seal(plain))
    quarantine = Quarantine(tmp_path)
    assert Ledger.load(path, quarantine) == Ledger()
    assert quarantine.notices == []
    filled().save(path)
    assert Ledger.load(path, quarantine).nodes == filled().nodes
