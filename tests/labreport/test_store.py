"""Results put into the store and got back."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from faults.examples import arrays, checkpoint, entry, equal_arrays, filled

from labreport.errors import StoreError
from labreport.fingerprint.canonical import digest
from labreport.store import Store
from labreport.store.files import TEMPORARY, remove_strays


def test_an_entry_reads_back_as_it_was_put(tmp_path: Path) -> None:
    """Every field survives, and the array files are named with size and digest."""
    made = entry()
    stored = Store(tmp_path / "results").put(made, arrays())
    assert Store(tmp_path / "results").entry(made.key) == stored
    assert dataclasses.replace(stored, arrays={}) == made
    assert sorted(stored.arrays) == [2, 4]


def test_arrays_read_back_bit_for_bit(tmp_path: Path) -> None:
    """Names, types, shapes and bits of each epoch's arrays survive."""
    store = Store(tmp_path)
    stored = store.put(entry(), arrays())
    for epoch, group in arrays().items():
        assert equal_arrays(store.arrays(stored, epoch), group)


def test_equal_results_give_equal_bytes(tmp_path: Path) -> None:
    """No time stamp, order or path gets into the files."""
    contents = []
    for folder in ("one", "other"):
        Store(tmp_path / folder).put(entry(), arrays())
        contents.append({path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()})
    assert contents[0] == contents[1]


def test_what_was_never_put_is_missing(tmp_path: Path) -> None:
    """A missing entry is no damage: nothing is reported."""
    store = Store(tmp_path / "nowhere")
    key = entry().key
    assert store.entry(key) is None
    assert store.entry_summary(key) is None
    assert not store.check(key)
    assert store.checkpoint(key) is None
    assert store.keys() == []
    assert store.notices == []


def test_the_document_is_readable_and_begins_with_its_checksum(tmp_path: Path) -> None:
    """Anybody can read an entry with an editor or any JSON parser."""
    store = Store(tmp_path)
    stored = store.put(entry(), arrays())
    text = store.entry_path(stored.key).read_text(encoding="ascii")
    document = json.loads(text)
    assert next(iter(document)) == "checksum"
    assert list(document)[2:] == sorted(list(document)[2:])
    assert document["records"] == stored.records
    assert text.count("\n") > 20


def test_extending_an_entry_keeps_the_old_array_files(tmp_path: Path) -> None:
    """Going on from 4 to 8 epochs writes only the arrays of epoch 8, and the document."""
    store = Store(tmp_path)
    short = store.put(entry(), arrays())
    before = {path: path.stat().st_ino for path in store.referenced_files(short.key)}
    longer = entry(epochs=8, snapshots=(2, 4, 8))
    extended = store.put(longer, arrays(snapshots=(8,)))
    assert sorted(extended.arrays) == [2, 4, 8]
    assert {path: path.stat().st_ino for path in before} == before
    assert store.check(short.key)


