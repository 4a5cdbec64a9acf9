"""One hidden layer: a wide and a small network."""
