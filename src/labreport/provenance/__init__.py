"""Where everything in a report came from, in a standard form that other programs read."""
