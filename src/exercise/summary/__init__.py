"""The first page: what was found, the figure that shows it, and the networks."""
