"""Runs in TensorBoard's event files: those of TensorFlow, those of older writers, and damaged ones."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from unittest.mock import ANY

import pytest
from recordings import declare, replayed, results

from labreport.errors import UsageError
from labreport.recorded.readers import tensorboard


def _write(folder: Path, scalars: dict[str, dict[int, float]], dtype: str = "float32") -> None:
    """Real event files, by TensorFlow, with tensors that are not scalars between them."""
    from exercise.training.backend import tf  # with the threads that other tests of this process need

    with tf.summary.create_file_writer(str(folder)).as_default():
        for tag, values in scalars.items():
            for step, value in values.items():
                # What `tf.summary.scalar` does, for which the package tensorboard would have to be there
                tf.summary.write(tag, tf.constant(value, dtype), step=step)
        tf.summary.write("weights", tf.zeros((3, 3)), step=0)
        tf.summary.write("one weight", tf.ones((1,)), step=0)
        tf.summary.write("remark", tf.constant("not a number"), step=0)
        tf.summary.write("picture", tf.zeros((200, 200)), step=0)


def _record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    sums = (struct.pack("<I", tensorboard._masked(part)) for part in (length, data))
    return length + next(sums) + data + next(sums)


def _simple(tag: bytes, step: int, value: float) -> bytes:
    """An event with `simple_value`, as TensorFlow 1 and PyTorch write it."""
    inner = b"\x0a" + bytes([len(tag)]) + tag + b"\x15" + struct.pack("<f", value)
    summary = b"\x0a" + bytes([len(inner)]) + inner
    return _record(b"\x10" + bytes([step]) + b"\x2a" + bytes([len(summary)]) + summary)


@pytest.mark.slow
def test_scalars_of_tensorflow_are_read(tmp_path: Path) -> None:
    """Folders inside a run are its parts; histograms and texts are skipped; NaN is divergence."""
    for seed in (0, 1):
        run = tmp_path / f"logs/run-{seed}"
        _write(run / "train", {"loss": {0: 1.0, 1: 0.5 + seed, 300: 0.25}})
        _write(run / "validation", {"loss": {0: 1.5, 300: math.nan}})
    found = declare(tmp_path, 'recorded("net", "logs/run-{seed}")')
    made = replayed(found)
    assert made[1].records == [
        {"train/loss": 1.0, "validation/loss": 1.5, "step": 0},
        {"train/loss": 1.5, "step": 1},
        ANY,
    ]
    assert str(made[1].records[2]) == "{'train/loss': 0.25, 'validation/loss': nan, 'step': 300}"
    assert str(made[1].metrics) == "{'train': {'loss': 0.25}, 'validation': {'loss': nan}}"
    (first, _) = results(found)
    assert first.diverged_at == 3
    assert first.provenance["started"] <= first.provenance["finished"]
    assert first.provenance["finished"].startswith("20")


@pytest.mark.parametrize("dtype", ["float64", "int32", "int64"])
def test_scalars_of_other_types_are_read(tmp_path: Path, dtype: str) -> None:
    """Zero and negative numbers among them."""
    _write(tmp_path / "run", {"count": {0: 0, 1: -3, 2: 70_000}}, dtype)
    (made,) = replayed(declare(tmp_path, 'recorded("a", "run")')).values()
    assert [record["count"] for record in made.records] == [0.0, -3.0, 70_000.0]


def test_files_of_the_first_tensorflow_are_read(tmp_path: Path) -> None:
    """Its writer, which PyTorch's copies, puts the number itself into the event."""
    from exercise.training.backend import tf  # with the threads that other tests of this process need

    with tf.Graph().as_default():
        writer = tf.compat.v1.summary.FileWriter(str(tmp_path / "run"), tf.compat.v1.get_default_graph())
        for step, value in ((0, 0.0), (-1, 0.5), (1 << 40, 0.25)):
            writer.add_summary(
                tf.compat.v1.Summary(value=[tf.compat.v1.Summary.Value(tag="acc", simple_value=value)]), step
            )
        writer.close()
    (made,) = replayed(declare(tmp_path, 'recorded("a", "run")')).values()
    assert [(record["step"], record["acc"]) for record in made.records] == [
        (-1, 0.5),
        (0, 0.0),
        (1 << 40, 0.25),
    ]


def test_simple_values_are_read(tmp_path: Path) -> None:
    """A restart writes a second file, whose value of a step counts."""
    (tmp_path / "run").mkdir()
    name = tmp_path / "run/events.out.tfevents.1"
    name.write_bytes(_simple(b"acc", 1, 0.25) + _simple(b"acc", 2, 0.5))
    name.with_suffix(".2").write_bytes(_simple(b"acc", 2, 0.75))
    (made,) = replayed(declare(tmp_path, 'recorded("a", "run")')).values()
    assert made.records == [{"acc": 0.25, "step": 1}, {"acc": 0.75, "step": 2}]


def test_the_checksum_is_crc_32c() -> None:
    """The check value of CRC-32C is that of RFC 3720, masked as TFRecord says."""
    crc = 0xE3069283
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert tensorboard._masked(b"123456789") == masked


DAMAGE = {
    "cut in a record": (lambda data: data[:-3], "ends in the middle of a record, at byte"),
    "cut in a length": (lambda data: data + b"\x01\x02", "ends in the middle of a record, at byte"),
    "a flipped byte of data": (lambda data: data[:-6] + b"\xff" + data[-5:], "differs from its checksum"),
    "a flipped byte of length": (lambda data: b"\xff" + data[1:], "differs from its checksum at byte 0"),
    "not a message": (lambda data: data + _record(b"\x0f"), "has a field of wire type 7"),
    "an endless number": (lambda data: data + _record(b"\x10" + b"\xff" * 12), "a number that does not end"),
    "a field beyond the end": (lambda data: data + _record(b"\x2a\x7f"), "longer than its message"),
}


@pytest.mark.parametrize(("harm", "expected"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_event_file_is_reported_in_one_line(tmp_path: Path, harm: object, expected: str) -> None:
    """With the file, and the byte where it can be known."""
    assert callable(harm)
    (tmp_path / "run").mkdir()
    data = harm(_simple(b"acc", 1, 0.25) + _simple(b"acc", 2, 0.5))
    (tmp_path / "run/events.out.tfevents.1").write_bytes(data)
    with pytest.raises(UsageError) as caught:
        declare(tmp_path, 'recorded("a", "run", reader="tensorboard")')
    assert str(caught.value).startswith(f"{tmp_path}/run/events.out.tfevents.1: not a whole event file: it ")
    assert expected in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_files_without_scalars_are_reported(tmp_path: Path) -> None:
    """An empty folder, an empty file, and a metric that a run does not have."""
    (tmp_path / "run").mkdir()
    with pytest.raises(UsageError, match=r"run: holds no event file of TensorBoard"):
        declare(tmp_path, 'recorded("a", "run", reader="tensorboard")')
    (tmp_path / "run/events.out.tfevents.1").write_bytes(b"")
    with pytest.raises(UsageError, match=r"run: holds no scalar"):
        declare(tmp_path, 'recorded("a", "run")')
    (tmp_path / "run/events.out.tfevents.1").write_bytes(_simple(b"acc", 1, 0.25))
    with pytest.raises(UsageError, match="never records 'ac'; did you mean 'acc'"):
        declare(tmp_path, 'recorded("a", "run", metrics=("ac",))')
