"""What is stale, and why; the only place that decides it. Standard library only."""