def test_new_arrays_replace_old_ones_of_the_same_epoch(tmp_path: Path) -> None:
    """The new ones are there under the new document, the old ones are gone."""
    store = Store(tmp_path)
    store.put(entry(), arrays())
    again = store.put(entry(), arrays(seed=7))
    assert equal_arrays(store.arrays(again, 4), arrays(seed=7)[4])
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_a_kill_between_new_arrays_and_their_document_leaves_the_old_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrays are named by content, so the old document still names the old ones."""
    store = Store(tmp_path)
    old = store.put(entry(), arrays())
    replace = os.replace

    def refuse_documents(source: Path, target: Path) -> None:
        if str(target).endswith(".json"):
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse_documents)
    with pytest.raises(KeyboardInterrupt):
        store.put(entry(), arrays(seed=7))
    monkeypatch.undo()
    assert store.check(old.key)
    assert equal_arrays(store.arrays(old, 4), arrays()[4])


def test_a_snapshot_without_arrays_is_refused(tmp_path: Path) -> None:
    """An entry that names a snapshot must have its arrays."""
    with pytest.raises(StoreError, match="no arrays are given for the snapshot at epoch 4"):
        Store(tmp_path).put(entry(), arrays(snapshots=(2,)))
    assert list(tmp_path.glob("*.json")) == []


def test_a_key_that_is_not_of_its_ingredients_is_refused(tmp_path: Path) -> None:
    """Nothing gets in that could not be read back."""
    wrong = dataclasses.replace(entry(), key="0" * 64)
    with pytest.raises(StoreError, match="ingredients that do not give its key"):
        Store(tmp_path).put(wrong, arrays())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**30, {1}, b"bytes"])
def test_records_that_are_not_plain_are_refused_by_name(tmp_path: Path, value: object) -> None:
    """The message says in which place of which result."""
    made = entry()
    made.records[1]["loss"] = value
    with pytest.raises(StoreError, match=r"cannot store result 'alpha', seed 0: records\[1\]\.loss"):
        Store(tmp_path).put(made, arrays())


def test_a_summary_says_the_same_as_the_entry(tmp_path: Path) -> None:
    """The planner may read the header alone."""
    store = Store(tmp_path)
    stored = store.put(entry(), arrays())
    summary = store.entry_summary(stored.key)
    assert summary is not None
    assert (summary.epochs, summary.snapshots, summary.arrays) == (4, (2, 4), stored.arrays)


def test_the_summary_s_digest_changes_with_any_record(tmp_path: Path) -> None:
    """Two documents that differ anywhere have two digests."""
    digests = set()
    for folder, loss in (("one", 0.5), ("other", 0.25)):
        store = Store(tmp_path / folder)
        made = entry()
        made.records[3]["loss"] = loss
        summary = store.entry_summary(store.put(made, arrays()).key)
        assert summary is not None
        digests.add(summary.digest)
    assert len(digests) == 2


def test_removing_an_entry_frees_its_bytes_and_no_others(tmp_path: Path) -> None:
    """The number returned is what its files had."""
    store, first, second = filled(tmp_path)
    size = sum(path.stat().st_size for path in store.paths(first.key))
    assert store.remove(first.key) == size
    assert store.keys() == [second.key]
    assert store.check(second.key)
    assert store.paths(first.key) == []


def test_orphans_are_the_arrays_that_no_document_names(tmp_path: Path) -> None:
    """Those of a killed run, and none of a live one."""
    store, first, _ = filled(tmp_path)
    names = {path.name for path in store.referenced_files(first.key)}
    store.entry_path(first.key).unlink()
    assert {path.name for path in store.orphans()} == names


def test_temporary_files_of_killed_writers_are_found_and_removed(tmp_path: Path) -> None:
    """Wherever they are below the folder, and nothing else."""
    store, first, _ = filled(tmp_path)
    kept = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    (tmp_path / "checkpoints" / f"{TEMPORARY}12-ab").write_bytes(b"half")
    (tmp_path / f"{TEMPORARY}12-cd").mkdir()
    (tmp_path / f"{TEMPORARY}12-cd" / "file").write_bytes(b"half")
    assert len(store.strays()) == 2
    assert remove_strays(tmp_path) == 2
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == kept
    assert store.check(first.key)


def test_a_checkpoint_reads_back_bit_for_bit(tmp_path: Path) -> None:
    """Epoch, records, snapshots, their arrays and the state all survive."""
    store = Store(tmp_path)
    key, made = entry().key, checkpoint()
    assert store.save_checkpoint(key, made)
    found = store.checkpoint(key)
    assert found is not None
    assert (found.epoch, found.records, found.snapshots) == (made.epoch, made.records, made.snapshots)
    assert found.arrays.keys() == made.arrays.keys()
    assert equal_arrays(found.arrays[2], made.arrays[2])
    assert equal_arrays(found.state, made.state)


def test_a_later_checkpoint_takes_the_place_of_the_last(tmp_path: Path) -> None:
    """There is one file a key, and dropping it twice is fine."""
    store = Store(tmp_path)
    key = entry().key
    for epoch in (2, 3):
        store.save_checkpoint(key, checkpoint(epoch=epoch))
    found = store.checkpoint(key)
    assert found is not None
    assert found.epoch == 3
    assert store.checkpoints.keys() == [key]
    store.drop_checkpoint(key)
    store.drop_checkpoint(key)
    assert store.checkpoint(key) is None


def test_a_checkpoint_that_is_too_large_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run goes on without one; the last one stays."""
    store = Store(tmp_path)
    key = entry().key
    store.save_checkpoint(key, checkpoint(epoch=2))
    monkeypatch.setattr("labreport.store.arrays.LIMIT", 50)
    assert not store.save_checkpoint(key, checkpoint(epoch=3))
    monkeypatch.undo()
    found = store.checkpoint(key)
    assert found is not None
    assert found.epoch == 2


def test_reading_entries_imports_no_numpy(tmp_path: Path) -> None:
    """The planner's path through the store stays light."""
    _, first, _ = filled(tmp_path)
    program = (
        "import sys; from pathlib import Path; from labreport.store import Store\n"
        f"store = Store(Path({str(tmp_path)!r})); key = {first.key!r}\n"
        "assert store.entry(key) and store.entry_summary(key) and store.check(key) and store.keys()\n"
        "sys.exit('numpy' in sys.modules)"
    )
    source = str(Path(__file__).parents[2] / "src")
    assert (
        subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": source}, check=False).returncode
        == 0
    )


def test_a_store_that_only_looks_moves_nothing(tmp_path: Path) -> None:
    """With `mend` false damage is told once, and the file stays."""
    _, first, _ = filled(tmp_path)
    store = Store(tmp_path, mend=False)
    path = store.entry_path(first.key)
    path.write_bytes(b"{}")
    assert store.entry(first.key) is None
    assert store.entry_summary(first.key) is None
    assert len(store.notices) == 1
    assert path.read_bytes() == b"{}"


def test_the_key_is_the_canonical_digest_of_the_ingredients(tmp_path: Path) -> None:
    """As the planner computes it, also after a trip through JSON."""
    stored = Store(tmp_path).put(entry(), arrays())
    assert stored.key == digest(json.loads(json.dumps(stored.ingredients)))


def test_a_summary_parses_the_header_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the body is, it is checked by its bytes only."""
    store = Store(tmp_path)
    stored = store.put(entry(epochs=500), arrays())
    parsed: list[int] = []
    parse = json.loads

    def measured(text: str, **options: Any) -> Any:
        parsed.append(len(text))
        return parse(text, **options)

    monkeypatch.setattr(json, "loads", measured)
    assert store.entry_summary(stored.key) is not None
    assert sum(parsed) < store.entry_path(stored.key).stat().st_size / 20
