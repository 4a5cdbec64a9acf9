"""The packaged dataset is MNIST, to the byte, and anything else is refused in one line."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from exercise import mnist
from labreport.errors import UsageError

IDX_DIGESTS = """
    6bbc9ace898e44ae57da46a324031adb
    a25bea736e30d166cdddb491f175f624
    2646ac647ad5339dbf082846283269ea
    27ae3e4e09519cfbb04c329615203637
"""
"""Published MD5 of the four files: images and labels of training, images and labels of the test."""
IDX_BYTES = 8
"""Code of unsigned bytes in an IDX file's magic number."""


def idx(values: np.ndarray) -> bytes:
    """`values` as an IDX file: magic number with type and dimensions, sizes, then the bytes."""
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, IDX_BYTES, values.ndim]) + sizes + values.tobytes()


@pytest.fixture(scope="module")
def dataset() -> mnist.Dataset:
    """The packaged dataset."""
    return mnist.load()


@pytest.fixture(scope="module")
def members() -> dict[str, bytes]:
    """The archive's files by name."""
    with zipfile.ZipFile(mnist.PACKAGED) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def archive_of(path: Path, members: dict[str, bytes]) -> Path:
    """An archive of `members` at `path`."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_packaged_arrays_rebuild_the_canonical_idx_files(dataset: mnist.Dataset) -> None:
    """Headers put back in front of the values give the published digests of the four IDX files."""
    training, validation, test = dataset.training, dataset.validation, dataset.test
    rebuilt = [
        np.concatenate([training.images, validation.images]),
        np.concatenate([training.labels, validation.labels]),
        test.images,
        test.labels,
    ]
    assert [hashlib.md5(idx(values)).hexdigest() for values in rebuilt] == IDX_DIGESTS.split()


def test_validation_is_the_last_six_thousand_training_images(dataset: mnist.Dataset) -> None:
    """54,000 train, the 6,000 after them validate, 10,000 test; each image has its label."""
    for split, size in ((dataset.training, 54_000), (dataset.validation, 6_000), (dataset.test, 10_000)):
        assert len(split.images) == len(split.labels) == size
    with np.load(mnist.PACKAGED, allow_pickle=False) as arrays:
        assert np.array_equal(dataset.validation.images, arrays["x_train"][-6_000:])
        assert np.array_equal(dataset.validation.labels, arrays["y_train"][-6_000:])


def test_loaded_arrays_cannot_be_changed(dataset: mnist.Dataset) -> None:
    """Whoever writes into the shared arrays gets an error, not a different dataset."""
    with pytest.raises(ValueError, match="read-only"):
        dataset.training.images[0, 0, 0] = 1


def test_one_flipped_bit_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    """The message names file, array, digest found and digest allowed."""
    labels = bytearray(members["y_test.npy"])
    labels[-1] ^= 1
    path = archive_of(tmp_path / "altered.npz", members | {"y_test.npy": bytes(labels)})
    _, allowed = mnist.MEMBERS["y_test"]
    with pytest.raises(UsageError, match=rf"{path}.*y_test has MD5 [0-9a-f]{{32}}.*{allowed}"):
        mnist.read(path)


def test_a_file_that_is_missing_cut_or_damaged_is_refused_in_one_line(tmp_path: Path) -> None:
    """With its path; never half a dataset."""
    whole = mnist.PACKAGED.read_bytes()
    path = tmp_path / "mnist.npz"
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0xFF
    contents = [b"no archive", bytes(flipped)]
    contents += [whole[:length] for length in (0, 1, 1_000, len(whole) // 2, len(whole) - 1)]
    one_line = rf"^dataset {re.escape(str(path))}: [^\n]+$"
    with pytest.raises(UsageError, match=one_line):
        mnist.read(path)
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(UsageError, match=one_line):
            mnist.read(path)


def test_missing_array_is_named(tmp_path: Path, members: dict[str, bytes]) -> None:
    """An archive without one of the four arrays says which."""
    rest = {name: content for name, content in members.items() if name != "y_train.npy"}
    with pytest.raises(UsageError, match="no array 'y_train'"):
        mnist.read(archive_of(tmp_path / "mnist.npz", rest))


def test_inflated_array_is_refused_before_it_is_read(tmp_path: Path, members: dict[str, bytes]) -> None:
    """A member that claims more bytes than MNIST has is not unpacked."""
    path = tmp_path / "mnist.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_train.npy", bytes(100_000_000))
    with pytest.raises(UsageError, match="takes 100,000,000 bytes; allowed"):
        mnist.read(path)


def test_pickled_array_is_never_unpickled(tmp_path: Path, members: dict[str, bytes]) -> None:
    """An object array in place of the labels is refused by its bytes, and nothing in it runs."""
    stream = io.BytesIO()
    np.save(stream, np.array([Trap()], dtype=object), allow_pickle=True)
    path = archive_of(tmp_path / "mnist.npz", members | {"y_test.npy": stream.getvalue()})
    with pytest.raises(UsageError, match="y_test"):
        mnist.read(path)


class Trap:
    """Fails the test when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("unpickled",)


def test_importing_the_dataset_module_loads_no_numpy() -> None:
    """The module is light until the data are asked for."""
    code = "import exercise.mnist, sys; sys.exit('numpy' in sys.modules)"
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
