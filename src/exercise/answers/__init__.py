"""One pure function a question: results in, answer out. Nothing here imports TensorFlow."""
