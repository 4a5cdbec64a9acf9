"""Properties of the store's readers and writers, over many generated values."""

from __future__ import annotations

import dataclasses
import string
import tempfile
from pathlib import Path
from typing import Any

import numpy
from faults import examples
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from labreport.store.entry import from_document, from_header, to_document

from labreport.fingerprint.canonical import digest
from labreport.store import Store, arrays, checked_json, plain_json
from labreport.store.cache import Cache
from labreport.store.files import Damaged
from labreport.store.names import file_name

NUMBERS = st.integers(-(10**20) + 1, 10**20 - 1) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.text(), PLAIN, min_size=1, max_size=4)
NAMES = st.text(string.ascii_letters + string.digits + "_-:", min_size=1, max_size=20)
TYPES = st.sampled_from(["?", "<i1", "<u1", "<i4", "<i8", "<f2", "<f4", "<f8", "<c16", "<U3", "|S4", ">f4"])
ARRAYS = TYPES.flatmap(
    lambda kind: stn.arrays(
        numpy.dtype(kind), stn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    )
)
RECORDS = st.lists(OBJECTS, min_size=1, max_size=6)
_EXAMPLE = examples.entry()
_DOCUMENT = to_document(_EXAMPLE)
_PACKED = arrays.pack(examples.arrays()[2])


@given(OBJECTS, OBJECTS)
def test_a_document_gives_back_what_it_was_given(header: dict[str, Any], body: dict[str, Any]) -> None:
    """Any plain values, any text: the same types, the same bits."""
    data = checked_json.encode(header, body)
    assert same(checked_json.decode(data), (header, body))
    assert same(checked_json.decode_header(data), header)
    assert data.isascii()


def same(first: Any, second: Any) -> bool:
    """Equal in value and type, minus zero and plus zero told apart."""
    return repr(ordered(first)) == repr(ordered(second))


def ordered(value: Any) -> Any:
    """The value with the keys of its objects sorted."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return [ordered(item) for item in value] if isinstance(value, (list, tuple)) else value


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_refused_as_a_document(data: bytes) -> None:
    """Never another exception than `Damaged`."""
    for read in (checked_json.decode, checked_json.decode_header):
        try:
            read(data)
        except Damaged:
            continue
        raise AssertionError("accepted")


@given(st.binary(max_size=300) | st.text().map(str.encode))
def test_any_bytes_at_all_are_plain_json_or_refused(text: bytes) -> None:
    """Whatever is accepted can be written again and means the same."""
    try:
        value = plain_json.parse(text)
    except ValueError:
        return
    assert same(plain_json.parse(plain_json.dump(value).encode()), value)


@given(st.data())
def test_any_change_of_a_document_s_fields_is_refused_or_harmless(data: st.DataObject) -> None:
    """The schema lets no value through that an entry cannot have, whatever the checksum says."""
    header, body = (dict(part) for part in _DOCUMENT)
    part = data.draw(st.sampled_from([header, body]))
    member = data.draw(st.sampled_from(sorted(part)))
    part[member] = data.draw(PLAIN)
    try:
        entry = from_document(header, body)
    except Damaged:
        return
    assert entry.key == _EXAMPLE.key
    assert len(entry.records) == header["epochs"]
    assert set(entry.snapshots) == set(entry.arrays)


@given(st.dictionaries(st.sampled_from(["arrays", "epochs", "format", "key", "more"]), PLAIN))
def test_any_header_at_all_is_valid_or_refused(header: dict[str, Any]) -> None:
    """Never another exception than `Damaged`."""
    try:
        key, epochs, _ = from_header(header)
    except Damaged:
        return
    assert len(key) == 64
    assert epochs > 0


@given(st.dictionaries(NAMES, ARRAYS, max_size=4))
def test_arrays_read_back_bit_for_bit(group: dict[str, Any]) -> None:
    """Of any type, shape and content, NaN included."""
    data = arrays.pack(group)
    assert examples.equal_arrays(arrays.unpack(data), {name: numpy.asarray(group[name]) for name in group})
    assert arrays.pack(dict(reversed(group.items()))) == data


@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_refused_as_arrays(data: bytes) -> None:
    """Never another exception than `Damaged`."""
    try:
        arrays.unpack(data)
    except Damaged:
        return
    raise AssertionError("accepted")


@given(st.integers(0, len(_PACKED) - 1), st.binary(min_size=1, max_size=8))
@settings(max_examples=500)
def test_arrays_overwritten_anywhere_are_refused_or_whole(position: int, patch: bytes) -> None:
    """Behind the checksum the reader still meets nothing that it cannot take."""
    data = _PACKED[:position] + patch + _PACKED[position + len(patch) :]
    try:
        found = arrays.unpack(data)
    except Damaged:
        return
    assert sum(array.nbytes for array in found.values()) <= arrays.LIMIT


@given(RECORDS, OBJECTS, OBJECTS, st.integers(0, 10**6), st.text())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_entry_reads_back_as_it_was_put(
    records: list[dict[str, Any]], ingredients: dict[str, Any], metrics: dict[str, Any], seed: int, name: str
) -> None:
    """Whatever the trainer reports, and whatever the result is called."""
    made = dataclasses.replace(
        _EXAMPLE,
        key=digest(ingredients),
        ingredients=ingredients,
        records=records,
        seed=seed,
        name=name,
        snapshots={len(records): metrics},
    )
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.put(made, {len(records): {"a": numpy.ones(2)}})
        found = store.entry(made.key)
    assert found is not None
    assert same(
        (found.ingredients, found.records, found.snapshots, found.seed, found.name),
        (ingredients, records, made.snapshots, seed, name),
    )


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=500)
def test_two_slugs_never_share_a_file(first: str, second: str) -> None:
    """Not even where the file system takes `A` for `a`."""
    assume(first != second)
    assert file_name(first).lower() != file_name(second).lower()


@given(st.text(max_size=2000) | st.text("/.\0\n\\:*?\"<>|'", max_size=20))
@settings(max_examples=500)
def test_a_file_name_is_safe_whatever_the_slug(slug: str) -> None:
    """Plain characters, not too long, no separator, not hidden, not a temporary file of ours."""
    name = file_name(slug)
    assert 0 < len(name) <= 120
    assert set(name) <= set(string.ascii_lowercase + string.digits + "-_.=,%")
    assert not name.startswith(".")


@given(st.text(max_size=200), st.text(max_size=20), PLAIN)
@settings(max_examples=40, deadline=None)
def test_any_cached_payload_reads_back(slug: str, key: str, payload: Any) -> None:
    """Under any slug, any key; the digest depends on the payload alone."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        kept = cache.put("answer", slug, key, payload)
        found = cache.get("answer", slug)
        assert found is not None
        assert same((found.key, found.digest, found.payload), (key, kept, payload))
        assert cache.peek("answer", slug) == (key, kept)
        assert cache.put("figure", "other", "other", payload) == kept
