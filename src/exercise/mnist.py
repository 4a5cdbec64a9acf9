"""MNIST in the form of Keras, from the copy in this package, checked by the canonical digests."""

from __future__ import annotations

import functools
import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from labreport.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGED = Path(__file__).parent / "data" / "mnist.npz"
VALIDATION_IMAGES = 6_000
"""The last images of the training file are the validation split."""

# Member of the archive: its shape (bytes), and the MD5 of its values, which are the bytes of the
# canonical IDX files of Yann LeCun and Corinna Cortes after their headers.
MEMBERS = {
    "x_train": ((60_000, 28, 28), "6510e85a72c3e9475c492d559d3770d2"),
    "y_train": ((60_000,), "e86ee40d66677c011a9abda399ec8c4d"),
    "x_test": ((10_000, 28, 28), "240610fa99e73bfa49df8e7fc24d3206"),
    "y_test": ((10_000,), "073c3904dfbd3e141ff8aa01cfde6b15"),
}
LONGEST_HEADER = 4_096
"""The most bytes before the values of an array; a forged archive could fill the memory otherwise."""


@dataclass(frozen=True, eq=False)
class Split:
    """Images (n, 28, 28), bytes from 0 (background) to 255, and labels (n,), bytes from 0 to 9."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """The three splits: `training` for training, `validation` for choices, `test` only for the report."""

    training: Split
    validation: Split
    test: Split


@functools.cache
def load() -> Dataset:
    """The packaged dataset, read once a process: 54,000 training, 6,000 validation, 10,000 test images."""
    return read(PACKAGED)


def read(path: Path) -> Dataset:
    """The dataset in the archive at `path`.

    Raises `UsageError` if it cannot be read, or if any array differs from the canonical one.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            images, labels, test_images, test_labels = (_member(archive, path, name) for name in MEMBERS)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UsageError(f"dataset {path}: cannot be read ({error}); {_REMEDY}") from error
    held_out = len(labels) - VALIDATION_IMAGES
    return Dataset(
        training=Split(images[:held_out], labels[:held_out]),
        validation=Split(images[held_out:], labels[held_out:]),
        test=Split(test_images, test_labels),
    )


_REMEDY = "restore the file mnist.npz that came with this package"


def _member(archive: zipfile.ZipFile, path: Path, name: str) -> NDArray[np.uint8]:
    """One array, read-only. Its shape and type are known, so that the header in the file is not used."""
    import numpy as np

    shape, digest = MEMBERS[name]
    try:
        entry = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise UsageError(f"dataset {path}: no array {name!r} in it; {_REMEDY}") from None
    header = entry.file_size - prod(shape)
    if not 0 <= header <= LONGEST_HEADER:
        raise UsageError(
            f"dataset {path}: {name} takes {entry.file_size:,} bytes; allowed is the canonical array of "
            f"{prod(shape):,} bytes and its header; {_REMEDY}"
        )
    values = memoryview(archive.read(entry))[header:]
    found = hashlib.md5(values, usedforsecurity=False).hexdigest()
    if found != digest:
        raise UsageError(f"dataset {path}: {name} has MD5 {found}; allowed is {digest}; {_REMEDY}")
    return np.frombuffer(values, np.uint8).reshape(shape)
