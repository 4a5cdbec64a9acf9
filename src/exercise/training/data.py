"""The dataset as TensorFlow's tensors: images as rows of bytes, shuffled anew in each epoch.

Pixels that are black in every image are left out: 64 of MNIST's 784, at the edges. Their weights contribute
nothing to any output and get no gradient, so that the results are those of all pixels, except for the order
of additions.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from exercise import mnist
from exercise.networks import CLASSES, INPUTS
from exercise.training.backend import tf

VECTOR = 16
"""The number of floats in one vector instruction. Rows that are a multiple of it are multiplied faster."""


@dataclass(frozen=True, eq=False)
class DeviceSplit:
    """Images, shape (n, pixels in use), and labels, shape (n,), both as bytes."""

    images: tf.Tensor
    labels: tf.Tensor

    def __len__(self) -> int:
        return int(self.labels.shape[0])

    def shuffled(self, seed: int, epoch: int, batch_size: int) -> DeviceSplit:
        """The split in the order of this epoch, which depends on nothing but seed and epoch.

        The last batch is filled with examples from the beginning.
        """
        order = np.random.default_rng([seed, epoch]).permutation(len(self))
        batches = math.ceil(len(self) / batch_size)
        order = np.resize(order, batches * batch_size).astype(np.int32)
        return DeviceSplit(tf.gather(self.images, order), tf.gather(self.labels, order))


@dataclass(frozen=True, eq=False)
class DeviceDataset:
    """The three splits of `exercise.mnist.Dataset`; `pixels` are the indices of those in use, ascending."""

    training: DeviceSplit
    validation: DeviceSplit
    test: DeviceSplit
    pixels: np.ndarray[Any, np.dtype[np.intp]]


def load() -> DeviceDataset:
    """The packaged dataset as tensors, made once in each process."""
    return on_device(mnist.load())


@functools.lru_cache(maxsize=1)
def on_device(dataset: mnist.Dataset) -> DeviceDataset:
    """A dataset as tensors, without the pixels that are black in all images.

    A few black pixels stay, so that the number of pixels is a multiple of `VECTOR`.
    """
    used = np.zeros(INPUTS, bool)
    for split in (dataset.training, dataset.validation, dataset.test):
        used |= split.images.reshape(len(split), INPUTS).any(axis=0)
    too_few = -int(used.sum()) % VECTOR
    black_pixels = np.flatnonzero(~used)
    used[black_pixels[:too_few]] = True
    pixels = np.flatnonzero(used)
    return DeviceDataset(
        training=_put(dataset.training, pixels),
        validation=_put(dataset.validation, pixels),
        test=_put(dataset.test, pixels),
        pixels=pixels,
    )


def inputs(images: tf.Tensor) -> tf.Tensor:
    """Images as numbers from 0 to 1, float32."""
    return tf.cast(images, tf.float32) / 255.0


def targets(labels: tf.Tensor) -> tf.Tensor:
    """Labels as one-hot rows, float32 (n, 10)."""
    return tf.one_hot(labels, CLASSES)


def _put(split: mnist.Split, pixels: np.ndarray[Any, np.dtype[np.intp]]) -> DeviceSplit:
    images = split.images.reshape(len(split), INPUTS)[:, pixels]
    return DeviceSplit(tf.constant(images), tf.constant(split.labels))
