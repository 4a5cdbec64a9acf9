"""TensorFlow and Keras on one compute thread of the processor; all modules import them from here.

The number of threads and the device change the last bits of results, and both can be set only before
TensorFlow starts. So they are set here, at its first import.
"""

from __future__ import annotations

import os

from exercise.training.quiet import standard_error_silenced
from labreport.errors import UsageError

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

with standard_error_silenced():
    import keras
    import tensorflow as tf

__all__ = ["THREADS", "keras", "tf"]

THREADS = 1
"""Compute threads of a run; the other cores are used by other processes."""

try:
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    tf.config.set_visible_devices([], "GPU")
except RuntimeError as error:
    raise UsageError(
        "TensorFlow was started before exercise.training was imported, with threads or devices that "
        "change results; import exercise.training first"
    ) from error
tf.config.experimental.enable_op_determinism()
# A worker compiles one program a network, on purpose; TensorFlow takes that for a mistake and warns
tf.get_logger().setLevel("ERROR")
keras.config.set_floatx("float32")
