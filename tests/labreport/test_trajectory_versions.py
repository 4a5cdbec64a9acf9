"""Results that another version of the program has stored: they are kept, and are not damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trained as made

from labreport.store.files import OtherVersion
from labreport.store.sealed import seal
from labreport.trajectory import Store
from labreport.trajectory import store as packing
from labreport.trajectory.document import FORMAT


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty one."""
    return Store(tmp_path / "report/results")


def test_a_result_of_another_version_is_kept_and_called_so(store: Store) -> None:
    """Not damaged, in no quarantine, and its arrays are not those of nobody; the next one has its place."""
    put = made.trained(3, (3,))
    store.put(put)
    path = store.path(put.key)
    members = {**json.loads(path.read_text()), "format": "labreport trajectory 9", "more": [1]}
    del members["checksum"]
    newer = seal(members)
    path.write_bytes(newer)
    looking = Store(store.folder, repair=False)
    assert (looking.get(put.key), looking.orphans(), looking.other_versions()) == (None, [], [])
    assert looking.notices[0].endswith("another version of this program (labreport trajectory 9)")
    again = Store(store.folder)
    assert again.get(put.key) is None
    (folder,) = again.other_versions()
    assert (folder / path.name).read_bytes() == newer
    assert len(list(folder.iterdir())) == 2
    assert again.orphans() == []
    assert again.notices[0].endswith("(labreport trajectory 9); they are kept in results/other-versions")
    assert made.plain(again.put(put)) == made.plain(put)
    assert not (store.folder.parent / "quarantine").exists()


@pytest.mark.parametrize("packed", [False, True])
def test_a_result_that_another_version_put_aside_is_taken_back(
    packed: bool, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also out of a pack: going back to this version costs no training."""
    put = made.trained(3, (3,))
    store.put(put)
    if packed:
        monkeypatch.setattr(packing, "MANY", 1)
        store.compact()
        assert store.packs()
    with monkeypatch.context() as without:
        without.setattr(Store, "take_back", lambda newer: None)
        assert not Store(store.folder)._put_aside(put.key, OtherVersion(FORMAT))
    assert Store(store.folder).keys() == []
    newer = Store(store.folder)
    newer.take_back()
    found = newer.get(put.key)
    assert found is not None
    assert made.plain(found) == made.plain(put)
    assert newer.other_versions() == []
    assert newer.notices == []


def test_another_kind_of_document_is_damage(store: Store) -> None:
    """Only another number in the name of the form is another version."""
    put = made.trained(1)
    store.put(put)
    path = store.path(put.key)
    for form in ("labreport cache 2", "labreport trajectory x", "labreport trajectory"):
        path.write_bytes(seal({"format": form}))
        assert Store(store.folder).get(put.key) is None
        store.put(put)
    assert len(list((store.folder.parent / "quarantine").iterdir())) == 3
