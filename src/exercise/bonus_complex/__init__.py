"""Whether the complex network is worth its time."""
