"""The dataset where TensorFlow computes: images as rows of bytes, shuffled once an epoch."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from exercise import mnist
from exercise.networks import CLASSES, INPUTS
from exercise.training.backend import tf


@dataclass(frozen=True, eq=False)
class DeviceSplit:
    """Images (n, 784) and labels (n,), both bytes."""

    images: tf.Tensor
    labels: tf.Tensor

    def __len__(self) -> int:
        return int(self.labels.shape[0])

    def shuffled(self, seed: int, epoch: int) -> DeviceSplit:
        """In the order of this epoch, whatever came before it: an epoch can be trained on its own."""
        order = np.random.default_rng([seed, epoch]).permutation(len(self))
        return DeviceSplit(tf.gather(self.images, order), tf.gather(self.labels, order))


@dataclass(frozen=True, eq=False)
class DeviceDataset:
    """The three splits of `exercise.mnist.Dataset`."""

    training: DeviceSplit
    validation: DeviceSplit
    test: DeviceSplit


def load() -> DeviceDataset:
    """The packaged dataset, put on the device once a process."""
    return on_device(mnist.load())


@functools.lru_cache(maxsize=1)
def on_device(dataset: mnist.Dataset) -> DeviceDataset:
    """`dataset` as tensors."""
    return DeviceDataset(_put(dataset.training), _put(dataset.validation), _put(dataset.test))


def inputs(images: tf.Tensor) -> tf.Tensor:
    """Bytes as numbers from 0 to 1, float32."""
    return tf.cast(images, tf.float32) / 255.0


def targets(labels: tf.Tensor) -> tf.Tensor:
    """Labels as one-hot rows, float32 (n, 10)."""
    return tf.one_hot(labels, CLASSES)


def _put(split: mnist.Split) -> DeviceSplit:
    return DeviceSplit(tf.constant(split.images.reshape(len(split), INPUTS)), tf.constant(split.labels))
