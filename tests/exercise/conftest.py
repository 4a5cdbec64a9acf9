"""A dataset small enough to train in milliseconds, in place of MNIST."""

from __future__ import annotations

import numpy as np
import pytest

from exercise import mnist


def made_split(images: int, seed: int, rim: int = 3) -> mnist.Split:
    """Noisy images in which the lit band of rows tells the digit; `rim` columns at the left are black."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, images, dtype=np.uint8)
    pixels = random.integers(0, 90, (images, 28, 28), dtype=np.uint8)
    for image, label in zip(pixels, labels, strict=True):
        image[2 * label + 4 : 2 * label + 7] += 150
    pixels[:, :, :rim] = 0
    return mnist.Split(pixels, labels)


@pytest.fixture(scope="session")
def made_dataset() -> mnist.Dataset:
    """300 training, 70 validation and 90 test images; no split divides by the batch sizes in use.

    Two columns are black in every image, as at MNIST's rims, and a third in all but the test images.
    """
    return mnist.Dataset(made_split(300, 1), made_split(70, 2), made_split(90, 3, rim=2))


@pytest.fixture
def tiny_dataset(monkeypatch: pytest.MonkeyPatch, made_dataset: mnist.Dataset) -> mnist.Dataset:
    """`made_dataset`, which `exercise.mnist.load` returns during the test."""
    monkeypatch.setattr(mnist, "load", lambda: made_dataset)
    return made_dataset


@pytest.fixture(scope="session")
def made_like_keras() -> mnist.Dataset:
    """630, 70 and 90 images: validation is the last tenth of what is not for the test, as Keras takes it."""
    return mnist.Dataset(made_split(630, 1), made_split(70, 2), made_split(90, 3))
