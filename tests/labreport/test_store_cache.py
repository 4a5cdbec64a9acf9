"""Answers, figures and sections kept by kind and slug."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.errors import StoreError
from labreport.store.cache import Cache, Cached


def test_a_payload_reads_back_with_its_key_and_digest(tmp_path: Path) -> None:
    """What `put` returned is what `get` and `peek` say."""
    cache = Cache(tmp_path / "cache")
    payload = {"svg": "<svg>±</svg>", "rows": [["a", 1, 0.5]]}
    digest = cache.put("figure", "curves-wide", "key", payload)
    assert Cache(tmp_path / "cache").get("figure", "curves-wide") == Cached("key", digest, payload)
    assert cache.peek("figure", "curves-wide") == ("key", digest)


def test_what_was_never_put_is_missing(tmp_path: Path) -> None:
    """Without a notice, for nothing is wrong."""
    cache = Cache(tmp_path / "nowhere")
    assert cache.get("answer", "one") is None
    assert cache.peek("answer", "one") is None
    assert cache.notices == []


def test_a_new_payload_takes_the_place_of_the_old(tmp_path: Path) -> None:
    """One file a slug, so nothing piles up."""
    cache = Cache(tmp_path)
    old = cache.put("answer", "one", "first", [1])
    new = cache.put("answer", "one", "second", [2])
    assert old != new
    assert cache.peek("answer", "one") == ("second", new)
    assert len(list((tmp_path / "answer").iterdir())) == 1


def test_the_digest_is_of_the_payload_alone(tmp_path: Path) -> None:
    """So whoever reads an answer that came out the same is not made again."""
    cache = Cache(tmp_path)
    assert cache.put("answer", "one", "before", {"a": 1}) == cache.put("answer", "one", "after", {"a": 1})
    assert cache.put("answer", "one", "before", {"a": 1.0}) != cache.put("answer", "one", "before", {"a": 1})


@pytest.mark.parametrize(
    "slug", ["a/b", "../../a", "A", ".hidden", "", "x" * 5000, "line\nbreak", "\u202eRTL", "'\""]
)
def test_odd_slugs_stay_inside_their_folder(slug: str, tmp_path: Path) -> None:
    """Whatever a slug is made of, its file lies directly in the folder of its kind."""
    cache = Cache(tmp_path / "cache")
    cache.put("section", slug, "key", slug)
    assert cache.path("section", slug).resolve().parent == (tmp_path / "cache" / "section").resolve()
    found = cache.get("section", slug)
    assert found is not None
    assert found.payload == slug


def test_what_cannot_be_kept_is_one_line(tmp_path: Path) -> None:
    """The message names kind, slug and place."""
    with pytest.raises(StoreError, match=r"cannot keep answer 'one': payload\.a\[0\] is nan"):
        Cache(tmp_path).put("answer", "one", "key", {"a": [float("nan")]})


def test_a_payload_that_is_too_large_is_refused_when_written(tmp_path: Path) -> None:
    """Rather than when it is read."""
    with pytest.raises(StoreError, match="at most 8,388,608 are allowed"):
        Cache(tmp_path).put("figure", "huge", "key", "x" * (9 << 20))
