"""Answers, figures and sections kept by kind and slug."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from labreport.errors import StoreError
from labreport.store.files import Quarantine
from labreport.store.sealed import Cache, seal


def test_a_payload_reads_back_with_its_key_and_digest(tmp_path: Path) -> None:
    """What `put` returned is what `get` and `peek` say."""
    cache = Cache(tmp_path / "cache")
    payload = {"svg": "<svg>±</svg>", "rows": [["a", 1, 0.5]]}
    digest = cache.put("figure", "curves-wide", "key", payload)
    found = Cache(tmp_path / "cache").get("figure", "curves-wide")
    assert found is not None
    assert (found.key, found.digest, found.payload) == ("key", digest, payload)


def test_what_was_never_put_is_missing_without_a_notice(tmp_path: Path) -> None:
    """Nothing is wrong."""
    quarantine = Quarantine(tmp_path)
    cache = Cache(tmp_path / "cache", quarantine)
    assert cache.get("answer", "one") is None
    assert quarantine.notices == []


@pytest.mark.parametrize("name", ["cache", "cache/answer", "quarantine"])
def test_what_is_in_place_of_a_folder_is_set_aside(name: str, tmp_path: Path) -> None:
    """Whoever only reads finds nothing there; whoever writes moves it away, says so, and keeps it."""
    quarantine = Quarantine(tmp_path)
    cache = Cache(tmp_path / "cache", quarantine)
    (tmp_path / "cache").mkdir()
    shutil.rmtree(tmp_path / name, ignore_errors=True)
    (tmp_path / name).write_text("in the way")
    assert cache.get("answer", "one") is None
    assert quarantine.notices == []
    cache.put("answer", "one", "key", 1)
    if name == "quarantine":
        cache.path("answer", "one").write_text("damaged")
    assert (cache.get("answer", "one") is None) == (name == "quarantine")
    assert f"{name} is a file, not a folder; it was moved to" in quarantine.notices[0]
    assert "in the way" in [kept.read_text() for kept in quarantine.folder.iterdir()]


def test_threads_that_meet_a_file_in_place_of_the_folder_lose_nothing(tmp_path: Path) -> None:
    """What one of them moves away is the file, not the folder that another one has made in its place."""
    cache = Cache(tmp_path / "cache")
    for _ in range(20):
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        (tmp_path / "cache").write_text("in the way")
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: cache.put("answer", str(number), "key", 1), range(8)))
        assert [cache.get("answer", str(number)) is not None for number in range(8)] == [True] * 8


@pytest.mark.parametrize("linked", ["cache", "cache/answer"])
def test_nothing_is_written_through_a_link(linked: str, tmp_path: Path) -> None:
    """A folder of the cache may be one, by somebody's hand; what it leads to is not the program's."""
    (tmp_path / "mine").mkdir()
    (tmp_path / linked).parent.mkdir(exist_ok=True)
    (tmp_path / linked).symlink_to(tmp_path / "mine")
    with pytest.raises(StoreError, match=f"{linked} is a link, and nothing is written through links"):
        Cache(tmp_path / "cache").put("answer", "one", "key", 1)
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_new_payload_takes_the_place_of_the_old(tmp_path: Path) -> None:
    """One file for each slug, so nothing piles up; its digest is of the payload only."""
    cache = Cache(tmp_path / "cache")
    old = cache.put("answer", "one", "first", {"a": 1})
    new = cache.put("answer", "one", "second", {"a": 1.0})
    assert old != new == cache.put("answer", "one", "third", {"a": 1.0})
    found = cache.get("answer", "one")
    assert found is not None
    assert (found.key, found.digest) == ("third", new)
    assert len(list((tmp_path / "cache/answer").iterdir())) == 1


@pytest.mark.parametrize(
    "slug", ["a/b", "../../a", "A", ".hidden", "", "x" * 5000, "line\nbreak", "\u202eRTL", "'\"", "é"]
)
def test_odd_slugs_stay_inside_their_folder(slug: str, tmp_path: Path) -> None:
    """Whatever a slug is made of, its file lies directly in the folder of its kind."""
    cache = Cache(tmp_path / "cache")
    cache.put("section", slug, "key", slug)
    assert cache.path("section", slug).resolve().parent == (tmp_path / "cache" / "section").resolve()
    found = cache.get("section", slug)
    assert found is not None
    assert found.payload == slug


@pytest.mark.parametrize(
    ("payload", "message"),
    [({"a": [float("nan")]}, r"payload\.a\[0\] is nan"), ("x" * (9 << 20), "at most 8,388,608 are allowed")],
)
def test_what_cannot_be_kept_is_one_line(payload: object, message: str, tmp_path: Path) -> None:
    """The message names kind, slug and place."""
    with pytest.raises(StoreError, match=f"cannot keep answer 'one': .*{message}"):
        Cache(tmp_path / "cache").put("answer", "one", "key", payload)


def test_a_value_of_another_slug_is_refused_though_intact(tmp_path: Path) -> None:
    """A file copied to another name is not what that name is for."""
    quarantine = Quarantine(tmp_path)
    cache = Cache(tmp_path / "cache", quarantine)
    cache.put("answer", "one", "key", 1)
    shutil.copy(cache.path("answer", "one"), cache.path("answer", "two"))
    assert cache.get("answer", "two") is None
    assert "belongs to answer 'one'" in quarantine.notices[0]


@pytest.mark.parametrize("payload", [b'"\xff"', b"[" * 900_000 + b"]" * 900_000, b"1e999"])
def test_a_payload_that_is_not_json_is_refused_though_signed(payload: bytes, tmp_path: Path) -> None:
    """It is decoded after the rest, and checked as the rest is."""
    quarantine = Quarantine(tmp_path)
    cache = Cache(tmp_path / "cache", quarantine)
    cache.put("answer", "one", "key", 1)
    members = {"digest": "", "format": "labreport cache 2", "key": "key", "kind": "answer", "slug": "one"}
    cache.path("answer", "one").write_bytes(
        seal({**members, "payload": msgspec.Raw(payload)}, readable=False)
    )
    assert cache.get("answer", "one") is None
    assert len(quarantine.notices) == 1
