"""The second path: kept weights in a plain Keras model, evaluated as a reader would."""

from exercise.verification.verify import verify

__all__ = ["verify"]
